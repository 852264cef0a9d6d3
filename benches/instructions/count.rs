//! [`Counter`]: counts instructions with callgrind.
//!
//! A process cannot be asked for the instructions of one request, because other threads examine it and write the log
//! afterwards. So each count is the difference between two runs of a server from its start to its end: one with the warm-up
//! alone, the other with requests of one kind after it. Whatever the start takes is in both.

use crate::KINDS;
use crate::expected::Figures;
use crate::support::Failure;
use crate::support::call::{CREATE, Call, LIST, PATCH, READ, id_of};
use crate::support::process::Server;
use crate::support::socket::Client;
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What is sent before the requests that count: the lists are full, and the journal has to drop a request for each that
/// it records.
const WARM_UP: [(u32, Call); 4] = [(150, CREATE), (1000, READ), (50, PATCH), (10, LIST)];

/// After so many requests, the client waits until all are examined. The journal keeps 1,000, and those that it drops before
/// that are never examined: how many depends on chance.
const UNEXAMINED: usize = 900;

/// Counts the instructions of servers.
pub struct Counter {
    requests: u32,
    /// Holds the log, the constants of the bare server, and what callgrind writes.
    folder: TempDir,
    profiles: Option<PathBuf>,
}

/// A server under callgrind.
struct Run {
    server: Server,
    client: Client,
    /// Whether it examines requests in the background.
    examines: bool,
    /// The ids of the connections that the warm-up created.
    ids: Vec<String>,
}

impl Counter {
    /// Counts `requests` requests of each kind. `profiles` gets the files of callgrind.
    pub fn new(requests: u32, profiles: Option<&Path>) -> Result<Self, Failure> {
        if let Some(folder) = profiles {
            fs::create_dir_all(folder)?;
        }
        Ok(Self { requests, folder: TempDir::new()?, profiles: profiles.map(Path::to_owned) })
    }

    /// Counts requests to flowmock with default flags and one worker thread. Also writes the constants with which the bare
    /// server answers.
    pub fn flowmock(&self, binary: &Path) -> Result<Figures, Failure> {
        let start = || {
            let log = File::create(self.folder.path().join("log"))?;
            Server::start_by(self.callgrind().arg(binary), 1, &[], log)
        };
        let mut run = Run::new(Server::start(binary, 1, &["--log-level", "warn"])?, true)?;
        let constant = |(_, call): &(&str, Call)| call.constant(&mut run.client, &run.ids[0]);
        let constants = KINDS.iter().map(constant).collect::<Result<Vec<_>, _>>()?;
        fs::write(self.constants(), serde_json::to_vec(&constants)?)?;
        self.count(start, true, self.profiles.as_deref())
    }

    /// Counts requests to the bare server, after [`Self::flowmock`].
    pub fn bare(&self) -> Result<Figures, Failure> {
        let program = env::current_exe()?;
        let start = || Server::bare_by(self.callgrind().arg(&program), 1, &self.constants());
        self.count(start, false, None)
    }

    fn count(
        &self, start: impl Fn() -> Result<Server, Failure>, examines: bool, profiles: Option<&Path>,
    ) -> Result<Figures, Failure> {
        let count = |requests: u32, call: &Call| -> Result<u64, Failure> {
            let mut run = Run::new(start()?, examines)?;
            run.send(requests, call)?;
            run.server.end()?;
            total(&self.output())
        };
        let warm_up = count(0, &READ)?;
        let mut figures = Figures::new();
        for (kind, call) in &KINDS {
            let more = count(self.requests, call)?.saturating_sub(warm_up);
            figures.insert((*kind).to_owned(), more / u64::from(self.requests));
            if let Some(folder) = profiles {
                let name = kind.split([' ', ',']).next().unwrap_or(kind);
                fs::copy(self.output(), folder.join(format!("{name}.callgrind")))?;
            }
        }
        Ok(figures)
    }

    /// The command that runs the program and arguments that are added to it.
    fn callgrind(&self) -> Command {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--tool=callgrind"]);
        command.arg(format!("--callgrind-out-file={}", self.output().display()));
        command
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("callgrind.out")
    }

    fn constants(&self) -> PathBuf {
        self.folder.path().join("constants.json")
    }
}

impl Run {
    /// Connects to `server` and warms it up.
    fn new(server: Server, examines: bool) -> Result<Self, Failure> {
        let client = Client::connect(server.address())?;
        let mut run = Self { server, client, examines, ids: Vec::new() };
        run.settle()?;
        for (requests, call) in &WARM_UP {
            run.send(*requests, call)?;
        }
        Ok(run)
    }

    /// Sends requests one after the other, to all connections of the warm-up in turn.
    fn send(&mut self, requests: u32, call: &Call) -> Result<(), Failure> {
        for number in 0..requests as usize {
            if number > 0 && number % UNEXAMINED == 0 {
                self.settle()?;
            }
            let id = self.ids.get(number % self.ids.len().max(1)).map_or("", String::as_str);
            self.client.send(&call.text(id))?;
            let answer = self.client.answer(call.status)?;
            if call.status == CREATE.status && (self.ids.len() as u32) < WARM_UP[0].0 {
                self.ids.push(id_of(&answer)?);
            }
        }
        self.settle()
    }

    /// Waits until the server has examined all requests.
    fn settle(&mut self) -> Result<(), Failure> {
        if self.examines {
            self.client.send("GET /_flowmock/contract HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            self.client.answer(200)?;
        }
        Ok(())
    }
}

/// The instructions in a file of callgrind.
fn total(output: &Path) -> Result<u64, Failure> {
    let text = fs::read_to_string(output)?;
    let total = text.lines().rev().find_map(|line| line.strip_prefix("totals: ")?.parse().ok());
    total.ok_or_else(|| "callgrind did not write a total".into())
}
