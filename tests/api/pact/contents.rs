//! The interactions and the provider states of a Pact file.

use super::verifying::{assert_verified, loaded};
use super::{Shop, as_shop, conversation};
use crate::support::{self, Control, Tenant, landing_zone, rename};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn equal_requests_are_one_interaction_taken_from_the_first() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    for name in ["one", "two", "three"] {
        client.post("/connections", &landing_zone(name)).await;
    }
    client.post("/connections", &support::with(landing_zone("four"), "/description", json!("more"))).await;
    let file = loaded(&mock.pact("shop").expect("a file"));
    let interactions = file["interactions"].as_array().unwrap();
    assert_eq!(interactions.len(), 2, "{file}");
    assert_eq!(interactions[0]["request"]["body"]["name"], "one");
    assert_eq!(interactions[1]["description"], "createConnection answers 201 (2)");
    assert_eq!(file["metadata"]["flowmock"]["requests"], "4");
}

#[tokio::test]
async fn seeded_connections_have_a_provider_state_of_their_own() {
    let seed = tempfile::tempdir().unwrap();
    let id = "139f6a5f-a78b-4744-9f6a-5fa78bd74431";
    let document = support::state_of(
        "SEEDED@AdobeOrg",
        "prod",
        json!({
            "title": "Production",
            "connections": [support::with(landing_zone("from the seed"), "/id", json!(id))]
        }),
    );
    std::fs::write(seed.path().join("seed.json"), document.to_string()).unwrap();
    let mock = support::server(|config| config.seed_files = vec![seed.path().to_owned()]);
    let tenant = Tenant::on(&mock).of_org("SEEDED@AdobeOrg");
    let client = Shop(&tenant);
    let etag =
        client.get(&format!("/connections/{id}")).await["items"][0]["etag"].as_str().unwrap().to_owned();
    client.send_with(Method::PATCH, &format!("/connections/{id}"), Some(&rename("mine")), Some(&etag)).await;
    client.get(&format!("/connections/{id}/test")).await;
    let sandboxes =
        as_shop(support::client().get(mock.url() + "/data/foundation/sandbox-management/sandboxes"));
    let sandboxes = support::with_headers(sandboxes, tenant.headers());
    support::Answer::to(sandboxes).await.expect_status(200);
    let file = assert_verified(&mock.pact("shop").expect("a file")).await;
    let state =
        |index: usize, state: usize| file["interactions"][index]["providerStates"][state]["name"].clone();
    assert_eq!(state(0, 0), "the sandbox is empty");
    assert_eq!(state(0, 1), "a connection of the seed exists");
    assert_eq!(state(1, 1), "a connection of the seed exists");
    assert_eq!(state(2, 1), "a connection exists", "the connection has changed since the seed");
    assert_eq!(state(3, 0), "sandboxes exist");
}

#[tokio::test]
async fn connection_specs_of_a_sandbox_are_part_of_its_provider_state() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    let spec = json!({"id": "11111111-2222-4333-8444-555555555555", "name": "own", "version": "1.0",
        "authSpec": [{"name": "Key", "type": "key", "spec": {"type": "object", "required": ["apiKey"],
            "properties": {"apiKey": {"type": "string", "format": "password", "minLength": 20}}}}]});
    client.post("/connectionSpecs", &spec).await;
    let connection = json!({"name": "of it", "connectionSpec": {"id": spec["id"], "version": "1.0"},
        "auth": {"specName": "Key", "params": {"apiKey": "a-very-secret-key-of-30-letters"}}});
    let made = client.post("/connections", &connection).await;
    client.get(&format!("/connections/{}", made["id"].as_str().unwrap())).await;
    client
        .send(Method::PUT, &format!("/connectionSpecs/{}", spec["id"].as_str().unwrap()), Some(&spec))
        .await;
    client.get(&format!("/connectionSpecs/{}", spec["id"].as_str().unwrap())).await;
    client.get("/connectionSpecs?property=name==own").await;
    let file = assert_verified(&mock.pact("shop").expect("a file")).await;
    assert_eq!(file["interactions"].as_array().unwrap().len(), 6, "{file}");
    assert_eq!(file["interactions"][1]["providerStates"][1]["name"], "connection specs exist");
}

#[tokio::test]
async fn flow_specs_of_a_sandbox_are_part_of_its_provider_state() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    client.get("/flowSpecs?property=name==CRMToAEP").await;
    let spec =
        json!({"name": "WeatherToAEP", "providerId": "acme", "sourceConnectionSpecIds": ["acme-weather"]});
    let made = client.post("/flowSpecs", &spec).await;
    let path = format!("/flowSpecs/{}", made["id"].as_str().unwrap());
    client.get(&path).await;
    client.send(Method::PUT, &path, Some(&spec)).await;
    client.get("/flowSpecs?property=name==WeatherToAEP").await;
    client.post("/flowSpecs/search", &json!({"queryString": "property=providerId==acme"})).await;
    client.get("/flowSpecs/nobody").await;
    let file = assert_verified(&mock.pact("shop").expect("a file")).await;
    assert_eq!(
        file["interactions"].as_array().unwrap().len(),
        6,
        "the second list is like the first: {file}"
    );
    let state = |index: usize| &file["interactions"][index]["providerStates"][1]["name"];
    assert_eq!([state(0), state(1)], [&json!(null), &json!(null)]);
    assert_eq!([state(2), state(4)], ["flow specs exist", "flow specs exist"]);
}

