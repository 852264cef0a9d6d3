//! Connection specs: the [`built_in`] ones, [`read`]ing them, and those that users add by [`calls`] or by
//! [`files`].

mod built_in;
mod calls;
mod files;
mod read;

use crate::support::{Answer, Tenant};
use reqwest::Method;
use serde_json::{Value, json};

const SAP: &str = "d8ee38de-7ae9-4058-9610-c79ce75f8e92";
const BATCH: &str = "0ed90a81-07f4-4586-8190-b40eccef1c5a";
const STREAMING: &str = "521eee4d-8cbe-4906-bb48-fb6bd4450033";

async fn items(tenant: &Tenant, path: &str) -> Vec<Value> {
    let answer = tenant.get(path).await.expect_status(200);
    answer.json()["items"].as_array().unwrap_or_else(|| panic!("no items in\n{answer}")).clone()
}

async fn names(tenant: &Tenant, query: &str) -> Vec<String> {
    let items = items(tenant, &format!("/connectionSpecs{query}")).await;
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

async fn put(tenant: &Tenant, id: &str, body: &Value) -> Answer {
    let request = tenant.request(Method::PUT, &format!("/connectionSpecs/{id}"));
    Answer::to(request.body(body.to_string())).await
}

/// A connection spec with one auth spec, `Key`, which requires the param `apiKey`.
fn spec(name: &str) -> Value {
    json!({
        "name": name,
        "authSpec": [{
            "name": "Key",
            "type": "KeyBased",
            "spec": {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "type": "object",
                "properties": { "apiKey": { "type": "string", "format": "password" } },
                "required": ["apiKey"]
            }
        }],
        "x-flowmock": { "patchAllowed": false }
    })
}

fn connection(spec_id: &str, auth_spec: &str, params: Value) -> Value {
    json!({
        "name": "orders",
        "auth": { "specName": auth_spec, "params": params },
        "connectionSpec": { "id": spec_id }
    })
}
