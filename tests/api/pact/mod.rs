//! `/_flowmock/pact`: the requests of a client as a Pact file, with which its provider can be verified.

mod contents;
mod example;
mod refusals;
mod sample;
mod secrets;
mod states;
mod verification;
mod verifying;

pub use verifying::assert_verified;

use crate::support::{self, Tenant, ats, draft, landing_zone, rename};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The request as one of the consumer "shop".
fn as_shop(request: RequestBuilder) -> RequestBuilder {
    request.header("x-flowmock-consumer", "shop")
}

/// A client of the consumer "shop". Its methods return the JSON of the answers.
struct Shop<'a>(&'a Tenant);

impl Shop<'_> {
    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        self.send_with(method, path, body, None).await
    }

    async fn send_with(
        &self, method: Method, path: &str, body: Option<&Value>, if_match: Option<&str>,
    ) -> Value {
        let mut request = as_shop(self.0.request(method, path));
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

/// Sends requests of every kind that a Pact file can contain.
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
    // The old etag is a 412, none is a 400, and the new one may have no quotes.
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
