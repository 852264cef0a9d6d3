//! Handshakes that fail, do not end, or are none: the server goes on, and stops when it is told to.

use crate::{expect_answer, server, start};
use flowmock::{FlowMock, HEALTH_PATH, Tls};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// More than anything takes that does not wait for something which never comes.
const PROMPT: Duration = Duration::from_secs(10);

/// The beginning of a handshake record that says it has 512 bytes.
const HALF: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

fn fixture() -> (TempDir, Tls, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let tls = Tls::self_signed(dir.path());
    let ca = tls.ca_certificate().unwrap();
    (dir, tls, ca)
}

/// A socket on which that has been sent.
fn sent(mock: &FlowMock, bytes: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(mock.address()).unwrap();
    socket.set_read_timeout(Some(PROMPT)).unwrap();
    socket.write_all(bytes).unwrap();
    socket
}

/// What the server says until it closes the connection.
#[track_caller]
fn rest(mut socket: TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    match socket.read_to_end(&mut rest) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error} after {rest:?}"),
        _ => rest,
    }
}

#[tokio::test]
async fn a_client_without_tls_is_told_and_its_connection_closed_cleanly() {
    let (_dir, tls, ca) = fixture();
    let mock = server(tls);
    let long = format!("GET {HEALTH_PATH} HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(20_000));
    let requests =
        [format!("GET {HEALTH_PATH} HTTP/1.1\r\nHost: x\r\n\r\n"), "PRI * HTTP/2.0\r\n\r\n".into(), long];
    for request in requests {
        let mut socket = sent(&mock, request.as_bytes());
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("a clean end");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{answer}");
        assert_eq!(body, "This port speaks TLS: begin the URL with https\n");
    }
    expect_answer(&mock, &ca).await;
}

#[tokio::test]
async fn what_is_no_handshake_ends_its_own_connection_alone() {
    let (_dir, tls, ca) = fixture();
    let mock = server(tls);
    let cases: [&[u8]; 5] = [
        b"\0\0\0\0\0\0",
        b"\x16\x03\x01\xff\xff",
        b"\x16\x03\x01\x00\x05hello",
        b"\x16\x03\x01\x00\x04\x01\xff\xff\xff",
        b"\x15\x03\x01\x00\x02\x02\x28", // an alert
    ];
    for bytes in cases {
        let answer = rest(sent(&mock, bytes));
        assert!(answer.is_empty() || answer[0] == 21 || answer.starts_with(b"HTTP/1.1 400 "), "{answer:?}");
        expect_answer(&mock, &ca).await;
    }
    drop(sent(&mock, b""));
    drop(sent(&mock, HALF));
    expect_answer(&mock, &ca).await;
}

#[tokio::test]
async fn handshakes_that_do_not_go_on_hold_nobody_up_and_are_closed_in_time() {
    let (_dir, tls, ca) = fixture();
    let mock = start(tls, |config| config.header_read_timeout = Duration::from_millis(400)).unwrap();
    let silent: Vec<_> = (0..40).map(|_| sent(&mock, b"")).collect();
    let halves: Vec<_> = (0..40).map(|_| sent(&mock, HALF)).collect();
    expect_answer(&mock, &ca).await;
    for socket in silent.into_iter().chain(halves) {
        assert!(rest(socket).is_empty());
    }
    expect_answer(&mock, &ca).await;
}

#[tokio::test]
async fn handshakes_that_do_not_go_on_do_not_hold_a_stop_up() {
    let (_dir, tls, ca) = fixture();
    let mock = start(tls, |config| config.drain_timeout = PROMPT * 12).unwrap();
    let sockets: Vec<_> = [&b""[..], HALF].map(|bytes| sent(&mock, bytes)).into();
    expect_answer(&mock, &ca).await; // later, so those above are accepted too
    let started = Instant::now();
    drop(mock);
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
    for socket in sockets {
        assert!(rest(socket).is_empty());
    }
}
