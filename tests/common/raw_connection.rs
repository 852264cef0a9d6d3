//! [`RawConnection`]: a TCP connection on which a test decides every byte that is sent.

use super::PATIENCE;
use super::answer::Answer;
use super::requests::{CONNECTIONS, HEADERS, request_head};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::io::{self, ErrorKind, Read, Write};
use std::mem;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// The length up to which the sent bytes are kept for the messages of failed assertions.
const MAX_SHOWN_BYTES: usize = 4000;

/// How the server ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It closed the connection in the regular way.
    Closed,
    /// It reset the connection.
    Reset,
}

/// A TCP connection to a server.
pub struct RawConnection {
    stream: TcpStream,
    sent: String,
    received: Vec<u8>,
}

impl RawConnection {
    /// Connects to `address`.
    #[track_caller]
    pub fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the server accepts connections");
        stream.set_read_timeout(Some(PATIENCE)).expect("the timeout is valid");
        stream.set_write_timeout(Some(PATIENCE)).expect("the timeout is valid");
        Self { stream, sent: String::new(), received: Vec::new() }
    }

    /// Makes each read wait for `patience` instead of [`PATIENCE`].
    pub fn wait_up_to(&mut self, patience: Duration) -> &mut Self {
        self.stream.set_read_timeout(Some(patience)).expect("the timeout is valid");
        self
    }

    /// Sends all of `bytes`.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        self.note_sent(bytes);
        self.stream.write_all(bytes).unwrap_or_else(|error| panic!("{error} while sending\n{}", self.sent));
        self
    }

    /// Sends `bytes`; returns whether the server took all of them.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.note_sent(bytes.as_ref());
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Sends as much of `bytes` as the sockets buffer at once; returns the number of bytes.
    pub fn send_without_waiting(&mut self, bytes: &[u8]) -> usize {
        self.stream.set_nonblocking(true).expect("the mode can be set");
        let mut sent = 0;
        while let Ok(more @ 1..) = uninterrupted(|| self.stream.write(&bytes[sent..])) {
            sent += more;
        }
        self.stream.set_nonblocking(false).expect("the mode can be set");
        sent
    }

    /// Sends spaces until the server has closed the connection or has taken more than `max` bytes; returns the number of
    /// bytes.
    pub fn send_until_closed(&mut self, max: usize) -> usize {
        let bytes = [b' '; 64 * 1024];
        let mut sent = 0;
        while sent <= max && self.stream.write_all(&bytes).is_ok() {
            sent += bytes.len();
        }
        sent
    }

    /// Closes the sending direction of the connection.
    pub fn finish(&mut self) {
        _ = self.stream.shutdown(Shutdown::Write);
    }

    /// Reads the next answer, its body by `Content-Length`. `100 Continue` is an answer too.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        let head_end = loop {
            if let Some(at) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.receive();
        };
        let head: Vec<u8> = self.received.drain(..head_end).collect();
        let head = String::from_utf8(head).expect("the head is text");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|code| StatusCode::from_bytes(code.as_bytes()).ok());
        let headers: HeaderMap = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| {
                let name: HeaderName = name.parse().expect("the name of a header");
                (name, HeaderValue::from_str(value.trim()).expect("the value of a header"))
            })
            .collect();
        let length = headers.get("content-length").map_or(0, |length| {
            length.to_str().ok().and_then(|length| length.parse().ok()).expect("a length")
        });
        while self.received.len() < length {
            self.receive();
        }
        let body = self.received.drain(..length).collect();
        Answer { request: self.sent.clone(), status: status.expect("a status"), headers, body }
    }

    /// Reads exactly `length` bytes; `None` if the server closes the connection before that.
    #[track_caller]
    pub fn read(&mut self, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        match self.stream.read_exact(&mut bytes) {
            Ok(()) => Some(bytes),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("the server sent fewer than {length} bytes and did not close the connection")
            }
            Err(_) => None,
        }
    }

    /// Reads until the server closes or resets the connection.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<u8> {
        let (pieces, _) = self.pieces();
        let mut rest = mem::take(&mut self.received);
        rest.extend(pieces.concat());
        rest
    }

    /// Reads until the end of the connection; returns what each read brought, and how the connection ended.
    #[track_caller]
    pub fn pieces(&mut self) -> (Vec<Vec<u8>>, Ending) {
        let mut pieces = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            match uninterrupted(|| self.stream.read(&mut buffer)) {
                Ok(0) => return (pieces, Ending::Closed),
                Ok(length) => pieces.push(buffer[..length].to_vec()),
                // Linux reports the reset of a connection that the server had already closed as a broken pipe.
                Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {
                    return (pieces, Ending::Reset);
                }
                Err(error) => panic!("{error} instead of the end of the connection after\n{}", self.sent),
            }
        }
    }

    /// Reads until the server closes the connection, `bytes` at a time with `pause` in between.
    #[track_caller]
    pub fn rest_slowly(&mut self, bytes: usize, pause: Duration) -> Vec<u8> {
        let (mut all, mut buffer) = (mem::take(&mut self.received), vec![0; bytes]);
        loop {
            match uninterrupted(|| self.stream.read(&mut buffer)) {
                Ok(0) => return all,
                Ok(read) => all.extend_from_slice(&buffer[..read]),
                Err(error) => panic!("{error} after {} bytes", all.len()),
            }
            std::thread::sleep(pause); // the client under test is slow
        }
    }

    /// Asserts that the server closes the connection and sends nothing before that.
    #[track_caller]
    pub fn expect_closed(&mut self) {
        let rest = self.rest();
        assert!(rest.is_empty(), "{}\nwas answered with\n{}", self.sent, String::from_utf8_lossy(&rest));
    }

    /// Keeps the beginning of `bytes` for the messages of failed assertions.
    fn note_sent(&mut self, bytes: &[u8]) {
        if self.sent.len() < MAX_SHOWN_BYTES {
            self.sent += &String::from_utf8_lossy(&bytes[..bytes.len().min(1000)]);
        }
    }

    #[track_caller]
    fn receive(&mut self) {
        let mut bytes = [0; 16 * 1024];
        match uninterrupted(|| self.stream.read(&mut bytes)) {
            Ok(0) => panic!("the server closed the connection without an answer after\n{}", self.sent),
            Ok(length) => self.received.extend_from_slice(&bytes[..length]),
            Err(error) => panic!("{error} instead of an answer to\n{}", self.sent),
        }
    }
}

/// Repeats `call` while a signal interrupts it, which the standard library does in `read_exact` and `write_all` but not in
/// `read` and `write`. A socket with a timeout is interrupted even by a signal that no handler takes, such as SIGCONT.
fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// Sends the head and half of the body of a POST to the connections, and waits until the server has begun to read the
/// body. Returns the other half.
#[track_caller]
pub fn half_sent_post(address: SocketAddr, body: &str) -> (RawConnection, Vec<u8>) {
    let mut connection = RawConnection::to(address);
    let length = format!("Content-Length: {}", body.len());
    let lines = ["Content-Type: application/json", &length, "Expect: 100-continue"];
    connection.send(request_head("POST", CONNECTIONS, HEADERS, &lines));
    assert_eq!(connection.answer().status, 100);
    let (first, second) = body.as_bytes().split_at(body.len() / 2);
    connection.send(first);
    (connection, second.to_vec())
}
