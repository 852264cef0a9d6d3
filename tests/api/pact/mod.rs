//! `/_flowmock/pact`: what a client did, as a file that its provider can be verified with.

mod example;
mod refusals;
mod sample;
mod secrets;
mod states;
mod verifying;

use crate::support::{self, Control, Tenant, ats, draft, landing_zone, rename};
use flowmock::FlowMock;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
pub use verifying::assert_verified;
use verifying::{failures, loaded};

/// A request of the consumer "shop".
fn shop(request: RequestBuilder) -> RequestBuilder {
    request.header("x-flowmock-consumer", "shop")
}

/// The consumer's client: what it sends, and the JSON that it gets.
struct Shop<'a>(&'a Tenant);

impl Shop<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        self.send_with(method, path, body, None).await
    }

    async fn send_with(
        &self, method: Method, path: &str, body: Option<&Value>, if_match: Option<&str>,
    ) -> Value {
        let mut request = shop(self.0.request(method, path));
        request = match body {
            Some(body) => request.body(body.to_string()),
            None => request,
        };
        request = match if_match {
            Some(etag) => request.header("If-Match", etag),
            None => request,
        };
        let answer = support::Answer::to(request).await;
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        self.send(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.send(Method::POST, path, Some(body)).await
    }
}

/// Everything that a client does of an afternoon.
async fn conversation(tenant: &Tenant) {
    let client = Shop(tenant);
    client.get("/connections").await;
    let made = client.post("/connections", &ats("orders")).await;
    let path = format!("/connections/{}", made["id"].as_str().expect("an id"));
    let first = client.get(&path).await["items"][0]["etag"].as_str().expect("an etag").to_owned();
    for name in ["a", "b", "c"] {
        client.post("/connections", &landing_zone(name)).await;
    }
    let page = client.get("/connections?property=name!=b&limit=1&orderby=-createdAt").await;
    let next = page["_links"]["next"]["href"].as_str().expect("another page").to_owned();
    client.get(&format!("{next}&limit=1")).await;
    client.get("/connections?count=true").await;
    client.get("/connections?property=name,state").await;
    client.post("/connections/search", &json!({"queryString": "property=name==a", "limit": 2})).await;
    client.get(&format!("{path}/test")).await;
    client.get(&format!("{path}/explore?objectType=root")).await;
    let renamed = client.send_with(Method::PATCH, &path, Some(&rename("new")), Some(&first)).await;
    // The same once more: 412. Without it: 400. Then without its quotes.
    client.send_with(Method::PATCH, &path, Some(&rename("newer")), Some(&first)).await;
    client.send(Method::PATCH, &path, Some(&rename("newer"))).await;
    let bare = renamed["etag"].as_str().expect("an etag").trim_matches('"').to_owned();
    let operations = json!([{"op": "add", "path": "/description", "value": "bare"}]);
    client.send_with(Method::PATCH, &path, Some(&operations), Some(&bare)).await;
    let key = json!([{"op": "replace", "path": "/auth/params/connectionString",
        "value": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=bmV3IHNlY3JldA=="}]);
    client.send_with(Method::PATCH, &path, Some(&key), Some("*")).await;
    client.send(Method::POST, &format!("{path}/action?op=disable"), None).await;
    client.send(Method::POST, &format!("{path}/action?op=disable"), None).await;
    client.get(&path).await;
    let drafted = client.post("/connections?mode=draft", &draft("later")).await;
    let drafted = drafted["id"].as_str().expect("an id");
    client.send(Method::POST, &format!("/connections/{drafted}/action?op=publish"), None).await;
    client.post("/connections", &json!({"name": "no spec"})).await;
    client.get("/connections?limit=0").await;
    client.get("/connectionSpecs?property=name==azure-blob").await;
    client.get("/connectionSpecs/ecde33f2-c56f-46cc-bdea-ad151c16cd69").await;
    client.send(Method::DELETE, &path, None).await;
    client.send(Method::DELETE, &path, None).await;
    client.get("/connections/not-a-uuid").await;
}

#[tokio::test]
async fn what_a_client_did_is_verified_against_a_server_that_knows_nothing() {
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
    assert_eq!(json["metadata"]["flowmock"].as_object().unwrap().len(), 2, "something is left out: {file}");
}

#[tokio::test]
async fn an_answer_other_than_the_files_fails_the_verification() {
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
async fn each_interaction_stands_for_itself_in_any_order() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    conversation(&tenant).await;
    let mut file = loaded(&mock.pact("shop").expect("a file"));
    file["interactions"].as_array_mut().unwrap().reverse();
    let failed = failures(&FlowMock::start(), &file).await;
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn ids_and_versions_come_from_whoever_puts_the_state_in_place() {
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

#[tokio::test]
async fn requests_of_one_kind_are_one_interaction_and_the_first_is_it() {
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
async fn what_was_seeded_is_a_state_of_its_own_name() {
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
        shop(reqwest::Client::new().get(mock.url() + "/data/foundation/sandbox-management/sandboxes"));
    let sandboxes =
        tenant.headers().into_iter().fold(sandboxes, |request, (name, value)| request.header(name, value));
    support::Answer::to(sandboxes).await.expect_status(200);
    let file = assert_verified(&mock.pact("shop").expect("a file")).await;
    let state =
        |index: usize, state: usize| file["interactions"][index]["providerStates"][state]["name"].clone();
    assert_eq!(state(0, 0), "the sandbox is empty");
    assert_eq!(state(0, 1), "a connection of the seed exists");
    assert_eq!(state(1, 1), "a connection of the seed exists");
    assert_eq!(state(2, 1), "a connection exists", "it is another since");
    assert_eq!(state(3, 0), "sandboxes exist");
}

#[tokio::test]
async fn connection_specs_of_the_sandboxs_own_are_part_of_its_state() {
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
async fn what_a_fault_did_or_the_configuration_and_who_is_no_consumer_is_left_out_and_counted() {
    let mock = support::server(|config| config.journal_max_body_bytes = 3000);
    let tenant = Tenant::on(&mock);
    let client = Shop(&tenant);
    client.get("/connections").await;
    let faulty =
        shop(tenant.request(Method::GET, "/connections")).header("x-flowmock-error", "FLOW-1400-500");
    support::Answer::to(faulty).await.expect_status(500);
    let large = support::with(landing_zone("large"), "/description", json!("x".repeat(4000)));
    client.post("/connections", &large).await;
    let form = "grant_type=client_credentials&client_id=id&client_secret=secret&scope=openid";
    let token = reqwest::Client::new().post(mock.url() + "/ims/token/v3");
    let token = token.header("Content-Type", "application/x-www-form-urlencoded").body(form);
    support::Answer::to(shop(token)).await.expect_status(200);
    // Another client's, in between.
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
async fn the_file_is_the_same_over_http_and_each_time() {
    let mock = FlowMock::start();
    let tenant = Tenant::on(&mock);
    conversation(&tenant).await;
    let answer = Control::of(&mock).get("/pact?consumer=shop").await.expect_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(String::from_utf8_lossy(&answer.body), mock.pact("shop").expect("a file"));
    let only = Control::of(&mock).get("/pact").await.expect_status(200);
    assert_eq!(only.body, answer.body, "one consumer alone need not be named");
}