#[tokio::test]
async fn a_built_in_spec_that_is_replaced_is_the_built_in_one_before() {
    const CRM: &str = "14518937-270c-4525-bdec-c2ba7cce3860";
    const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    for (path, body) in [
        (format!("/flowSpecs/{CRM}"), json!({"name": "CRMToAEP", "providerId": "acme"})),
        (format!("/connectionSpecs/{ATS}"), json!({"name": "mine", "authSpec": []})),
    ] {
        client.get(&path).await;
        client.send(Method::PUT, &path, Some(&body)).await;
        client.get(&format!("{path}/")).await;
    }
    let file = assert_verified(&mock.pact("shop").expect("a file")).await;
    let states = |index: usize| file["interactions"][index]["providerStates"].as_array().unwrap().len();
    assert_eq!([states(0), states(1)], [1, 1], "{file}");
}

#[tokio::test]
async fn a_connection_spec_and_a_flow_spec_with_one_id_are_both_in_the_provider_state() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    let spec = json!({"id": "weather", "name": "weather", "version": "1.0", "authSpec": []});
    let seed = support::state_of(&tenant.ims_org, &tenant.sandbox, json!({"connectionSpecs": [spec]}));
    mock.seed(&seed).expect("a seed");
    let client = Shop(&tenant);
    client.post("/flowSpecs", &json!({"id": "weather", "name": "Weather", "providerId": "acme"})).await;
    client.post("/connections", &json!({"name": "w", "connectionSpec": {"id": "weather"}})).await;
    let file = assert_verified(&mock.pact("shop").expect("a file")).await;
    let states = file["interactions"][1]["providerStates"].to_string();
    assert!(states.contains("connection specs exist"), "{states}");
}

#[tokio::test]
async fn ids_of_connection_specs_need_not_be_uuids() {
    let seed = include_str!("../../../docs/state.md");
    let (_, seed) = seed.split_once("```yaml\n").expect("an example");
    let (seed, _) = seed.split_once("```").expect("its end");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seed.yaml");
    std::fs::write(&file, seed).unwrap();
    let mock = support::server(|config| config.seed_files = vec![file]);
    let tenant = Tenant::on(&mock).of_org("ACME@AdobeOrg");
    let client = Shop(&tenant);
    for order in ["+name", "-name"] {
        client.get(&format!("/connections?orderby={order}")).await;
        client.get(&format!("/connections?limit=2&orderby={order}")).await;
    }
    client.get("/connections?property=name==events").await;
    client.get("/connectionSpecs?limit=100").await;
    client.get("/connectionSpecs/my-events").await;
    let file = assert_verified(&mock.pact("shop").expect("a file")).await;
    let interactions = file["interactions"].as_array().unwrap();
    let rule = |index: usize| {
        &interactions[index]["response"]["matchingRules"]["body"]["$.items[*].connectionSpec.id"]["matchers"]
            [0]["match"]
    };
    assert_eq!(rule(0), "type", "{file}");
    assert!(interactions.len() >= 4, "{file}");
}

#[tokio::test]
async fn requests_that_a_pact_file_cannot_contain_are_left_out_and_counted() {
    let mock = support::server(|config| config.journal_max_body_bytes = 3000);
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    client.get("/connections").await;
    let faulty =
        as_shop(tenant.request(Method::GET, "/connections")).header("x-flowmock-error", "FLOW-1400-500");
    support::Answer::to(faulty).await.expect_status(500);
    let large = support::with(landing_zone("large"), "/description", json!("x".repeat(4000)));
    client.post("/connections", &large).await;
    let form = "grant_type=client_credentials&client_id=id&client_secret=secret&scope=openid";
    let token = support::client().post(mock.url() + "/ims/token/v3");
    let token = token.header("Content-Type", "application/x-www-form-urlencoded").body(form);
    support::Answer::to(as_shop(token)).await.expect_status(200);
    // A request of another client in between.
    tenant.create(landing_zone("of another")).await;
    let file = loaded(&mock.pact("shop").expect("a file"));
    assert_eq!(file["interactions"].as_array().unwrap().len(), 1, "{file}");
    let about = &file["metadata"]["flowmock"];
    assert_eq!(about["requests"], "4");
    assert_eq!(about["leftOut.fault"], "1");
    assert_eq!(about["leftOut.bodyNotKept"], "1");
    assert_eq!(about["leftOut.notOfTheService"], "1");
}

#[tokio::test]
async fn the_pact_file_is_the_same_from_http_and_library_each_time() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    conversation(&tenant).await;
    let answer = Control::of(&mock).get("/pact?consumer=shop").await.expect_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(String::from_utf8_lossy(&answer.body), mock.pact("shop").expect("a file"));
    let only = Control::of(&mock).get("/pact").await.expect_status(200);
    assert_eq!(only.body, answer.body, "a single consumer need not be named");
}
