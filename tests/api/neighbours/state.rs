//! The documents of the services in state documents, snapshots and resets, and under a seed.

use super::{
    DATA_SETS, MAPPING_SETS, SCHEMAS, create_data_set, create_mapping_set, create_schema, encoded, get,
    mapping_set, post, read_schema, request,
};
use crate::support::{self, Answer, Control, Tenant, state_of};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

/// Everything that the services answer about this tenant.
async fn everything(tenant: &Tenant, data_set: &str, set: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        SCHEMAS.to_owned(),
        DATA_SETS.to_owned(),
        format!("{DATA_SETS}/{data_set}"),
        format!("{MAPPING_SETS}/{set}"),
        "/connectors/landingzone/credentials?type=user_drop_zone".to_owned(),
    ] {
        all.push(get(tenant, &path).await.json());
    }
    all
}

async fn refresh(tenant: &Tenant) {
    let path = "/connectors/landingzone/credentials?type=user_drop_zone&action=refresh";
    Answer::to(request(tenant, Method::POST, path)).await.expect_status(200);
}

async fn create_key(tenant: &Tenant) {
    let body = json!({"encryptionAlgorithm": "PGP", "params": {"passPhrase": "x"}});
    post(tenant, "/connectors/encryption/keys", &body).await.expect_status(200);
}

/// Creates a document of each kind; returns the ids of the data set and the mapping set.
async fn fill(tenant: &Tenant) -> (String, String) {
    let schema = create_schema(tenant, "orders").await;
    let made = (create_data_set(tenant, "orders", &schema).await, create_mapping_set(tenant, &schema).await);
    refresh(tenant).await;
    create_key(tenant).await;
    made
}

#[tokio::test]
async fn an_exported_sandbox_is_equal_in_another_server() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let (data_set, set) = fill(&tenant).await;
    let exported: Value = serde_json::from_str(&Control::of(&mock).export().await).unwrap();
    let sandbox = &exported["organisations"][0]["sandboxes"][0];
    for kind in ["schemas", "dataSets", "mappingSets", "landingZones", "encryptionKeys"] {
        assert_eq!(sandbox[kind].as_array().map(Vec::len), Some(1), "{kind} in {sandbox}");
    }
    assert_eq!(sandbox["dataSets"][0]["id"], data_set);
    for merge in [true, false] {
        let other = support::server(|_| {});
        let control = Control::of(&other);
        let answer = if merge { control.merge(&exported).await } else { control.replace(&exported).await };
        answer.expect_status(204);
        let there = Tenant::on(&other).of_org(&tenant.ims_org);
        assert_eq!(everything(&there, &data_set, &set).await, everything(&tenant, &data_set, &set).await);
        let again: Value = serde_json::from_str(&control.export().await).unwrap();
        assert_eq!(again, exported);
    }
}

#[tokio::test]
async fn a_snapshot_brings_documents_back_and_a_reset_removes_them() {
    let mock = support::server(|_| {});
    let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
    let (data_set, set) = fill(&tenant).await;
    let before = everything(&tenant, &data_set, &set).await;
    control.put("/snapshots/before").await;
    create_data_set(&tenant, "another", "s").await;
    refresh(&tenant).await;
    assert_ne!(everything(&tenant, &data_set, &set).await, before);
    control.post("/snapshots/before/restore").await;
    assert_eq!(everything(&tenant, &data_set, &set).await, before);
    control.post("/reset").await.expect_status(204);
    assert_eq!(get(&tenant, DATA_SETS).await.json(), json!({}));
    assert_eq!(get(&tenant, SCHEMAS).await.json()["results"], json!([]));
    get(&tenant, &format!("{MAPPING_SETS}/{set}")).await.expect_error("FLOW-1439-404");
    control.post("/snapshots/before/restore").await;
    assert_eq!(everything(&tenant, &data_set, &set).await, before);
}

