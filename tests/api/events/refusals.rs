//! Requests for a stream that are refused.

use super::{Events, server_and_tenant};
use crate::support::{self, Answer, Control};
use reqwest::Method;

#[tokio::test]
async fn every_mistake_in_the_filters_is_told_at_once() {
    let (mock, _) = server_and_tenant();
    let request = Control::of(&mock).request(Method::GET, "/events?status=44&limit=3&user=me&sinceId=x");
    let answer = Answer::to(request.header("Last-Event-ID", "seven")).await;
    let problems = answer.problems(400);
    let paths: Vec<&str> = problems.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["status", "limit", "user", "sinceId", "last-event-id"], "{answer}");
    assert!(problems[4].1.contains("seven"), "{answer}");
}

#[tokio::test]
async fn without_a_journal_there_are_no_events() {
    let mock = support::server(|config| config.journal_requests = 0);
    Control::of(&mock).get("/events").await.refused_for(409, "--journal-requests 0");
}

#[tokio::test]
async fn a_stream_is_a_control_call() {
    let mock = support::server(|config| config.control_token = Some("open-sesame".into()));
    let events = || Control::of(&mock).request(Method::GET, "/events");
    Answer::to(events()).await.refused_for(401, "control token");
    let with_token = || events().header("x-flowmock-control-token", "open-sesame");
    Answer::to(with_token().header("Origin", "http://evil.example")).await.refused_for(403, "another origin");
    Answer::to(with_token().header("Host", "evil.example")).await.refused_for(403, "evil.example");
    Events::answering(with_token().header("Sec-Fetch-Site", "same-origin")).await;
    assert!(mock.requests(&flowmock::RequestFilter::new()).is_empty(), "it is not recorded");
    let mock = support::server(|config| config.control = false);
    Control::of(&mock).get("/events").await.expect_error("FLOW-1003-404");
}
