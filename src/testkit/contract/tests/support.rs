//! A server, a well-behaved client, and the findings about it.

use crate::base::config::Config;
use crate::mock::FlowMock;
use crate::testkit::contract::model::{ConsumerSnapshot, ContractSnapshot};
use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A server with a changed configuration.
pub(super) fn server(change: impl FnOnce(&mut Config)) -> FlowMock {
    let mut config = Config::default();
    change(&mut config);
    FlowMock::with_config(config).unwrap()
}

/// The ids of all broken rules.
pub(super) fn broken(snapshot: &ContractSnapshot) -> BTreeSet<&'static str> {
    snapshot.consumers.iter().flat_map(rules_of).collect()
}

/// The ids of the rules that a consumer broke, in its tests or outside of them.
pub(super) fn rules_of(consumer: &ConsumerSnapshot) -> BTreeSet<&'static str> {
    let in_tests = consumer.tests.iter().flat_map(|test| &test.broken);
    consumer.broken.iter().chain(in_tests).map(|broken| broken.rule.rule().id).collect()
}

/// The consumer with that name.
pub(super) fn consumer<'a>(snapshot: &'a ContractSnapshot, name: &str) -> &'a ConsumerSnapshot {
    let names: Vec<&str> = snapshot.consumers.iter().map(|consumer| consumer.name.as_str()).collect();
    let found = snapshot.consumers.iter().find(|consumer| consumer.name == name);
    found.unwrap_or_else(|| panic!("{name} is none of {names:?}"))
}

/// A client of one server, which sends the required headers and others of its own.
#[derive(Clone)]
pub(super) struct Api<'a> {
    pub(super) mock: &'a FlowMock,
    client: Client,
    headers: Vec<(&'static str, String)>,
}

/// The response to a write.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) id: String,
    pub(super) etag: String,
}

impl<'a> Api<'a> {
    pub(super) fn of(mock: &'a FlowMock) -> Self {
        let headers = [
            ("authorization", "Bearer token"),
            ("x-api-key", "key"),
            ("x-gw-ims-org-id", "ACME@AdobeOrg"),
            ("x-sandbox-name", "dev"),
        ];
        let headers = headers.map(|(name, value)| (name, value.to_owned())).into();
        Self { mock, client: Client::new(), headers }
    }

    /// This client with a header, which replaces another with that name.
    pub(super) fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| *known != name);
        other.headers.push((name, value.into()));
        other
    }

    /// This client without a header.
    pub(super) fn without(&self, name: &str) -> Self {
        let mut other = self.clone();
        other.headers.retain(|(known, _)| *known != name);
        other
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, self.mock.base_url() + path);
        let request = request.header("content-type", "application/json");
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    pub(super) fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().unwrap()
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Response {
        self.request(Method::POST, path).body(body.to_string()).send().unwrap()
    }

    pub(super) fn create(&self, name: &str) -> Written {
        let answer = self.post("/connections", &landing_zone(name));
        assert_eq!(answer.status(), StatusCode::CREATED);
        written(answer)
    }

    pub(super) fn read(&self, id: &str) -> Response {
        self.get(&format!("/connections/{id}"))
    }

    pub(super) fn rename(&self, id: &str, etag: &str, name: &str) -> Response {
        let body = json!([{"op": "replace", "path": "/name", "value": name}]);
        let request = self.request(Method::PATCH, &format!("/connections/{id}"));
        request.header("if-match", etag).body(body.to_string()).send().unwrap()
    }

    /// The current state.
    pub(super) fn snapshot(&self) -> ContractSnapshot {
        self.mock.settled().contract_snapshot()
    }

    /// The rules that have been broken so far.
    pub(super) fn broken(&self) -> Vec<&'static str> {
        broken(&self.snapshot()).into_iter().collect()
    }
}

/// A connection that needs no `auth`.
pub(super) fn landing_zone(name: &str) -> Value {
    json!({"name": name, "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8"}})
}

pub(super) fn written(answer: Response) -> Written {
    let body: Value = answer.json().unwrap();
    let text = |key: &str| body[key].as_str().unwrap().to_owned();
    Written { id: text("id"), etag: text("etag") }
}
