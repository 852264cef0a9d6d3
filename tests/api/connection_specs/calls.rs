//! `POST` and `PUT`: connection specs that tenants create. Reference: "Connection specs".

use super::{BATCH, SAP, connection, items, names, put, spec};
use crate::support::{self, ATS, Answer, ats, rename};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_created_spec_is_returned_listed_and_used_for_validation() {
    let tenant = support::tenant().await;
    let answer = tenant.post("/connectionSpecs", &spec("mine")).await.expect_status(201);
    let made = answer.json();
    let id = made["id"].as_str().unwrap();
    let path = format!("/connectionSpecs/{id}");
    assert_eq!(answer.header("location"), format!("/data/foundation/flowservice{path}"));
    assert_eq!([&made["name"], &made["version"], &made["providerId"]], ["mine", "1.0", BATCH]);
    assert_eq!(made["authSpec"], spec("mine")["authSpec"]);
    assert_eq!([&made["imsOrgId"], &made["sandboxName"]], [&tenant.ims_org, &tenant.sandbox]);
    assert!(made["createdAt"].is_i64() && made["createdAt"] == made["updatedAt"]);
    assert!(made.get("x-flowmock").is_none(), "{answer}");
    assert_eq!(items(&tenant, &path).await, std::slice::from_ref(&made));
    assert!(names(&tenant, "").await.contains(&"mine".to_owned()));
    assert_eq!(names(&tenant, &format!("?property=createdAt=={}", made["createdAt"])).await, ["mine"]);

    let connection_to = |params| connection(id, "Key", params);
    let refused = tenant.post("/connections", &connection_to(json!({}))).await;
    refused.expect_error("FLOW-1100-400").naming("1304-400").at("/auth/params/apiKey");
    let connection = tenant.create(connection_to(json!({"apiKey": "k"}))).await;
    tenant.patch(&connection, rename("new")).await.expect_error("FLOW-1445-400").naming("mine");
}

#[tokio::test]
async fn connection_specs_of_a_tenant_are_visible_to_it_only() {
    let tenant = support::tenant().await;
    let mut own = spec("mine");
    own["id"] = json!("my-spec.1_0");
    tenant.post("/connectionSpecs", &own).await.expect_status(201);
    put(&tenant, ATS, &spec("my-ats")).await.expect_status(200);
    let sandbox = tenant.in_sandbox("other");
    for stranger in [sandbox, support::tenant().await] {
        stranger.get("/connectionSpecs/my-spec.1_0").await.expect_error("FLOW-1439-404");
        assert!(!names(&stranger, "").await.contains(&"mine".to_owned()));
        assert_eq!(
            items(&stranger, &format!("/connectionSpecs/{ATS}")).await[0]["name"],
            "azure-table-storage"
        );
        stranger.create(ats("orders")).await;
        stranger.post("/connectionSpecs", &own).await.expect_status(201);
    }
    tenant.post("/connections", &ats("orders")).await.expect_error("FLOW-1415-400").naming("it has: Key");
    tenant.create(connection(ATS, "Key", json!({"apiKey": "k"}))).await;
}

#[tokio::test]
async fn a_put_replaces_a_spec_completely_and_keeps_its_creator() {
    let tenant = support::tenant().await;
    let mut body = spec("sap");
    body["version"] = json!("2.0");
    let first = put(&tenant, SAP, &body).await.expect_status(200).json();
    assert_eq!([&first["id"], &first["name"], &first["version"]], [SAP, "sap", "2.0"]);
    assert_eq!(items(&tenant, &format!("/connectionSpecs/{SAP}")).await, std::slice::from_ref(&first));

    // A client sends back the spec that it read, with a change; `version` may be omitted.
    let mut again = first.clone();
    again["name"] = json!("sap-again");
    again["createdAt"] = json!(5);
    again["sandboxName"] = json!("forged");
    again.as_object_mut().unwrap().remove("version");
    let second = put(&tenant, SAP, &again).await.expect_status(200).json();
    assert_eq!([&second["name"], &second["version"], &second["sandboxName"]], ["sap-again", "2.0", "prod"]);
    assert_eq!(second["createdAt"], first["createdAt"]);
    assert_eq!(names(&tenant, &format!("?property=id=={SAP}")).await, ["sap-again"]);
    let of_old = json!({"name": "n", "connectionSpec": {"id": SAP, "version": "1.0"}});
    tenant.post("/connections", &of_old).await.expect_error("FLOW-1413-400").naming("2.0");
}

