//! Stopping and dropping a server, with and without open connections.

use crate::common::raw_connection::{Ending, RawConnection, half_sent_post};
use crate::common::requests::{ATS, CONNECTIONS, HEADERS, connection};
use crate::{api, config, create_orders};
use flowmock::{FlowMock, HEALTH_PATH};
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

/// An upper bound for an answer or a stop that does not have to wait for a timeout.
const PROMPT: Duration = Duration::from_secs(5);

/// A body of 100 bytes that is not valid JSON.
fn invalid_body() -> String {
    format!("{:100}", r#"{"name":"#)
}

/// A keep-alive connection on which a request has been answered.
fn idle_connection(address: SocketAddr) -> RawConnection {
    let mut connection = RawConnection::to(address);
    let answer = connection.send(format!("GET {HEALTH_PATH} HTTP/1.1\r\nHost: x\r\n\r\n")).answer();
    assert_eq!(answer.status, 200, "{answer:?}");
    connection
}

/// Drops a server and returns the time that it takes.
fn drop_time(mock: FlowMock) -> Duration {
    let started = Instant::now();
    drop(mock);
    started.elapsed()
}

#[test]
fn a_server_starts_and_stops_with_the_longest_possible_timeouts() {
    let mock = FlowMock::with_config(config(|config| {
        config.header_read_timeout = Duration::MAX;
        config.request_timeout = Duration::MAX;
        config.drain_timeout = Duration::MAX;
    }))
    .expect("it starts");
    create_orders(&api(&mock));
    let over_http2 = reqwest::blocking::Client::builder().http2_prior_knowledge().build().unwrap();
    assert_eq!(over_http2.get(mock.url() + HEALTH_PATH).send().unwrap().status(), 200);
    assert!(drop_time(mock) < PROMPT);
}

async fn use_and_drop_a_server() {
    let mock = FlowMock::start();
    let headers: HeaderMap =
        HEADERS.into_iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let client = reqwest::Client::builder().default_headers(headers).build().unwrap();
    let url = mock.url() + CONNECTIONS;
    let answer = client.post(&url).json(&connection("c2VjcmV0")).send().await.unwrap();
    assert_eq!(answer.status(), 201);
    let created: Value = answer.json().await.unwrap();
    let id = created["id"].as_str().unwrap();
    let answer = client.get(format!("{url}/{id}")).send().await.unwrap();
    let read: Value = answer.error_for_status().unwrap().json().await.unwrap();
    assert_eq!(read["items"][0]["name"], "orders");
    assert_eq!(read["items"][0]["connectionSpec"]["id"], ATS);
    // The client still has an open connection.
    assert!(drop_time(mock) < PROMPT);
    assert!(client.get(url).send().await.is_err());
}

#[tokio::test(flavor = "current_thread")]
async fn a_server_works_and_stops_in_an_async_test_with_one_thread() {
    use_and_drop_a_server().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_works_and_stops_in_an_async_test_with_several_threads() {
    use_and_drop_a_server().await;
}

#[test]
fn a_half_sent_request_delays_a_drop_by_the_drain_timeout_and_no_longer() {
    let drain = Duration::from_millis(200);
    let mock = FlowMock::with_config(config(|config| config.drain_timeout = drain)).unwrap();
    let (mut connection, _) = half_sent_post(mock.address(), &invalid_body());
    let took = drop_time(mock);
    assert!((drain..PROMPT).contains(&took), "{took:?}");
    connection.expect_closed();
}

#[test]
fn a_request_that_is_completed_while_the_server_is_dropped_is_answered() {
    let mock = FlowMock::start();
    let (mut connection, rest) = half_sent_post(mock.address(), &invalid_body());
    let stopping = thread::spawn(move || drop_time(mock));
    connection.send(rest);
    let (answer, ending) = connection.pieces();
    assert_eq!(ending, Ending::Closed);
    let answer = String::from_utf8(answer.concat()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("FLOW-1000-400"), "{answer}");
    assert!(stopping.join().unwrap() < PROMPT);
}

#[test]
fn connections_without_a_request_do_not_delay_a_drop() {
    let mock = FlowMock::with_config(config(|config| config.drain_timeout = PROMPT * 12)).unwrap();
    let address = mock.address();
    let unused: Vec<_> = (0..3).map(|_| RawConnection::to(address)).collect();
    let idle: Vec<_> = (0..3).map(|_| idle_connection(address)).collect(); // answered, so `unused` are accepted too
    let took = drop_time(mock);
    assert!(took < PROMPT, "{took:?}");
    unused.into_iter().chain(idle).for_each(|mut connection| connection.expect_closed());
}

#[test]
fn a_half_sent_head_delays_a_drop_by_the_drain_timeout_at_most() {
    let drain = Duration::from_millis(200);
    let mock = FlowMock::with_config(config(|config| config.drain_timeout = drain)).unwrap();
    let mut connection = idle_connection(mock.address());
    connection.send("GET /data/foundation/flowserv");
    let took = drop_time(mock);
    assert!(took < PROMPT, "{took:?}");
    connection.expect_closed();
}

#[test]
fn after_a_stop_the_port_is_free_for_another_server() {
    // Up to three attempts, because another process may take the port in the meantime.
    let is_freed = || {
        let mock = FlowMock::start();
        let address = mock.address();
        create_orders(&api(&mock));
        mock.stop();
        let next = FlowMock::with_config(config(|config| config.listen = address));
        next.is_ok_and(|next| next.address() == address && api(&next).connection_names("").is_empty())
    };
    assert!((0..3).any(|_| is_freed()));
}

#[test]
fn connections_on_which_no_request_is_in_flight_do_not_delay_a_drop() {
    let half_a_head = "GET /data/foundation/flowserv";
    // The HTTP/2 preface with empty settings, from a client that then ignores all incoming frames.
    let idle_http2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    for bytes in [half_a_head, idle_http2, "PRI * HTTP/2.0\r\n"] {
        let mock = FlowMock::with_config(config(|config| config.drain_timeout = PROMPT * 12)).unwrap();
        let mut connection = RawConnection::to(mock.address());
        connection.send(bytes);
        idle_connection(mock.address()); // its answer shows that the earlier bytes have arrived
        let took = drop_time(mock);
        assert!(took < PROMPT, "{bytes:?}: {took:?}");
        connection.rest();
    }
}

#[test]
fn requests_that_arrived_before_a_stop_are_answered() {
    const EACH: usize = 64;
    let mock = FlowMock::start();
    let address = mock.address();
    let mut used: Vec<_> = (0..EACH).map(|_| idle_connection(address)).collect();
    let request = format!("GET {HEALTH_PATH} HTTP/1.1\r\nHost: x\r\n\r\n");
    // These are more connections than the server's single thread can accept before the stop.
    let mut new: Vec<_> = (0..EACH).map(|_| RawConnection::to(address)).collect();
    for connection in used.iter_mut().chain(&mut new) {
        connection.send(&request);
    }
    mock.stop();
    for (number, connection) in used.iter_mut().chain(&mut new).enumerate() {
        let (answer, ending) = connection.pieces();
        let answer = String::from_utf8(answer.concat()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{number}: {answer:?}");
        assert_eq!(ending, Ending::Closed, "{number}");
    }
}
