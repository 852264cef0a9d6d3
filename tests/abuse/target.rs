//! [`Target`]: a server under attack, and [`Attack`]: a connection to it.

use crate::process::{CONNECTIONS, HEADERS, PATIENCE, Server, connection};
use serde_json::Value;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// What every attack carries as its token and its account key, and no log may hold.
pub const SECRET: &str = "c3dvcmRmaXNoLXN3b3JkZmlzaA==";

/// How long a normal request may take after an attack: whether the server lives, not how fast it is.
const ALIVE: Duration = Duration::from_secs(1);

/// How much more memory a server may hold after an attack than before, in KiB: what an allocator keeps for next time.
const KEPT_KIB: u64 = 32 * 1024;

pub struct Target {
    server: Server,
    resident_kib: Option<u64>,
}

impl Target {
    /// A server with these flags that has answered before.
    pub fn start(flags: &[&str]) -> Self {
        allow_many_files();
        let server = Server::start(["--log-level", "trace"].into_iter().chain(flags.iter().copied()));
        let mut target = Self { server, resident_kib: None };
        target.expect_normal();
        target.resident_kib = target.resident_kib();
        target
    }

    /// A new connection.
    #[track_caller]
    pub fn connect(&self) -> Attack {
        let stream = TcpStream::connect(self.server.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_write_timeout(Some(PATIENCE)).expect("a timeout");
        Attack(stream)
    }

    /// The head of a request to a path below `/connections`, with all that a request needs and `more`.
    pub fn head(method: &str, path: &str, more: &[&str]) -> String {
        let mut head = format!("{method} {CONNECTIONS}{path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in HEADERS {
            let value = if name == "Authorization" { format!("Bearer {SECRET}") } else { value.to_owned() };
            head += &format!("{name}: {value}\r\n");
        }
        for line in more {
            head += &format!("{line}\r\n");
        }
        head + "\r\n"
    }

    /// A whole request with a JSON body.
    pub fn request(method: &str, path: &str, body: &str) -> String {
        let length = format!("Content-Length: {}", body.len());
        Self::head(method, path, &["Content-Type: application/json", &length]) + body
    }

    /// What is answered to `bytes` on a connection of their own.
    #[track_caller]
    pub fn answer_to(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut attack = self.connect();
        attack.send(bytes);
        attack.answer()
    }

    /// Creates a connection and deletes it again, within the time that a living server takes. A machine that has
    /// other things to do may be late once, and once more.
    #[track_caller]
    pub fn expect_normal(&self) {
        let mut took = Duration::MAX;
        for _ in 0..3 {
            let started = Instant::now();
            let made = self.answer_to(Self::request("POST", "", &connection(SECRET).to_string()));
            assert_eq!(made.status, 201, "{made:?}");
            let id = made.json()["id"].as_str().expect("an id").to_owned();
            let deleted = self.answer_to(Self::head("DELETE", &format!("/{id}"), &[]));
            assert_eq!(deleted.status, 204, "{deleted:?}");
            took = started.elapsed();
            if took < ALIVE {
                return;
            }
        }
        panic!("a normal request takes {took:?}");
    }

    /// Asserts that the server is as it was, and that its log holds no credential.
    #[track_caller]
    pub fn expect_unharmed(self) {
        self.expect_normal();
        self.expect_memory_back();
        let log = self.server.into_log();
        assert!(!log.is_empty());
        for line in log {
            assert!(!line.contains(SECRET) && !line.contains("swordfish"), "{line}");
            assert!(!line.contains(" ERROR "), "{line}");
        }
    }

    #[track_caller]
    fn expect_memory_back(&self) {
        let Some(before) = self.resident_kib else {
            eprintln!("skipped: this system does not tell how much memory a process has");
            return;
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.resident_kib().expect("the server runs");
            if now < before + KEPT_KIB {
                return;
            }
            assert!(Instant::now() < deadline, "{before} KiB before, {now} KiB after");
            self.expect_normal(); // an allocator gives back what it has while it works
        }
    }

    /// Asserts that at no time the server had so much more memory than before, in KiB.
    #[track_caller]
    pub fn expect_no_peak_above(&self, kib: u64) {
        let Some((before, most)) = self.resident_kib.zip(self.memory_kib("VmHWM:")) else {
            eprintln!("skipped: this system does not tell how much memory a process had");
            return;
        };
        assert!(most < before + kib, "{before} KiB before, {most} KiB at most");
    }

    /// The memory that the process has, in KiB, where the system tells.
    fn resident_kib(&self) -> Option<u64> {
        self.memory_kib("VmRSS:")
    }

    fn memory_kib(&self, what: &str) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.pid())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(what))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }
}

/// A connection that does what it likes.
pub struct Attack(TcpStream);

/// What a server says.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Asserts that it is a refusal with that code.
    #[track_caller]
    pub fn expect_error(&self, code: &str) {
        assert!(String::from_utf8_lossy(&self.body).contains(code), "no {code} in {self:?}");
        assert!(code.ends_with(&self.status.to_string()), "{self:?}");
    }
}

impl Attack {
    /// Sends as much as the server takes; answers whether that was all.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).is_ok()
    }

    /// Sends no more than the sockets take at once; answers with how many bytes that were.
    pub fn send_without_waiting(&mut self, bytes: &[u8]) -> usize {
        self.0.set_nonblocking(true).expect("a mode");
        let mut sent = 0;
        while let Ok(more @ 1..) = self.0.write(&bytes[sent..]) {
            sent += more;
        }
        self.0.set_nonblocking(false).expect("a mode");
        sent
    }

    /// So many bytes; `None` if the connection is closed before.
    #[track_caller]
    pub fn read(&mut self, bytes: usize) -> Option<Vec<u8>> {
        let mut read = vec![0; bytes];
        match self.0.read_exact(&mut read) {
            Ok(()) => Some(read),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("neither {bytes} bytes nor the connection's end")
            }
            Err(_) => None,
        }
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        _ = self.0.shutdown(std::net::Shutdown::Write);
    }

    /// The next answer, its body by `Content-Length`.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match self.0.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                other => panic!("{other:?} after {}", String::from_utf8_lossy(&head)),
            }
        }
        let head = String::from_utf8(head).expect("text");
        let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
        self.0.read_exact(&mut body).unwrap_or_else(|error| panic!("{error} in the body of {head}"));
        Answer { status, head, body }
    }

    /// What the server says until it closes the connection; how it does so is its affair.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("the connection is not closed; so far {} bytes", rest.len())
            }
            _ => rest,
        }
    }
}

/// A thousand connections are more files than many systems allow at first.
#[cfg(unix)]
fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    _ = setrlimit(Resource::Nofile, Rlimit { current: maximum.map(|most| most.min(20_000)), maximum });
}

#[cfg(not(unix))]
fn allow_many_files() {}
