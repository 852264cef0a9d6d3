//! [`Control`]: flowmock's own calls, which belong to no tenant.

use super::client;
use crate::common::answer::Answer;
use flowmock::FlowMock;
use reqwest::{Body, Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// The control calls of a server. Their paths are relative to `/_flowmock`.
#[derive(Clone)]
pub struct Control {
    client: Client,
    url: String,
}

impl Control {
    /// The control calls of `mock`.
    pub fn of(mock: &FlowMock) -> Self {
        Self { client: client(), url: mock.url() + "/_flowmock" }
    }

    /// A call without a body.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path)).await
    }

    /// A POST without a body.
    pub async fn post(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::POST, path)).await
    }

    /// A PUT without a body.
    pub async fn put(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::PUT, path)).await
    }

    /// A call with a body of the given content type.
    pub async fn send(
        &self, method: Method, path: &str, content_type: &str, text: impl Into<Body>,
    ) -> Answer {
        let request = self.request(method, path).header("Content-Type", content_type);
        Answer::to(request.body(text)).await
    }

    /// `POST /_flowmock/state`.
    pub async fn merge(&self, document: &Value) -> Answer {
        self.send(Method::POST, "/state", "application/json", document.to_string()).await
    }

    /// `PUT /_flowmock/state`.
    pub async fn replace(&self, document: &Value) -> Answer {
        self.send(Method::PUT, "/state", "application/json", document.to_string()).await
    }

    /// `PUT /_flowmock/clock`; returns the clock after the change.
    pub async fn set_clock(&self, change: Value) -> Value {
        let answer = self.send(Method::PUT, "/clock", "application/json", change.to_string()).await;
        answer.expect_status(200).json()
    }

    /// The body of `GET /_flowmock/state`, with the state of all organisations.
    pub async fn export(&self) -> String {
        let answer = self.get("/state").await.expect_status(200);
        String::from_utf8(answer.body).expect("UTF-8")
    }
}

/// A state document with one sandbox, whose members other than its name are `contents`.
pub fn state_of(ims_org: &str, sandbox: &str, contents: Value) -> Value {
    let mut described = json!({ "name": sandbox });
    for (key, value) in contents.as_object().expect("an object") {
        described[key] = value.clone();
    }
    json!({ "organisations": [{ "imsOrgId": ims_org, "sandboxes": [described] }] })
}

impl Answer {
    /// Asserts that a control call was refused with `status`; returns the path and the reason of each problem.
    #[track_caller]
    pub fn problems(&self, status: u16) -> Vec<(String, String)> {
        assert_eq!(self.status, status, "{self}");
        assert_eq!(self.header("content-type"), "application/json", "{self}");
        let body = self.json();
        assert_eq!(body.as_object().expect("the body is an object").len(), 1, "{self}");
        let text = |problem: &Value, key: &str| problem[key].as_str().expect("a text").to_owned();
        let problems: Vec<_> = body["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|problem| (text(problem, "path"), text(problem, "reason")))
            .collect();
        assert!(problems.iter().all(|(_, reason)| !reason.is_empty()) && !problems.is_empty(), "{self}");
        problems
    }

    /// Asserts that a control call was refused with `status` for one reason, which contains `text`.
    #[track_caller]
    pub fn refused_for(&self, status: u16, text: &str) {
        let problems = self.problems(status);
        assert!(problems.len() == 1 && problems[0].1.contains(text), "no {text:?} in\n{self}");
    }
}
