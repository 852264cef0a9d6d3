//! [`FlowMock`] as tests of other projects use it.

#![allow(unreachable_pub)] // a test program exports nothing

mod addresses;
#[path = "../common/mod.rs"]
mod common;
mod contract;
mod fixtures;
mod start_errors;
mod stopping;

use common::api_client::ApiClient;
use common::requests::connection;
use flowmock::{Config, FlowMock};
use serde_json::Value;

/// The default configuration with a change.
fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

/// The client of a server.
fn api(mock: &FlowMock) -> ApiClient {
    ApiClient::to(mock.url())
}

/// Sends a create request and returns the status and the JSON of the answer.
fn create(api: &ApiClient, body: &Value) -> (u16, Value) {
    let answer = api.post(body).send().unwrap();
    (answer.status().as_u16(), answer.json().unwrap())
}

/// Creates a connection named `orders`.
#[track_caller]
fn create_orders(api: &ApiClient) {
    let (status, answer) = create(api, &connection("c2VjcmV0"));
    assert_eq!(status, 201, "{answer}");
}
