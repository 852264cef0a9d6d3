//! [`Replica`]: a server that shares its state through Redis.

use crate::api::{Api, try_sent};
use crate::common::PATIENCE;
use crate::common::process::{Server, flowmock, send_signal};
use reqwest::Method;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

/// A server that shares its state through Redis. It keeps its address when it is started again.
pub struct Replica {
    server: Option<Server>,
    address: SocketAddr,
    flags: Vec<String>,
    pub api: Api,
}

impl Replica {
    /// Starts a replica and waits until it is ready.
    #[track_caller]
    pub fn start(redis: &str, key: &str, flags: &[&str]) -> Self {
        let replica = Self::begin(redis, key, flags);
        replica.await_ready();
        replica
    }

    /// Starts a replica.
    #[track_caller]
    pub fn begin(redis: &str, key: &str, flags: &[&str]) -> Self {
        let own = ["--state", redis, "--state-key", key, "--log-level", "warn"];
        let flags: Vec<String> = own.iter().chain(flags).map(|flag| (*flag).to_owned()).collect();
        let server = spawn("127.0.0.1:0", &flags);
        Self { address: server.address, api: Api::to(server.url("")), server: Some(server), flags }
    }

    /// Kills the replica: `kill -9`.
    pub fn kill(&mut self) {
        self.server = None;
    }

    /// Kills the replica if it runs, and starts it again with its address.
    #[track_caller]
    pub fn start_again(&mut self) {
        self.kill();
        self.server = Some(spawn(&self.address.to_string(), &self.flags));
    }

    /// Stops the replica's time.
    pub fn freeze(&self) {
        send_signal("STOP", self.server().pid());
    }

    /// Ends a [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        send_signal("CONT", self.server().pid());
    }

    /// The process.
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("the replica runs")
    }

    /// Stops the replica, as an orchestrator does, and returns its log.
    #[track_caller]
    pub fn stop(mut self) -> Vec<String> {
        send_signal("TERM", self.server().pid());
        let (status, log) = self.server.take().expect("the replica runs").wait();
        assert!(status.success(), "{status} {log:?}");
        log
    }

    /// The status of `GET /_flowmock/health`; 0 without an answer.
    pub fn health(&self) -> u16 {
        let answer = try_sent(self.api.bare(Method::GET, "/_flowmock/health"));
        answer.map_or(0, |answer| answer.status.as_u16())
    }

    /// Waits until the replica has caught up.
    #[track_caller]
    pub fn await_ready(&self) {
        self.await_health(200);
    }

    /// Waits until the replica's health has that status.
    #[track_caller]
    pub fn await_health(&self, status: u16) {
        eventually(&format!("health {status}"), || self.health() == status);
    }
}

#[track_caller]
fn spawn(address: &str, flags: &[String]) -> Server {
    Server::spawn(flowmock(["--listen", address].into_iter().chain(flags.iter().map(String::as_str))))
}

/// Three replicas that are ready.
#[track_caller]
pub fn three(redis: &str, key: &str, flags: &[&str]) -> [Replica; 3] {
    let replicas = [(); 3].map(|()| Replica::begin(redis, key, flags));
    replicas.iter().for_each(Replica::await_ready);
    replicas
}

/// Waits until `holds`, asking often.
#[track_caller]
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Asserts that all replicas export the same bytes; returns them.
#[track_caller]
pub fn agreed<'a>(replicas: impl IntoIterator<Item = &'a Replica>) -> String {
    let mut states: Vec<String> = replicas.into_iter().map(|replica| replica.api.state()).collect();
    let last = states.pop().expect("a replica");
    for (number, state) in states.iter().enumerate() {
        if *state != last {
            let same = state.bytes().zip(last.bytes()).take_while(|(one, other)| one == other).count();
            let around = |text: &str| {
                let bytes = &text.as_bytes()[same.saturating_sub(300)..(same + 300).min(text.len())];
                String::from_utf8_lossy(bytes).into_owned()
            };
            panic!(
                "the states differ at {same}; replica {number} has\n{}\nand the last\n{}",
                around(state),
                around(&last)
            );
        }
    }
    last
}
