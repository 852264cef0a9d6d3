//! [`Server`]: a benchmark's own program as a server in a process of its own, so that its memory can be measured.

use super::process_memory::{RESIDENT, process_memory_kib};
use flowmock::FlowMock;
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

/// The argument with which a benchmark is a server.
const SERVE: &str = "serve";

/// A running server, which ends when this is dropped.
pub struct Server {
    process: Child,
    /// Its host and port.
    pub address: String,
}

/// In a process that [`Server::start`] made, serves until the other process ends it, and returns true.
pub fn serves() -> bool {
    if env::args().nth(1).is_none_or(|first| first != SERVE) {
        return false;
    }
    let mock = FlowMock::start();
    println!("{}", mock.address());
    _ = std::io::stdin().read_to_end(&mut Vec::new());
    true
}

impl Server {
    /// Starts this program once more. Its `main` begins with [`serves`].
    pub fn start() -> Self {
        let mut process = Command::new(env::current_exe().expect("this program"))
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut address = String::new();
        BufReader::new(process.stdout.take().expect("its output"))
            .read_line(&mut address)
            .expect("its address");
        Self { process, address: address.trim().to_owned() }
    }

    /// The resident memory of the process; 0 where the system does not report it.
    pub fn resident_bytes(&self) -> u64 {
        process_memory_kib(self.process.id(), RESIDENT).unwrap_or_default() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        _ = self.process.wait();
    }
}
