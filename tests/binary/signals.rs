//! SIGTERM and SIGINT: what is in flight may end, for a while.

use crate::process::{PATIENCE, Server, half_sent_post, send_signal};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Sends a signal and waits until the server has seen it.
#[track_caller]
fn send(signal: &str, server: &Server) {
    send_signal(signal, server.pid());
    server.await_log(&format!("signal=\"SIG{signal}\""));
}

#[test]
fn a_signal_lets_a_request_in_flight_end_and_the_exit_code_is_0() {
    for signal in ["TERM", "INT"] {
        let server = Server::start([]);
        let address = server.address;
        let (mut stream, rest) = half_sent_post(address);
        send(signal, &server);
        stream.write_all(&rest).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap(); // to the end: the connection is closed after the answer
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
    let client = reqwest::blocking::Client::new();
    assert_eq!(client.get(server.url("/_flowmock/health")).send().unwrap().status(), 200);
    send("TERM", &server);
    let started = Instant::now();
    assert_eq!(server.wait().0.code(), Some(0));
    assert!(started.elapsed() < PATIENCE);
    drop((unused, client));
}

#[test]
fn a_request_that_never_ends_delays_the_exit_by_the_drain_timeout_at_most() {
    let server = Server::start(["--drain-timeout-ms", "200"]);
    let (mut stream, _rest) = half_sent_post(server.address);
    send("TERM", &server);
    let started = Instant::now();
    let (status, log) = server.wait();
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed()); // the default is 5 seconds
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(log.iter().any(|line| line.contains("did not end in time")), "{log:?}");
    assert!(!matches!(stream.read(&mut [0; 64]), Ok(1..)), "an answer to half a request");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let server = Server::start(["--drain-timeout-ms", "60000"]);
    let (_stream, _rest) = half_sent_post(server.address);
    send("TERM", &server);
    send_signal("INT", server.pid());
    let started = Instant::now();
    let (status, log) = server.wait();
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(log.iter().any(|line| line.contains("stopping at once")), "{log:?}");
}
