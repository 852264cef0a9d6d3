//! Entities of all kinds: what one replica wrote, the others read, list, change and delete.

use super::replicas;
use crate::api::{landing_zone, rename};
use crate::common::requests::connection;
use crate::replica::agreed;
use reqwest::Method;
use serde_json::{Value, json};

/// The connection spec of the data lake as a target.
const DATA_LAKE: &str = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";

/// The connection spec of the source Data Landing Zone, which needs no base connection.
const DATA_LANDING_ZONE: &str = "26f526f2-58f4-4712-961d-e41bf1ccc0e8";

#[test]
fn a_connection_can_be_read_listed_changed_and_deleted_on_each_other_replica() {
    let Some(all) = replicas("connections", &[]) else { return };
    for round in 0..30 {
        let [one, two, three] = [0, 1, 2].map(|place| &all[(round + place) % 3].api);
        let name = format!("orders-{round}");
        let made = one.create("/connections", &connection("c2VjcmV0"));
        let path = format!("/connections/{}", made.id);
        assert_eq!(two.item(&path)["etag"], *made.etag);
        let list = three.get("/connections?limit=1").expect_status(200);
        assert_eq!(list.json()["items"][0]["id"], *made.id, "{list}");

        let changed = two.patch(&path, &made.etag, &rename(&name)).expect_status(200).written();
        let item = three.item(&path);
        assert_eq!((&item["name"], &item["etag"]), (&json!(name), &json!(changed.etag)));
        three.post(&format!("{path}/action?op=disable"), &json!({})).expect_status(200);
        assert_eq!(one.item(&path)["state"], "disabled");

        one.delete(&path).expect_status(204);
        for api in [two, three, one] {
            api.get(&path).expect_error("FLOW-1439-404");
        }
        two.delete(&path).expect_error("FLOW-1439-404");
        three.patch(&path, "*", &rename("gone")).expect_error("FLOW-1439-404");
        let count = three.get("/connections?count=true").expect_status(200);
        assert_eq!(count.json()["count"], 0, "{count}");
    }
    agreed(&all);
}

#[test]
fn of_two_replicas_that_patch_with_one_etag_the_second_refuses_and_names_both_versions() {
    let Some([one, two, three]) = replicas("etags", &[]) else { return };
    let made = one.api.create("/connections", &landing_zone("contended"));
    let path = format!("/connections/{}", made.id);
    let first = two.api.patch(&path, &made.etag, &rename("first")).expect_status(200).written();
    let second = three.api.patch(&path, &made.etag, &rename("second")).expect_error("FLOW-1404-412");
    second.naming(&made.etag).naming(&first.etag);
    assert_eq!(one.api.item(&path)["name"], "first");
    agreed([&one, &two, &three]);
}

#[test]
fn of_patches_with_one_etag_at_the_same_time_one_wins() {
    let Some(all) = replicas("races", &[]) else { return };
    for round in 0..20 {
        let made = all[round % 3].api.create("/connections", &landing_zone("contended"));
        let path = format!("/connections/{}", made.id);
        let mut statuses = std::thread::scope(|scope| {
            let patch = |number: usize| {
                let (api, path, etag) = (&all[number % 3].api, &path, &made.etag);
                scope.spawn(move || api.patch(path, etag, &rename(&number.to_string())).status.as_u16())
            };
            let patches: Vec<_> = (0..6).map(patch).collect();
            patches.into_iter().map(|patch| patch.join().unwrap()).collect::<Vec<_>>()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
    }
    agreed(&all);
}

#[test]
fn a_flow_can_be_made_of_entities_of_other_replicas_which_then_refuse_to_delete_them() {
    let Some([one, two, three]) = replicas("flows", &[]) else { return };
    let source = json!({
        "name": "source", "connectionSpec": { "id": DATA_LANDING_ZONE, "version": "1.0" },
        "data": { "format": "delimited" }, "params": { "path": "dlz-user-container/orders.csv", "type": "file" },
    });
    let target = json!({
        "name": "target", "connectionSpec": { "id": DATA_LAKE, "version": "1.0" },
        "params": { "dataSetId": "5f3c3cedb2805c194ff0b69a" },
    });
    let source = one.api.create("/sourceConnections", &source).id;
    let target = two.api.create("/targetConnections", &target).id;
    let flow = json!({
        "name": "flow", "flowSpec": { "id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "version": "1.0" },
        "sourceConnectionIds": [source], "targetConnectionIds": [target],
        "scheduleParams": { "startTime": 1_612_310_466, "frequency": "hour", "interval": 1 },
    });
    let flow = three.api.create("/flows", &flow).id;
    one.api.delete(&format!("/targetConnections/{target}")).expect_error("FLOW-1447-400");
    two.api.delete(&format!("/sourceConnections/{source}")).expect_error("FLOW-1447-400");
    one.api.delete(&format!("/flows/{flow}")).expect_status(204);
    two.api.delete(&format!("/sourceConnections/{source}")).expect_status(204);
    three.api.delete(&format!("/targetConnections/{target}")).expect_status(204);
    agreed([&one, &two, &three]);
}

#[test]
fn connection_specs_of_users_are_shared() {
    let Some([one, two, three]) = replicas("specs", &[]) else { return };
    let spec =
        |name: &str, version: &str| json!({ "id": "mine", "name": name, "version": version, "authSpec": [] });
    one.api.post("/connectionSpecs", &spec("first", "1.0")).expect_status(201);
    let made = two.api.create("/connections", &json!({ "name": "own", "connectionSpec": { "id": "mine" } }));
    assert_eq!(three.api.item(&format!("/connections/{}", made.id))["connectionSpec"]["id"], "mine");
    let replaced =
        three.api.request(Method::PUT, "/connectionSpecs/mine").body(spec("second", "2.0").to_string());
    crate::api::sent(replaced).expect_status(200);
    let read: Value = one.api.get("/connectionSpecs/mine").expect_status(200).json();
    assert_eq!(read["items"][0]["name"], "second");
    agreed([&one, &two, &three]);
}
