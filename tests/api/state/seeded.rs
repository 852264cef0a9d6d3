//! Seeded entities behave like those that clients created.

use super::{
    AT, LANDING_ZONE, ONE, ORG, TWO, landing_zone, own_spec, prod, seed, server, source, whole,
    with_connections,
};
use crate::support::{self, CREDENTIAL, Control, Tenant, ats, ids, landing_zone as new, rename, with};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_seeded_connection_is_returned_as_seeded_with_keys_in_the_documented_order() {
    let mock = server();
    seed(&mock, &whole()).await;
    let tenant = prod(&mock);
    let etag = "\"1400dd53-0000-0200-0000-5f3f23450000\"";
    let read = tenant.read(ONE).await;
    let sandbox_id = tenant.read(TWO).await["sandboxId"].clone();
    let expected = json!({
        "id": ONE,
        "createdAt": 1_600_000_000_123_i64, "updatedAt": 1_767_225_600_500_i64,
        "createdBy": "0123456789ABCDEF01234567@AdobeID", "updatedBy": "FEDCBA987654321001234567@AdobeID",
        "createdClient": "their-key", "updatedClient": "our-key",
        "sandboxId": sandbox_id, "sandboxName": "prod", "imsOrgId": ORG,
        "name": "orders", "description": "for a test",
        "connectionSpec": ats("x")["connectionSpec"], "state": "disabled", "auth": ats("x")["auth"],
        "providerId": "kept", "rank": 0.1, "deep": { "list": [null, 1, { "": [] }] },
        "version": etag, "etag": etag,
        "lastOperation": {
            "started": 1_767_225_600_500_i64, "updated": 1_767_225_600_500_i64, "operation": "update",
        },
    });
    assert_eq!(read.to_string(), expected.to_string());
}

#[tokio::test]
async fn values_missing_from_a_seed_have_defaults() {
    let mock = support::server(|config| config.clock = Some(std::time::UNIX_EPOCH));
    let bare = json!({ "name": "bare", "connectionSpec": { "id": LANDING_ZONE } });
    let written = with(with(bare.clone(), "/createdClient", json!("k")), "/createdAt", json!(5_000));
    seed(&mock, &with_connections(json!([bare, bare, bare, written]))).await;
    let tenant = prod(&mock);
    let listed = tenant.walk("/connections").await;
    let ids = ids(&listed);
    assert_eq!(ids.iter().collect::<std::collections::HashSet<_>>().len(), 4);
    let facts = |index: usize, keys: [&str; 3]| keys.map(|key| listed[index][key].clone());
    // The last connection in the document is the newest, and no time is before 1970.
    let times: Vec<_> = listed.iter().map(|item| item["createdAt"].as_i64().unwrap()).collect();
    assert_eq!(times, [5_000, 2, 1, 0]);
    assert_eq!(
        facts(1, ["updatedAt", "state", "createdClient"]),
        [json!(2), json!("enabled"), json!("flowmock-seed")]
    );
    assert_eq!(listed[1]["connectionSpec"]["version"], "1.0");
    assert_eq!(
        facts(0, ["updatedAt", "updatedClient", "updatedBy"]),
        [json!(5_000), json!("k"), listed[0]["createdBy"].clone()]
    );
    let made = tenant.with_api_key("k").create(new("by k")).await;
    assert_eq!(
        tenant.read(&made.id).await["createdBy"],
        listed[0]["createdBy"],
        "the user of a key is always the same"
    );
    assert!(listed[0]["etag"].as_str().unwrap().ends_with("-0000-0200-0000-000000050000\""));
}

#[tokio::test]
async fn the_last_seeded_connection_comes_first_in_the_default_order() {
    let mock = server();
    let connections: Vec<Value> = (0..50)
        .map(|number| json!({"name": format!("{number}"), "connectionSpec": {"id": LANDING_ZONE}}))
        .collect();
    seed(&mock, &with_connections(json!(connections))).await;
    let tenant = prod(&mock);
    let newest = tenant.create(new("new")).await;
    let names: Vec<_> =
        tenant.walk("/connections?limit=7").await.iter().map(|item| item["name"].clone()).collect();
    let expected: Vec<Value> = (0..50).rev().map(|number| json!(format!("{number}"))).collect();
    assert_eq!(names[1..], expected);
    assert_eq!(tenant.walk("/connections").await[0]["id"], newest.id.as_str());
}

