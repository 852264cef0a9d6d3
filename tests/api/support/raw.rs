//! A connection over which a test says byte for byte what it wants.

use super::Answer;
use flowmock::FlowMock;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::io::{ErrorKind, Read, Write};
use std::mem;
use std::net::TcpStream;
use std::time::Duration;

/// How long a test waits for what must come; no test waits for as long as that unless it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As one that has nothing more to say.
    Closed,
    /// As one that is torn down.
    Reset,
}

pub struct Raw {
    stream: TcpStream,
    sent: String,
    received: Vec<u8>,
}

impl Raw {
    pub fn to(mock: &FlowMock) -> Self {
        let stream = TcpStream::connect(mock.address()).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        Self { stream, sent: String::new(), received: Vec::new() }
    }

    /// Sends all of it.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(1000)]);
        self.sent += &shown;
        self.stream.write_all(bytes).unwrap_or_else(|error| panic!("{error} while sending {shown}"));
        self
    }

    /// The next answer, its body by `Content-Length`; `100 Continue` is an answer too.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        let head_end = loop {
            if let Some(at) = self.received.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.receive();
        };
        let head: Vec<u8> = self.received.drain(..head_end).collect();
        let head = String::from_utf8(head).expect("a head of text");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers: HeaderMap = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| {
                let name: HeaderName = name.parse().expect("a header's name");
                (name, HeaderValue::from_str(value.trim()).expect("a header's value"))
            })
            .collect();
        let length = headers.get("content-length").map_or(0, |length| {
            length.to_str().ok().and_then(|length| length.parse().ok()).expect("a length")
        });
        while self.received.len() < length {
            self.receive();
        }
        let body = self.received.drain(..length).collect();
        Answer::read(
            self.sent.clone(),
            status.and_then(|code: u16| StatusCode::from_u16(code).ok()).expect("a status"),
            headers,
            body,
        )
    }

    /// Waits for the server to close the connection; asserts that it says nothing more before.
    #[track_caller]
    pub fn expect_closed(&mut self) {
        let more = self.rest();
        assert!(more.is_empty(), "{}\nwas answered {}", self.sent, String::from_utf8_lossy(&more));
    }

    /// All that comes until the connection is closed, `bytes` at a time with `pause` between.
    #[track_caller]
    pub fn rest_at(&mut self, bytes: usize, pause: Duration) -> Vec<u8> {
        let (mut all, mut buffer) = (mem::take(&mut self.received), vec![0; bytes]);
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return all,
                Ok(read) => all.extend_from_slice(&buffer[..read]),
                Err(error) => panic!("{error} after {} bytes", all.len()),
            }
            std::thread::sleep(pause); // the slowness that is tested
        }
    }

    /// What the server says before it closes the connection.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = mem::take(&mut self.received);
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error} instead of the end of a connection after\n{}", self.sent),
        }
        rest
    }

    /// What comes until the connection ends, each read by itself, and how it ends.
    #[track_caller]
    pub fn pieces(&mut self) -> (Vec<Vec<u8>>, Ending) {
        let mut pieces = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return (pieces, Ending::Closed),
                Ok(length) => pieces.push(buffer[..length].to_vec()),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return (pieces, Ending::Reset),
                Err(error) => panic!("{error} instead of the end of a connection after\n{}", self.sent),
            }
        }
    }

    /// Sends until the server has closed the connection, or took more than `max` bytes; answers with how
    /// many.
    pub fn send_until_closed(&mut self, max: usize) -> usize {
        let bytes = [b' '; 64 * 1024];
        let mut sent = 0;
        while sent <= max && self.stream.write_all(&bytes).is_ok() {
            sent += bytes.len();
        }
        sent
    }

    #[track_caller]
    fn receive(&mut self) {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(0) => panic!("the connection was closed, without an answer, after\n{}", self.sent),
            Ok(length) => self.received.extend_from_slice(&bytes[..length]),
            Err(error) => panic!("{error} instead of an answer to\n{}", self.sent),
        }
    }
}
