//! Clients that are too slow, and request heads that are too large.

use crate::support::{self, Answer, RawConnection, Tenant, ats, with};
use flowmock::FlowMock;
use std::time::Duration;

/// A time that every test here waits for, and within which a busy machine answers valid requests.
const SHORT: Duration = Duration::from_millis(1000);

/// The first bytes of an HTTP/2 client: the preface and an empty SETTINGS frame.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

async fn still_answers(mock: &FlowMock) {
    Tenant::on(mock).get("/connections").await.expect_status(200);
}

#[tokio::test]
async fn a_connection_with_an_unfinished_head_is_closed_in_time() {
    let mock = support::server(|config| config.header_read_timeout = SHORT);
    let beginnings: [&[u8]; 6] = [
        b"",
        b"G",
        b"GET /_flowmock/health HTTP/1.1\r\nHost: a",
        b"PRI * HT",
        &HTTP2_PREFACE[..20],
        b"POST / HTTP/1.1\r\nHost: a\r\nx: y\r\n",
    ];
    let mut connections = beginnings.map(|beginning| {
        let mut raw = RawConnection::to(mock.address());
        raw.send(beginning);
        raw
    });
    still_answers(&mock).await;
    for raw in &mut connections {
        raw.expect_closed();
    }
    still_answers(&mock).await;
}

#[tokio::test]
async fn an_http2_connection_without_a_request_is_closed() {
    let mock = support::server(|config| config.header_read_timeout = SHORT);
    let mut raw = RawConnection::to(mock.address());
    raw.send(HTTP2_PREFACE);
    assert!(!raw.rest().is_empty()); // the server sends its SETTINGS
    still_answers(&mock).await;
}

#[tokio::test]
async fn a_connection_that_stays_idle_after_an_answer_is_closed() {
    let mock = support::server(|config| config.header_read_timeout = SHORT);
    let mut raw = RawConnection::to(mock.address());
    raw.send("GET /_flowmock/health HTTP/1.1\r\nHost: a\r\n\r\n").answer().expect_status(200);
    raw.expect_closed();
    still_answers(&mock).await;
}

#[tokio::test]
async fn an_unfinished_body_is_a_408() {
    let mock = support::server(|config| config.request_timeout = SHORT);
    let tenant = Tenant::on(&mock);
    let mut announced = RawConnection::to(mock.address());
    announced.send(tenant.head("POST", "/connections", &["Content-Length: 100"])).send("{\"name\":");
    let mut chunked = RawConnection::to(mock.address());
    chunked.send(tenant.head("POST", "/connections", &["Transfer-Encoding: chunked"])).send("1\r\n{\r\n");
    still_answers(&mock).await;
    for raw in [&mut announced, &mut chunked] {
        let answer = raw.answer().expect_error("FLOW-1004-408").naming("1000 ms");
        assert_eq!(answer.json()["title"], "Request Timeout");
        raw.expect_closed(); // further bytes would be read as the rest of the body
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn the_rest_of_a_refused_body_is_awaited_only_until_the_timeout() {
    let mock = support::server(|config| config.request_timeout = SHORT);
    let tenant = Tenant::on(&mock);
    let mut raw = RawConnection::to(mock.address());
    raw.send(tenant.head("POST", "/no-such-path", &["Content-Length: 100"])).send("{");
    raw.answer().expect_error("FLOW-1003-404");
    raw.expect_closed();
    still_answers(&mock).await;
}

#[tokio::test]
async fn a_head_over_the_limit_is_a_431() {
    let mock = support::server(|config| config.max_header_bytes = 8192);
    let tenant = Tenant::on(&mock);
    let mut raw = RawConnection::to(mock.address());
    let header = |bytes: usize| format!("x-large: {}", "x".repeat(bytes));
    raw.send(tenant.head("GET", "/connections", &[&header(7000)])).answer().expect_status(200);
    raw.send(tenant.head("GET", "/connections", &[&header(9000)]));
    let answer = raw.answer();
    assert_eq!(answer.status, 431, "{answer}");
    raw.expect_closed();
    still_answers(&mock).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)] // over HTTP/2, a stop waits until the client closes the connection
async fn a_query_over_the_limit_is_a_414() {
    let mock = support::server(|config| config.max_query_bytes = 1000);
    for tenant in [Tenant::on(&mock), Tenant::over_http2(&mock)] {
        let made = tenant.create(ats("orders")).await;
        let query = |bytes: usize| "limit=1&continuationToken=&".to_owned() + &"&".repeat(bytes - 27);
        tenant.get(&format!("/connections?{}", query(1000))).await.expect_status(200);
        for path in ["/connections", &format!("/connections/{}", made.id)] {
            let answer: Answer = tenant.get(&format!("{path}?{}", query(1001))).await;
            let answer = answer.expect_error("FLOW-1004-414").naming("1001").naming("1000");
            assert_eq!(answer.json()["title"], "URI Too Long");
        }
    }
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_its_complete_answer() {
    let mock = support::server(|config| config.header_read_timeout = SHORT);
    let tenant = Tenant::on(&mock);
    for _ in 0..17 {
        tenant.create(with(ats("large"), "/own", "x".repeat(1_000_000).into())).await;
    }
    let mut raw = RawConnection::to(mock.address());
    raw.send(tenant.head("GET", "/connections?limit=30", &["Connection: close"]));
    // More than the sockets buffer, so that reading takes several times the idle timeout.
    let answer = raw.rest_slowly(200_000, Duration::from_millis(40));
    assert!(answer.len() > 15_000_000, "{} bytes", answer.len());
    assert!(answer.ends_with(b"\"}}}"));
}