#[tokio::test]
async fn a_seeded_connection_can_be_found_changed_and_deleted() {
    let mock = server();
    seed(&mock, &whole()).await;
    let tenant = prod(&mock);
    let found = async |query: &str| {
        let items = tenant.walk(&format!("/connections?{query}")).await;
        items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found("property=state==draft").await, ["later"]);
    assert_eq!(found("property=providerId==kept").await, ["orders"]);
    assert_eq!(found("property=connectionSpec.id==mine&orderby=name").await, ["mine"]);
    assert_eq!(found("property=createdAt%3C1700000000000").await, ["orders"]);
    assert_eq!(found(&format!("property=id=={ONE},{TWO}&orderby=name")).await, ["later", "orders"]);
    let read = tenant.read(ONE).await;
    let etag = read["etag"].as_str().unwrap();
    tenant.patch_if("other", ONE, rename("x")).await.expect_error("FLOW-1404-412").naming(etag);
    tenant.patch_if(etag, ONE, rename("sales")).await.expect_status(200);
    let patched = tenant.read(ONE).await;
    assert_eq!((&patched["createdBy"], &patched["createdAt"]), (&read["createdBy"], &read["createdAt"]));
    assert_eq!((&patched["updatedClient"], &patched["name"]), (&json!("key"), &json!("sales")));
    tenant.action(TWO, "op=publish").await.expect_error("FLOW-1415-400");
    tenant.delete(&format!("/connections/{TWO}")).await.expect_status(204);
    assert_eq!(tenant.count().await, 2);
}

