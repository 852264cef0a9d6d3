//! Slow readers, quiet streams, and the end of a stream.

use super::{Event, Events, ask, http2, server_and_tenant};
use crate::support::{self, Control, RawConnection, Tenant};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

/// An upper bound for an answer or a stop that does not have to wait for a timeout.
const PROMPT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn requests_that_the_journal_no_longer_has_are_counted_as_lost() {
    let mock = support::server(|config| config.journal_requests = 5);
    let tenant = Tenant::on(&mock);
    ask(&tenant, 12).await;
    let mut events = Events::of(&mock, "?sinceId=1").await;
    let lost = Event { id: Some(7), name: "lost".to_owned(), data: json!({"count": 6}) };
    assert_eq!(events.next().await, lost);
    assert_eq!(events.ids(5).await, [8, 9, 10, 11, 12]);
    assert_eq!(Events::of(&mock, "?sinceId=7").await.ids(5).await, [8, 9, 10, 11, 12]);
}

#[tokio::test]
async fn requests_that_are_too_large_for_the_journal_are_counted_as_lost() {
    let mock = support::server(|config| config.journal_max_bytes = 4000);
    let tenant = Tenant::on(&mock);
    let mut events = Events::of(&mock, "").await;
    let long = format!("/connections?property=name=={}", "x".repeat(4000));
    tenant.get(&long).await.expect_status(200);
    let lost = events.next().await;
    assert_eq!((lost.name.as_str(), lost.data), ("lost", json!({"count": 1})));
    ask(&tenant, 1).await;
    assert_eq!(events.ids(1).await, [2]);
}

#[tokio::test]
async fn a_reader_that_does_not_read_loses_events_and_delays_nobody() {
    const REQUESTS: u64 = 2000;
    let mock = support::server(|config| config.journal_requests = 50);
    let tenant = Tenant::on(&mock);
    let mut slow = RawConnection::to(mock.address());
    slow.send("GET /_flowmock/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let mut fast = Events::of(&mock, "").await;
    let query = format!("/connections?property=name=={}", "x".repeat(8000));
    let mut slowest = Duration::ZERO;
    for _ in 0..REQUESTS {
        let started = Instant::now();
        tenant.get(&query).await.expect_status(200);
        slowest = slowest.max(started.elapsed());
    }
    assert!(slowest < PROMPT, "{slowest:?}");
    let mut last = 0;
    while last < REQUESTS {
        let event = fast.next().await;
        last = event.id.unwrap_or(last);
    }
    // Everything that was sent to the slow reader, and what it lost.
    let (mut seen, mut lost, mut text) = (0, 0, String::new());
    while seen + lost < REQUESTS {
        text += &String::from_utf8_lossy(&slow.read(1000).expect("the stream goes on"));
        let whole = text.rfind("\n\n").map_or(0, |end| end + 2);
        let rest = text.split_off(whole);
        seen += text.matches("event: request").count() as u64;
        let counts = text.split("event: lost").skip(1).filter_map(|event| event.split('}').next());
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        lost += counts.map(|text| digits(text).parse::<u64>().expect("a number")).sum::<u64>();
        text = rest;
    }
    assert_eq!(seen + lost, REQUESTS);
    assert!(lost > 0, "{seen} seen, {lost} lost");
}

#[tokio::test]
async fn at_most_32_clients_read_events_at_a_time() {
    let (mock, _) = server_and_tenant();
    let mut streams = Vec::new();
    for _ in 0..32 {
        streams.push(Events::of(&mock, "").await);
    }
    let control = Control::of(&mock);
    control.get("/events").await.refused_for(503, "32 clients");
    streams.pop();
    // The server notices the end of a connection, or of a stream, a moment later.
    let started = Instant::now();
    while control.request(Method::GET, "/events").send().await.expect("an answer").status() != 200 {
        assert!(started.elapsed() < PROMPT, "the place is never free");
    }
}

#[tokio::test]
async fn a_quiet_stream_outlives_the_time_limits_of_requests_and_of_idle_connections() {
    let mock = support::server(|config| {
        config.header_read_timeout = Duration::from_millis(1000);
        config.request_timeout = Duration::from_millis(1000);
    });
    let tenant = Tenant::on(&mock);
    let started = Instant::now();
    let mut events = Events::of(&mock, "").await;
    while started.elapsed() < Duration::from_millis(3000) {
        assert_eq!(events.block().await.as_deref(), Some(": still here"));
    }
    ask(&tenant, 1).await;
    assert_eq!(events.ids(1).await, [1]);
}

async fn ends_with_the_server(mock: FlowMock, mut events: Events) {
    let started = Instant::now();
    let stopping = tokio::task::spawn_blocking(|| drop(mock));
    assert_eq!(events.block().await, None);
    stopping.await.expect("no panic");
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
}

#[tokio::test]
async fn streams_end_as_soon_as_the_server_stops() {
    for client in [support::client(), http2()] {
        let mock = support::server(|config| config.drain_timeout = Duration::from_secs(60));
        let events = Events::answering(client.get(mock.url() + "/_flowmock/events")).await;
        ends_with_the_server(mock, events).await;
    }
}