#[tokio::test]
async fn a_seed_needs_the_ids_and_what_a_post_needs_and_replaces_documents_with_its_ids() {
    let mock = support::server(|_| {});
    let (tenant, control) = (Tenant::on(&mock), Control::of(&mock));
    let id = "https://ns.adobe.com/acme/schemas/orders";
    let seed = |name: &str| {
        let contents = json!({
            "schemas": [{"$id": id, "title": name}],
            "dataSets": [{"id": "5f3f23450000000000000000", "name": name, "schemaRef": {"id": id}}],
            "mappingSets": [{"id": "set", "version": 3, "xdmSchema": id, "mappings": []}],
        });
        state_of(&tenant.ims_org, "prod", contents)
    };
    for name in ["first", "second"] {
        control.merge(&seed(name)).await.expect_status(204);
        for named in [encoded(id), "_acme.schemas.orders".to_owned()] {
            assert_eq!(read_schema(&tenant, &named).await.expect_status(200).json()["title"], name);
        }
        let data_sets = get(&tenant, DATA_SETS).await.expect_status(200).json();
        assert_eq!(data_sets["5f3f23450000000000000000"]["name"], name);
        assert_eq!(data_sets.as_object().unwrap().len(), 1);
    }
    let set = get(&tenant, &format!("{MAPPING_SETS}/set")).await.expect_status(200).json();
    assert_eq!((&set["version"], set["createdDate"].is_u64()), (&json!(3), true));
}

#[tokio::test]
async fn a_mistake_in_a_seed_is_named_by_its_place_and_changes_nothing() {
    let mock = support::server(|_| {});
    let control = Control::of(&mock);
    for (kind, documents, place, reason) in [
        ("schemas", json!([{"title": "x"}]), "/0/$id", "is missing"),
        ("schemas", json!([{"$id": "x"}]), "/0/title", "is missing"),
        ("schemas", json!([{"$id": "x", "title": "x"}, {"$id": "x", "title": "y"}]), "/1/$id", "further up"),
        ("dataSets", json!([{"id": "", "name": "x"}]), "/0/id", "must not be empty"),
        ("dataSets", json!({}), "", "must be an array"),
        ("mappingSets", json!([{"id": "x", "mappings": [], "version": -1}]), "/0/version", "whole number"),
        (
            "landingZones",
            json!([{"type": "other", "renewal": "x", "renewedAt": 1}]),
            "/0/type",
            "user_drop_zone",
        ),
        (
            "encryptionKeys",
            json!([{"publicKeyId": "x", "encryptionAlgorithm": "PGP", "x": 1}]),
            "/0/x",
            "not known",
        ),
    ] {
        let mut contents = json!({});
        contents[kind] = documents;
        let refused =
            control.merge(&state_of("A@AdobeOrg", "prod", contents)).await.expect_status(400).json();
        let problem = &refused["errors"][0];
        assert_eq!(problem["path"], format!("/organisations/0/sandboxes/0/{kind}{place}"), "{refused}");
        assert!(problem["reason"].as_str().unwrap().contains(reason), "{refused}");
    }
    let exported: Value = serde_json::from_str(&control.export().await).unwrap();
    assert_eq!(exported["organisations"], json!([]));
}

/// The answers to the same calls, one of each kind that makes an id.
async fn answers(mock: &FlowMock) -> Vec<Vec<u8>> {
    let tenant = Tenant::on(mock).of_org("A@AdobeOrg");
    let mut answers = Vec::new();
    for (path, body) in [
        (SCHEMAS, json!({"title": "orders"})),
        (DATA_SETS, json!({"name": "orders"})),
        (MAPPING_SETS, mapping_set("s")),
        ("/connectors/encryption/keys", json!({"encryptionAlgorithm": "PGP", "params": {"passPhrase": "x"}})),
        ("/connectors/landingzone/credentials?type=user_drop_zone&action=refresh", json!({})),
    ] {
        for _ in 0..2 {
            answers.push(post(&tenant, path, &body).await.body);
        }
    }
    answers
}

#[tokio::test]
async fn with_a_seed_the_same_calls_make_the_same_documents() {
    let server = |seed: u64| support::server(move |config| config.deterministic = Some(seed));
    let first = answers(&server(7)).await;
    assert_eq!(answers(&server(7)).await, first);
    let other = answers(&server(8)).await;
    for (one, pair) in first.iter().enumerate() {
        assert_ne!(*pair, other[one]);
        assert_eq!(first.iter().filter(|answer| *answer == pair).count(), 1);
    }
}
