//! Handshakes that fail or never finish, and clients without TLS. The server keeps serving others, and can be stopped.

use crate::common::raw_connection::{Ending, RawConnection};
use crate::{expect_answer, server, start};
use flowmock::{FlowMock, HEALTH_PATH, Tls};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// An upper bound for a stop that does not have to wait for a timeout.
const PROMPT: Duration = Duration::from_secs(10);

/// The beginning of a handshake record whose header announces 512 bytes.
const PARTIAL_HANDSHAKE: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

/// A folder, a self-signed certificate in it, and the file of its CA.
fn fixture() -> (TempDir, Tls, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let tls = Tls::self_signed(dir.path());
    let ca = tls.ca_certificate().unwrap();
    (dir, tls, ca)
}

/// A connection on which `bytes` have been sent.
fn connection_with(mock: &FlowMock, bytes: &[u8]) -> RawConnection {
    let mut connection = RawConnection::to(mock.address());
    connection.send(bytes);
    connection
}

#[tokio::test]
async fn a_client_without_tls_gets_an_explanation_and_its_connection_is_closed_cleanly() {
    let (_dir, tls, ca) = fixture();
    let mock = server(tls);
    let long = format!("GET {HEALTH_PATH} HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(20_000));
    let requests =
        [format!("GET {HEALTH_PATH} HTTP/1.1\r\nHost: x\r\n\r\n"), "PRI * HTTP/2.0\r\n\r\n".into(), long];
    for request in requests {
        let (answer, ending) = connection_with(&mock, request.as_bytes()).pieces();
        assert_eq!(ending, Ending::Closed);
        let answer = String::from_utf8(answer.concat()).expect("the answer is text");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())), "{answer}");
        assert_eq!(body, "This port speaks TLS: begin the URL with https\n");
    }
    expect_answer(&mock, &ca).await;
}

#[tokio::test]
async fn an_invalid_handshake_ends_only_its_own_connection() {
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
        let answer = connection_with(&mock, bytes).rest();
        assert!(answer.is_empty() || answer[0] == 21 || answer.starts_with(b"HTTP/1.1 400 "), "{answer:?}");
        expect_answer(&mock, &ca).await;
    }
    drop(connection_with(&mock, b""));
    drop(connection_with(&mock, PARTIAL_HANDSHAKE));
    expect_answer(&mock, &ca).await;
}

#[tokio::test]
async fn unfinished_handshakes_do_not_block_others_and_are_closed_in_time() {
    let (_dir, tls, ca) = fixture();
    // Long enough for the handshake of a client on a busy machine.
    let mock = start(tls, |config| config.header_read_timeout = Duration::from_secs(2)).unwrap();
    let silent: Vec<_> = (0..40).map(|_| connection_with(&mock, b"")).collect();
    let partial: Vec<_> = (0..40).map(|_| connection_with(&mock, PARTIAL_HANDSHAKE)).collect();
    expect_answer(&mock, &ca).await;
    for mut connection in silent.into_iter().chain(partial) {
        connection.expect_closed();
    }
    expect_answer(&mock, &ca).await;
}

#[tokio::test]
async fn unfinished_handshakes_do_not_delay_a_stop() {
    let (_dir, tls, ca) = fixture();
    let mock = start(tls, |config| config.drain_timeout = PROMPT * 12).unwrap();
    let connections: Vec<_> = [&b""[..], PARTIAL_HANDSHAKE].map(|bytes| connection_with(&mock, bytes)).into();
    expect_answer(&mock, &ca).await; // answered, so the connections above are accepted too
    let started = Instant::now();
    drop(mock);
    assert!(started.elapsed() < PROMPT, "{:?}", started.elapsed());
    for mut connection in connections {
        connection.expect_closed();
    }
}
