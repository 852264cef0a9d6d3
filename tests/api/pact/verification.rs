//! Pact files that a server passes or fails.

use super::verifying::{assert_verified, failures, loaded};
use super::{Shop, conversation};
use crate::support::{Tenant, landing_zone, rename};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::json;
use std::collections::BTreeSet;

#[tokio::test]
async fn a_pact_file_is_verified_against_a_new_server() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    conversation(&tenant).await;
    let file = mock.pact("shop").expect("a file");
    let json = assert_verified(&file).await;
    assert_eq!(json["consumer"]["name"], "shop");
    let interactions = json["interactions"].as_array().expect("interactions");
    let described: Vec<&str> =
        interactions.iter().map(|one| one["description"].as_str().expect("a description")).collect();
    let different: BTreeSet<&str> = described.iter().copied().collect();
    assert_eq!(different.len(), described.len(), "{described:#?}");
    for wanted in [
        "createConnection answers 201",
        "listConnections answers 200 (2)",
        "updateConnection answers 200",
        "updateConnection answers 200 (2)",
        "updateConnection answers 412 FLOW-1404-412",
        "updateConnection answers 400 FLOW-1403-400",
        "actOnConnection answers 200",
        "actOnConnection answers 400 FLOW-1422-400",
        "deleteConnection answers 204",
        "deleteConnection answers 404 FLOW-1439-404",
        "createConnection answers 400 FLOW-1413-400",
        "searchConnections answers 200",
        "getConnection answers 404 FLOW-1439-404",
        "testConnection answers 200",
        "exploreConnection answers 200",
        "getConnectionSpec answers 200",
    ] {
        assert!(different.contains(wanted), "{wanted} in {described:#?}");
    }
    assert_eq!(json["metadata"]["flowmock"].as_object().unwrap().len(), 2, "requests were left out: {file}");
}

#[tokio::test]
async fn a_changed_answer_in_the_file_fails_the_verification() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    let made = client.post("/connections", &landing_zone("orders")).await;
    client.get(&format!("/connections/{}", made["id"].as_str().unwrap())).await;
    let file = loaded(&mock.pact("shop").expect("a file"));
    let changes = [
        ("/interactions/1/response/status", json!(202)),
        ("/interactions/1/response/body/items/0/name", json!(7)),
        ("/interactions/1/response/body/items/0/more", json!("of what is not answered")),
        ("/interactions/1/response/headers/Content-Type", json!("text/plain")),
        ("/interactions/1/providerStates", json!([])),
        ("/interactions/1/providerStates/0/name", json!("nobody knows this one")),
    ];
    for (pointer, value) in changes {
        let mut changed = file.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).expect(pointer)[key] = value;
        if pointer.ends_with("Content-Type") {
            changed["interactions"][1]["response"]["matchingRules"]["header"] = json!({});
        }
        let failed = failures(&FlowMock::start(), &changed).await;
        assert_eq!(failed.len(), 1, "{pointer}: {failed:#?}");
        assert!(failed[0].0.contains("getConnection answers 200"), "{pointer}: {failed:#?}");
    }
}

#[tokio::test]
async fn interactions_can_be_verified_alone_and_in_any_order() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    conversation(&tenant).await;
    let mut file = loaded(&mock.pact("shop").expect("a file"));
    file["interactions"].as_array_mut().unwrap().reverse();
    let failed = failures(&FlowMock::start(), &file).await;
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn ids_and_versions_come_from_the_provider_state() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    let made = client.post("/connections", &landing_zone("orders")).await;
    let path = format!("/connections/{}", made["id"].as_str().unwrap());
    let etag = made["etag"].as_str().unwrap();
    let next = client.send_with(Method::PATCH, &path, Some(&rename("a")), Some(etag)).await;
    let bare = next["etag"].as_str().unwrap().trim_matches('"');
    let more = json!([{"op": "add", "path": "/description", "value": "b"}]);
    client.send_with(Method::PATCH, &path, Some(&more), Some(bare)).await;
    client.get(&format!("{path}/test")).await;
    let mut file = loaded(&mock.pact("shop").expect("a file"));
    for interaction in file["interactions"].as_array_mut().unwrap().iter_mut().skip(1) {
        let request = &mut interaction["request"];
        let path = request["path"].as_str().unwrap();
        request["path"] = path.replace(made["id"].as_str().unwrap(), "not-this-one").into();
        if request["headers"]["If-Match"].is_string() {
            request["headers"]["If-Match"] = json!("\"nor this\"");
        }
    }
    let failed = failures(&FlowMock::start(), &file).await;
    assert!(failed.is_empty(), "{failed:#?}");
}
