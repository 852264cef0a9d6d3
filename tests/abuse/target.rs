//! [`Target`]: a server under attack.

use crate::common::PATIENCE;
use crate::common::answer::Answer;
use crate::common::process::Server;
use crate::common::process_memory::{PEAK, RESIDENT, process_memory_kib};
use crate::common::raw_connection::RawConnection;
use crate::common::requests::{CONNECTIONS, HEADERS, connection, control_request, request_head};
use std::time::{Duration, Instant};

/// The bearer token and the account key of every request. No log may contain it.
pub const SECRET: &str = "c3dvcmRmaXNoLXN3b3JkZmlzaA==";

/// The time that a valid request may take after an attack. It is generous, because it shows that the server answers, not
/// how fast it is, and the machine may be busy.
const MAX_RESPONSE_TIME: Duration = Duration::from_secs(3);

/// The memory that a server may keep after an attack, in KiB: allocators do not return all freed memory at once.
const MAX_KEPT_KIB: u64 = 32 * 1024;

/// A server under attack, with its memory before the attack.
pub struct Target {
    server: Server,
    resident_kib: Option<u64>,
}

impl Target {
    /// Starts a server with `flags` and sends it a valid request. The contract report makes it load everything that it
    /// otherwise loads in the background after the first request, some 10 MiB, which are not memory that an attack costs.
    pub fn start(flags: &[&str]) -> Self {
        allow_many_files();
        let server = Server::start(["--log-level", "trace"].into_iter().chain(flags.iter().copied()));
        let mut target = Self { server, resident_kib: None };
        target.expect_responsive();
        target.answer_to(control_request("GET", "contract"));
        target.resident_kib = target.resident_kib();
        target
    }

    /// A new connection to the server.
    #[track_caller]
    pub fn connect(&self) -> RawConnection {
        RawConnection::to(self.server.address)
    }

    /// The headers of every request; the bearer token is [`SECRET`].
    pub fn headers() -> [(&'static str, String); 4] {
        HEADERS.map(|(name, value)| match name {
            "Authorization" => (name, format!("Bearer {SECRET}")),
            _ => (name, value.to_owned()),
        })
    }

    /// The head of a request to a path below `/connections`, with [`Target::headers`] and `more_lines`.
    pub fn head(method: &str, path: &str, more_lines: &[&str]) -> String {
        request_head(method, &format!("{CONNECTIONS}{path}"), Self::headers(), more_lines)
    }

    /// A request with a JSON body.
    pub fn request(method: &str, path: &str, body: &str) -> String {
        let length = format!("Content-Length: {}", body.len());
        Self::head(method, path, &["Content-Type: application/json", &length]) + body
    }

    /// Sends `bytes` on a new connection and reads the answer.
    #[track_caller]
    pub fn answer_to(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut connection = self.connect();
        connection.try_send(bytes);
        connection.answer()
    }

    /// Asserts that the server creates and deletes a connection within [`MAX_RESPONSE_TIME`], at the latest at the third
    /// attempt, since the machine may be busy.
    #[track_caller]
    pub fn expect_responsive(&self) {
        let mut took = Duration::MAX;
        for _ in 0..3 {
            let started = Instant::now();
            let created = self.answer_to(Self::request("POST", "", &connection(SECRET).to_string()));
            assert_eq!(created.status, 201, "{created:?}");
            let id = created.json()["id"].as_str().expect("an id").to_owned();
            let deleted = self.answer_to(Self::head("DELETE", &format!("/{id}"), &[]));
            assert_eq!(deleted.status, 204, "{deleted:?}");
            took = started.elapsed();
            if took < MAX_RESPONSE_TIME {
                return;
            }
        }
        panic!("creating and deleting a connection takes {took:?}");
    }

    /// Asserts that the server answers, has freed its memory, and has logged neither a credential nor an error.
    #[track_caller]
    pub fn expect_unharmed(self) {
        self.expect_responsive();
        self.expect_memory_freed();
        let log = self.server.into_log();
        assert!(!log.is_empty());
        for line in log {
            assert!(!line.contains(SECRET) && !line.contains("swordfish"), "{line}");
            assert!(!line.contains(" ERROR "), "{line}");
        }
    }

    #[track_caller]
    fn expect_memory_freed(&self) {
        let Some(before) = self.resident_kib else {
            eprintln!("skipped: this system does not report the memory of a process");
            return;
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.resident_kib().expect("the server runs");
            if now < before + MAX_KEPT_KIB {
                return;
            }
            assert!(Instant::now() < deadline, "{before} KiB before, {now} KiB after");
            self.expect_responsive(); // allocators free memory while they are in use
        }
    }

    /// Asserts that the peak of the server's memory was less than `kib` above its memory before the attack.
    #[track_caller]
    pub fn expect_no_peak_above(&self, kib: u64) {
        let Some((before, peak)) = self.resident_kib.zip(self.memory_kib(PEAK)) else {
            eprintln!("skipped: this system does not report the peak memory of a process");
            return;
        };
        assert!(peak < before + kib, "{before} KiB before, {peak} KiB at the peak");
    }

    /// Asserts that the server's memory is more than `kib` above its memory before the attack.
    #[track_caller]
    pub fn expect_memory_above(&self, kib: u64) {
        if let Some((before, now)) = self.resident_kib.zip(self.resident_kib()) {
            assert!(now > before + kib, "{before} KiB before, {now} KiB now");
        }
    }

    /// The resident memory of the server, in KiB; `None` where the system does not report it.
    fn resident_kib(&self) -> Option<u64> {
        self.memory_kib(RESIDENT)
    }

    fn memory_kib(&self, field: &str) -> Option<u64> {
        process_memory_kib(self.server.pid(), field).ok()
    }
}

/// Raises the limit of open files, which is below a thousand connections on many systems.
#[cfg(unix)]
fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    _ = setrlimit(Resource::Nofile, Rlimit { current: maximum.map(|most| most.min(20_000)), maximum });
}

#[cfg(not(unix))]
fn allow_many_files() {}
