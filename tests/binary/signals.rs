//! SIGTERM and SIGINT: requests in flight may finish within the drain timeout.

use crate::common::PATIENCE;
use crate::common::process::{Server, send_signal};
use crate::common::raw_connection::{Ending, half_sent_post};
use crate::common::requests::connection;
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn post_body() -> String {
    connection("c2VjcmV0").to_string()
}

/// Sends a signal and waits until the server has logged it.
#[track_caller]
fn send(signal: &str, server: &Server) {
    send_signal(signal, server.pid());
    server.await_log(&format!("signal=\"SIG{signal}\""));
}

#[test]
fn after_a_signal_a_request_in_flight_is_answered_and_the_exit_code_is_0() {
    for signal in ["TERM", "INT"] {
        let server = Server::start([]);
        let address = server.address;
        let (mut connection, rest) = half_sent_post(address, &post_body());
        send(signal, &server);
        connection.send(rest);
        let (answer, ending) = connection.pieces(); // the server closes the connection after the answer
        assert_eq!(ending, Ending::Closed, "{signal}");
        let answer = String::from_utf8(answer.concat()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 201 Created\r\n"), "{signal}: {answer}");
        assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{signal}: {answer}");
        let (status, log) = server.wait();
        assert_eq!(status.code(), Some(0), "{signal}: {log:?}");
        assert!(log.iter().any(|line| line.contains("status=201")), "{signal}: {log:?}");
        assert!(TcpStream::connect(address).is_err());
    }
}

#[test]
fn idle_connections_do_not_delay_the_exit() {
    let server = Server::start(["--drain-timeout-ms", "60000"]);
    let unused = TcpStream::connect(server.address).unwrap();
    assert_eq!(server.get("/_flowmock/health").send().unwrap().status(), 200);
    send("TERM", &server);
    let started = Instant::now();
    assert_eq!(server.wait().0.code(), Some(0));
    assert!(started.elapsed() < PATIENCE);
    drop(unused);
}

#[test]
fn an_unfinished_request_delays_the_exit_by_the_drain_timeout_at_most() {
    let server = Server::start(["--drain-timeout-ms", "200"]);
    let (mut connection, _rest) = half_sent_post(server.address, &post_body());
    send("TERM", &server);
    let started = Instant::now();
    let (status, log) = server.wait();
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed()); // the default is 5 seconds
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(log.iter().any(|line| line.contains("did not end in time")), "{log:?}");
    connection.expect_closed();
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let server = Server::start(["--drain-timeout-ms", "60000"]);
    let (_connection, _rest) = half_sent_post(server.address, &post_body());
    send("TERM", &server);
    send_signal("INT", server.pid());
    let started = Instant::now();
    let (status, log) = server.wait();
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(log.iter().any(|line| line.contains("stopping at once")), "{log:?}");
}
