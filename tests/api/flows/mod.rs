//! `/flows`. Reference: "Flows", "Destinations", "More disagreements"; `flows-errors.csv`. The behaviour that all kinds of
//! entity share is tested with the crate's unit tests.

mod changes;
mod conversation;
mod creation;
mod destinations;
mod drafts;
mod example;
mod lists;
pub mod provider_errors;
mod races;
mod references;
mod state;

use crate::support::{Answer, Tenant};
use serde_json::Value;

async fn create(tenant: &Tenant, body: &Value) -> Answer {
    tenant.post("/flows", body).await
}

/// Asserts that the provider refuses a call for that reason, at that place.
#[track_caller]
fn assert_refused(answer: Answer, code: &str, pointer: &str) {
    let answer = answer.expect_error("FLOW-1100-400").at(pointer);
    answer.naming(&format!("Error from flow provider: {code}: "));
}