#[tokio::test]
async fn a_seed_is_visible_in_its_own_sandbox_only() {
    let mock = server();
    seed(&mock, &whole()).await;
    let tenant = prod(&mock);
    let (dev, other) = (tenant.in_sandbox("dev"), tenant.of_org("OTHER@AdobeOrg"));
    assert_eq!((tenant.count().await, dev.count().await, other.count().await), (3, 1, 1));
    assert_eq!(dev.read(ONE).await["name"], "same id, other sandbox");
    tenant.get("/connectionSpecs/mine").await.expect_status(200);
    dev.get("/connectionSpecs/mine").await.expect_error("FLOW-1439-404");
    let tables = async |tenant: &Tenant| {
        let made = tenant.create(ats("explorer")).await;
        let root = tenant.get(&format!("/connections/{}/explore?objectType=root", made.id)).await;
        let root = root.expect_status(200).json();
        root.as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(tables(&tenant).await, ["orders"], "the account acme sees only this table");
    assert!(!tables(&dev).await.contains(&"orders".to_owned()) || tables(&dev).await.len() > 1);
}

#[tokio::test]
async fn sandbox_names_are_case_sensitive() {
    let mock = server();
    let named = |name: &str| json!({ "name": name, "connections": [landing_zone(ONE, name)] });
    let document = json!({ "organisations": [
        { "imsOrgId": ORG, "sandboxes": [named("prod"), named("Prod")] },
        { "imsOrgId": ORG.to_lowercase(), "sandboxes": [named("prod")] },
    ] });
    seed(&mock, &document).await;
    let tenant = prod(&mock);
    tenant.delete(&format!("/connections/{ONE}")).await.expect_status(204);
    assert_eq!(tenant.in_sandbox("Prod").read(ONE).await["name"], "Prod");
    assert_eq!(tenant.of_org(&ORG.to_lowercase()).read(ONE).await["name"], "prod");
    Control::of(&mock).post(&format!("/reset?imsOrgId={ORG}&sandbox=Prod")).await.expect_status(204);
    assert_eq!(tenant.in_sandbox("Prod").count().await, 0);
    assert_eq!(tenant.of_org(&ORG.to_lowercase()).count().await, 1);
}

#[tokio::test]
async fn seeded_sources_answer_explore_preview_configs_and_test_by_account() {
    let mock = server();
    seed(&mock, &whole()).await;
    let tenant = prod(&mock);
    let at = |path: &str| format!("/connections/{ONE}{path}");
    let preview = tenant.get(&at("/explore?objectType=table&object=orders&preview=true")).await;
    assert_eq!(preview.expect_status(200).json()["data"], json!([{ "n": 7 }]));
    tenant.get(&at("/explore?objectType=table&object=hidden")).await.expect_error("FLOW-1101-404");
    let test = async |connection: Value| {
        let made = tenant.create(connection).await;
        tenant.get(&format!("/connections/{}/test", made.id)).await.expect_status(200).json()["result"]
            .clone()
    };
    let gone = format!("AccountName=gone;AccountKey={CREDENTIAL}");
    assert_eq!(test(with(ats("x"), "/auth/params/connectionString", json!(gone))).await, false);
    assert_eq!(test(ats("x")).await, true);
    // The new source replaces the old one completely.
    seed(
        &mock,
        &support::state_of(ORG, "prod", json!({ "sources": { "azure-table-storage": source("new") } })),
    )
    .await;
    let root = tenant.get(&at("/explore?objectType=root")).await.expect_status(200).json();
    assert_eq!(root.as_array().unwrap().len(), 1, "{root}");
    assert_eq!(root[0]["name"], "new");
}

#[tokio::test]
async fn a_seeded_connection_spec_belongs_to_its_sandbox_and_can_be_replaced() {
    let mock = server();
    let own = with(own_spec("mine", "my-source"), "/x-flowmock", json!({ "patchAllowed": false }));
    let own = with(with(own, "/imsOrgId", json!("OLD@AdobeOrg")), "/sandboxId", json!("old"));
    let connection = json!({ "id": ONE, "name": "mine", "connectionSpec": { "id": "mine" } });
    seed(
        &mock,
        &support::state_of(ORG, "prod", json!({ "connectionSpecs": [own], "connections": [connection] })),
    )
    .await;
    let tenant = prod(&mock);
    let item = tenant.get("/connectionSpecs/mine").await.expect_status(200).json()["items"][0].clone();
    assert_eq!(item["imsOrgId"], ORG, "imsOrgId of the item agrees with its place in the document");
    assert_eq!(item["sandboxId"], tenant.read(ONE).await["sandboxId"]);
    assert!(item.get("x-flowmock").is_none() && item.get("sandboxName").is_none());
    tenant.patch_if("*", ONE, rename("x")).await.expect_error("FLOW-1445-400");
    let request =
        tenant.request(Method::PUT, "/connectionSpecs/mine").body(own_spec("mine", "other").to_string());
    support::Answer::to(request).await.expect_status(200);
    tenant.patch_if("*", ONE, rename("x")).await.expect_status(200);
}

#[tokio::test]
async fn a_seed_can_be_yaml() {
    let mock = server();
    let text = format!(
        "# two of one kind\norganisations:\n- imsOrgId: \"{ORG}\"\n  sandboxes:\n  - name: prod\n    connections:\n\
         \x20   - &zone\n      id: {ONE}\n      name: 'no'\n      connectionSpec: {{id: {LANDING_ZONE}, version: \"1.0\"}}\n\
         \x20     createdAt: 2026-01-01T00:00:00Z\n    - <<: *zone\n      id: {TWO}\n      name: no\n      description: ~\n"
    );
    let control = Control::of(&mock);
    for content_type in ["application/yaml", "text/yaml; charset=utf-8", "Application/X-YAML"] {
        control.send(Method::PUT, "/state", content_type, text.clone()).await.expect_status(204);
        let tenant = prod(&mock);
        let (one, two) = (tenant.read(ONE).await, tenant.read(TWO).await);
        assert_eq!((&one["name"], &two["name"]), (&json!("no"), &json!("no")));
        assert_eq!(two["createdAt"], 1_767_225_600_000_i64);
        assert!(two.get("description").is_none());
    }
    let export = control.export().await;
    control.send(Method::PUT, "/state", "application/yaml", export.clone()).await.expect_status(204);
    assert_eq!(control.export().await, export);
    control.send(Method::PUT, "/state", "application/json", text).await.refused_for(400, "line 1");
    assert_eq!(control.export().await, export);
}

#[tokio::test]
async fn a_strict_server_checks_seeds_strictly() {
    let mock = support::server(|config| config.strict = true);
    let control = Control::of(&mock);
    let placeholders = "AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY}";
    let connection = with(ats("pasted"), "/auth/params/connectionString", json!(placeholders));
    let document = support::state_of("not an id", "prod", json!({ "connections": [connection] }));
    let problems = control.merge(&document).await.problems(400);
    let at = format!("{AT}/connections/0/auth/params/connectionString");
    assert_eq!(super::places(&problems), ["/organisations/0/imsOrgId", &at]);
    Control::of(&server()).merge(&document).await.expect_status(204);
}