#[tokio::test]
async fn a_put_of_an_unknown_id_is_a_404_and_creates_nothing() {
    let tenant = support::tenant().await;
    let refused = put(&tenant, "nope", &spec("mine")).await.expect_error("FLOW-1439-404").naming("nope");
    assert_eq!(refused.json()["report"]["type"], "connectionSpecs");
    tenant.get("/connectionSpecs/nope").await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn an_invalid_spec_is_refused_with_the_place_of_the_error_and_changes_nothing() {
    let tenant = support::tenant().await;
    let before = names(&tenant, "").await;
    let with = |key: &str, value: Value| {
        let mut document = spec("broken");
        document[key] = value;
        document
    };
    let faults = [
        (json!([]), ""),
        (json!({"authSpec": []}), "/name"),
        (with("name", json!(5)), "/name"),
        (with("id", json!("a b")), "/id"),
        (with("id", json!("x".repeat(129))), "/id"),
        (with("version", json!("")), "/version"),
        (with("authSpec", json!({})), "/authSpec"),
        (with("authSpec", json!([{"name": "a", "spec": {"required": 1}}])), "/authSpec/0/spec/required"),
        (with("attributes", json!("a")), "/attributes"),
        (with("x-flowmock", json!({"patchAllowed": "no"})), "/x-flowmock/patchAllowed"),
    ];
    for (document, pointer) in faults {
        tenant.post("/connectionSpecs", &document).await.expect_error("FLOW-1000-400").at(pointer);
        let by_id = if pointer == "/id" { ATS.to_owned() } else { SAP.to_owned() };
        put(&tenant, &by_id, &document).await.expect_error("FLOW-1000-400").at(pointer);
    }
    put(&tenant, ATS, &with("id", json!(SAP))).await.expect_error("FLOW-1000-400").naming(ATS).at("/id");
    let known = tenant.post("/connectionSpecs", &with("id", json!(ATS))).await;
    known.expect_error("FLOW-1000-400").naming("PUT /connectionSpecs/").at("/id");
    Answer::to(tenant.request(Method::POST, "/connectionSpecs")).await.expect_error("FLOW-1405-400");
    tenant.post("/connectionSpecs?mode=draft", &spec("a")).await.expect_error("FLOW-1451-400");
    tenant.delete(&format!("/connectionSpecs/{ATS}")).await.expect_error("FLOW-1003-405");
    assert_eq!(names(&tenant, "").await, before);
}

#[tokio::test]
async fn a_sandbox_can_have_a_hundred_specs_of_its_own() {
    let tenant = support::tenant().await;
    let mut last = String::new();
    for number in 0..100 {
        let made = tenant.post("/connectionSpecs", &spec(&format!("spec-{number}"))).await.expect_status(201);
        last = made.json()["id"].as_str().unwrap().to_owned();
    }
    tenant.post("/connectionSpecs", &spec("one-more")).await.expect_error("FLOW-1000-400").naming("100");
    put(&tenant, ATS, &spec("one-more")).await.expect_error("FLOW-1000-400").naming("100");
    put(&tenant, &last, &spec("changed")).await.expect_status(200);
    assert!(names(&tenant, "").await.contains(&"changed".to_owned()));
}

#[tokio::test]
async fn an_expensive_schema_is_refused_with_its_place() {
    let tenant = support::tenant().await;
    let refer = |n: usize| json!({"$ref": format!("#/definitions/d{n}")});
    let doubling: serde_json::Map<String, Value> =
        (0..30).map(|n| (format!("d{n}"), json!({"anyOf": [refer(n + 1), refer(n + 1)]}))).collect();
    let chain: serde_json::Map<String, Value> =
        (0..8000).map(|n| (format!("d{n}"), json!({"allOf": [refer(n + 1)]}))).collect();
    for mut definitions in [doubling, chain] {
        definitions.insert(format!("d{}", definitions.len()), json!({"type": "string"}));
        let mut spec = spec("mine");
        spec["authSpec"][0]["spec"] = json!({"definitions": definitions, "properties": {"apiKey": refer(0)}});
        let answer = tenant.post("/connectionSpecs", &spec).await;
        answer.expect_error("FLOW-1000-400").naming("is too ").at("/authSpec/0/spec");
    }
    let mut spec = spec("mine");
    spec["authSpec"][0]["spec"] = json!({"properties": {"apiKey": {"pattern": "(".repeat(100_000)}}});
    let answer = tenant.post("/connectionSpecs", &spec).await.expect_error("FLOW-1000-400");
    assert!(answer.body.len() < 2000, "{answer}");
}
