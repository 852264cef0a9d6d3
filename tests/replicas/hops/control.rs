//! flowmock's own calls: seeds, resets, snapshots, fault rules, the clock.

use super::replicas;
use crate::api::{Api, landing_zone};
use crate::replica::{Replica, agreed};
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;

/// A state document with connections of these names.
fn document(names: &[&str]) -> Value {
    let connections: Vec<Value> = names.iter().map(|name| landing_zone(name)).collect();
    json!({ "organisations": [{
        "imsOrgId": "TEST@AdobeOrg", "sandboxes": [{ "name": "prod", "connections": connections }],
    }] })
}

fn names(api: &Api) -> Vec<String> {
    api.names("/connections?orderby=name")
}

#[test]
fn documents_and_resets_reach_every_replica() {
    let Some([one, two, three]) = replicas("documents", &[]) else { return };
    one.api.control_with(Method::POST, "/state", &document(&["a", "b"])).expect_status(204);
    assert_eq!(names(&two.api), ["a", "b"]);
    two.api.control_with(Method::POST, "/state", &document(&["c"])).expect_status(204);
    assert_eq!(names(&three.api), ["a", "b", "c"]);
    three.api.control_with(Method::PUT, "/state", &document(&["d"])).expect_status(204);
    assert_eq!(names(&one.api), ["d"]);
    let refused = one.api.control_with(Method::PUT, "/state", &json!({ "organisations": 1 }));
    assert_eq!(refused.status, 400, "{refused}");
    assert_eq!(names(&two.api), ["d"]);
    agreed([&one, &two, &three]);
    two.api.control(Method::POST, "/reset").expect_status(204);
    assert_eq!(agreed([&one, &two, &three]), r#"{"organisations":[]}"#);
    three.api.create("/connections", &landing_zone("e"));
    one.api.control(Method::POST, "/reset?imsOrgId=TEST@AdobeOrg&sandbox=prod").expect_status(204);
    assert!(names(&two.api).is_empty());
}

#[test]
fn seed_files_are_loaded_once_and_a_reset_by_any_replica_goes_back_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seed.json");
    fs::write(&file, document(&["seeded"]).to_string()).unwrap();
    let Some(all) = replicas("seeds", &["--seed-file", file.to_str().unwrap()]) else { return };
    let seeded = agreed(&all);
    for replica in &all {
        assert_eq!(names(&replica.api), ["seeded"]);
    }
    for (place, replica) in all.iter().enumerate() {
        all[(place + 1) % 3].api.create("/connections", &landing_zone("made"));
        assert_eq!(names(&replica.api), ["made", "seeded"]);
        replica.api.control(Method::POST, "/reset").expect_status(204);
        assert_eq!(agreed(&all), seeded);
    }
}

#[test]
fn a_snapshot_of_one_replica_can_be_restored_by_another() {
    let Some([one, two, three]) = replicas("snapshots", &[]) else { return };
    one.api.create("/connections", &landing_zone("before"));
    let before = agreed([&one, &two, &three]);
    two.api.control(Method::PUT, "/snapshots/saved").expect_status(204);
    let list = three.api.control(Method::GET, "/snapshots").expect_status(200);
    assert_eq!(list.json()["snapshots"][0]["name"], "saved", "{list}");
    three.api.create("/connections", &landing_zone("after"));
    one.api.control(Method::POST, "/snapshots/saved/restore").expect_status(204);
    assert_eq!(agreed([&one, &two, &three]), before);
    two.api.control(Method::DELETE, "/snapshots/saved").expect_status(204);
    assert_eq!(three.api.control(Method::POST, "/snapshots/saved/restore").status, 404);
}

fn add_fault(api: &Api, times: u32) {
    let rule = json!({
        "id": "flaky", "match": { "operation": "listConnections" }, "times": times,
        "action": { "error": "FLOW-1103-503" },
    });
    api.control_with(Method::POST, "/faults", &rule).expect_status(201);
}

/// How often each replica believes that the rule has fired.
fn fired(all: &[Replica]) -> Vec<u64> {
    let rule =
        |replica: &Replica| replica.api.control(Method::GET, "/faults/flaky").expect_status(200).json();
    all.iter().map(|replica| rule(replica)["fired"].as_u64().expect("a number")).collect()
}

#[test]
fn a_fault_rule_fires_as_often_as_it_says_over_all_replicas() {
    let Some(all) = replicas("faults", &[]) else { return };
    add_fault(&all[0].api, 3);
    let statuses: Vec<u16> =
        all.iter().cycle().take(9).map(|replica| replica.api.get("/connections").status.as_u16()).collect();
    assert_eq!(statuses, [503, 503, 503, 200, 200, 200, 200, 200, 200]);
    assert_eq!(fired(&all), [3, 3, 3]);
    all[2].api.control(Method::DELETE, "/faults").expect_status(204);
    assert_eq!(all[0].api.control(Method::GET, "/faults").json(), json!({ "faults": [] }));
    add_fault(&all[1].api, 1);
    all[2].api.get("/connections").expect_error("FLOW-1103-503");
    all[0].api.get("/connections").expect_status(200);
    // A reset forgets rules.
    all[0].api.control(Method::POST, "/reset").expect_status(204);
    assert_eq!(all[1].api.control(Method::GET, "/faults").json(), json!({ "faults": [] }));
}

#[test]
fn a_fault_rule_fires_no_more_often_if_requests_come_at_the_same_time() {
    let Some(all) = replicas("fault-races", &[]) else { return };
    add_fault(&all[0].api, 10);
    let failed: usize = std::thread::scope(|scope| {
        let list = |number: usize| {
            let api = &all[number % 3].api;
            scope.spawn(move || (0..10).filter(|_| api.get("/connections").status == 503).count())
        };
        let clients: Vec<_> = (0..6).map(list).collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert_eq!(failed, 10);
    assert_eq!(fired(&all), [10, 10, 10]);
}

#[test]
fn the_clock_is_the_same_everywhere() {
    let Some([one, two, three]) = replicas("clock", &[]) else { return };
    let now = |replica: &Replica| replica.api.control(Method::GET, "/clock").expect_status(200).json();
    let set = json!({ "now": "2026-03-01T12:00:00Z", "running": false });
    one.api.control_with(Method::PUT, "/clock", &set).expect_status(200);
    assert_eq!(now(&two)["epochMs"], 1_772_366_400_000_i64);
    two.api.control_with(Method::PUT, "/clock", &json!({ "advanceMs": 90_000 })).expect_status(200);
    let made = three.api.create("/connections", &landing_zone("late"));
    let item = one.api.item(&format!("/connections/{}", made.id));
    assert_eq!(item["createdAt"], 1_772_366_490_000_i64);
    three.api.control(Method::DELETE, "/clock").expect_status(200);
    assert_eq!(now(&one)["running"], true);
    agreed([&one, &two, &three]);
}
