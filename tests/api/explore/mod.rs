//! The calls that a source answers: explore, configs and test, on connections and on connection specs.

mod access;
mod files;
mod filters;
mod fixtures;
mod provider_errors;
mod rest;
mod spec_configs;
mod tables;
mod views;

use crate::support::{Answer, Tenant, Written, ats};
use serde_json::{Value, json};

const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
const LANDING_ZONE: &str = "26f526f2-58f4-4712-961d-e41bf1ccc0e8";

/// An ATS connection to the storage account `account`.
fn ats_to(account: &str) -> Value {
    let mut body = ats("explored");
    body["auth"]["params"]["connectionString"] =
        json!(format!("AccountName={account};AccountKey=c2VjcmV0IGtleQ=="));
    body
}

/// An Amazon S3 connection.
fn s3() -> Value {
    with_auth(
        "ecadc60c-7455-4d87-84dc-2a0e293d997b",
        "Access Key",
        json!({"s3AccessKey": "key", "s3SecretKey": "c2VjcmV0"}),
    )
}

/// A connection of that spec, with those params.
fn with_auth(spec_id: &str, auth_spec: &str, params: Value) -> Value {
    let auth = json!({"specName": auth_spec, "params": params});
    json!({"name": "explored", "auth": auth, "connectionSpec": {"id": spec_id, "version": "1.0"}})
}

/// A connection whose spec has no auth specs.
fn without_auth(spec_id: &str) -> Value {
    json!({"name": "explored", "connectionSpec": {"id": spec_id, "version": "1.0"}})
}

async fn explore(tenant: &Tenant, of: &Written, query: &str) -> Answer {
    tenant.get(&format!("/connections/{}/explore?{query}", of.id)).await
}

async fn explored(tenant: &Tenant, of: &Written, query: &str) -> Value {
    let answer = explore(tenant, of, query).await.expect_status(200);
    assert_eq!(answer.header("content-type"), "application/json", "{answer}");
    answer.json()
}

/// The paths in a listing.
async fn paths(tenant: &Tenant, of: &Written, query: &str) -> Vec<String> {
    let listing = explored(tenant, of, query).await;
    let entries = listing.as_array().expect("an array");
    entries.iter().map(|entry| entry["path"].as_str().unwrap().to_owned()).collect()
}

/// Asserts that the source refused the call with this provider code, and that the answer shows no credential.
#[track_caller]
fn expect_refusal(answer: Answer, provider_code: &str) -> Answer {
    let carrier = if provider_code == "1102-404" { "FLOW-1101-404" } else { "FLOW-1100-400" };
    let title = if provider_code == "1102-404" { "Resource not found" } else { "Invalid request" };
    let answer = answer.expect_error(carrier).naming(&format!("Error from flow provider: {provider_code}: "));
    assert_eq!(answer.json()["title"], title, "{answer}");
    assert!(!answer.json().to_string().contains("c2VjcmV0"), "{answer}");
    answer
}
