//! The journal, by `/_flowmock/requests` and by the methods of the library.

mod queries;
mod recording;
mod redaction;

use crate::support::{self, Answer};
use flowmock::{FlowMock, RecordedRequest};
use reqwest::Method;

/// Makes a control call without a body.
async fn control(mock: &FlowMock, method: Method, path: &str) -> Answer {
    let client = support::client();
    Answer::to(client.request(method, format!("{}/_flowmock{path}", mock.url()))).await
}

/// The recorded requests that match `query`.
async fn list(mock: &FlowMock, query: &str) -> Vec<RecordedRequest> {
    let answer = control(mock, Method::GET, &format!("/requests?{query}")).await.expect_status(200);
    serde_json::from_value(answer.json()["requests"].clone()).expect("requests")
}

fn server() -> FlowMock {
    support::server(|_| {})
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}
