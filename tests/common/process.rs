//! The binary as a child process: [`run`] for commands that end by themselves, [`Server`] for servers. Every child is
//! killed when the test ends.

use super::PATIENCE;
use super::api_client::ApiClient;
use super::environment::remove_flowmock_variables;
#[cfg(unix)]
pub use super::signal::send_signal;
use reqwest::blocking::RequestBuilder;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

/// A command that runs the binary without any `FLOWMOCK_` variable.
pub fn flowmock<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    // The Pact crates turn on TLS in reqwest but select no cryptography, so clients fail without a default provider.
    _ = rustls::crypto::ring::default_provider().install_default();
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowmock"));
    remove_flowmock_variables(&mut command);
    command.args(args).stdin(Stdio::null());
    command
}

/// The exit code and the output of a command that has ended.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a command until it ends.
#[track_caller]
pub fn run(mut command: Command) -> Finished {
    let (mut child, stdout, stderr) = spawn(&mut command);
    let (stdout, stderr) = (rest_of(&stdout).concat(), rest_of(&stderr).concat());
    Finished { code: child.0.wait().unwrap().code(), stdout, stderr }
}

/// Asserts that a start fails with exit code 1 and one line on standard error; returns the line without its prefix.
#[track_caller]
pub fn failed_start<'a>(args: impl IntoIterator<Item = &'a str>) -> String {
    let Finished { code, stdout, stderr } = run(flowmock(args));
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    let line = stderr.strip_suffix('\n').unwrap_or(&stderr);
    assert!(!line.contains('\n'), "{stderr}");
    line.strip_prefix("flowmock: ").unwrap_or_else(|| panic!("no prefix in {stderr}")).to_owned()
}

/// Starts a command with pipes for its standard output and its standard error.
fn spawn(command: &mut Command) -> (ChildGuard, Receiver<String>, Receiver<String>) {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut child = ChildGuard(child);
    let stdout = lines_of(child.0.stdout.take().unwrap());
    let stderr = lines_of(child.0.stderr.take().unwrap());
    (child, stdout, stderr)
}

/// A child process that is killed on drop.
pub struct ChildGuard(pub Child);

impl Drop for ChildGuard {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Reads a pipe line by line in a thread of its own. The channel closes when the pipe does.
fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = String::new();
        while pipe.read_line(&mut line).is_ok_and(|read| read > 0) {
            if sender.send(std::mem::take(&mut line)).is_err() {
                break;
            }
        }
    });
    lines
}

/// Reads all lines until the pipe closes.
#[track_caller]
fn rest_of(lines: &Receiver<String>) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    let mut rest = Vec::new();
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => rest.push(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => return rest,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                panic!("the process did not end; its output so far: {rest:?}")
            }
        }
    }
}

/// A running server.
pub struct Server {
    child: ChildGuard,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    api: ApiClient,
    /// The first line that the server printed.
    pub first_line: String,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a server on a free port with `args`.
    #[track_caller]
    pub fn start<'a>(args: impl IntoIterator<Item = &'a str>) -> Self {
        Self::spawn(flowmock(["--listen", "127.0.0.1:0"].into_iter().chain(args)))
    }

    /// Starts a server by `command` and waits for its first line.
    #[track_caller]
    pub fn spawn(mut command: Command) -> Self {
        let (mut child, stdout, stderr) = spawn(&mut command);
        let Ok(first_line) = stdout.recv_timeout(PATIENCE) else {
            _ = child.0.kill();
            panic!("the server did not start: {}", rest_of(&stderr).concat());
        };
        let address = first_line.trim_end().rsplit("://").next().unwrap().parse().expect("an address");
        let api = ApiClient::to(format!("http://{address}"));
        Self { child, stdout, stderr, api, first_line, address }
    }

    /// The HTTP client of the server. It speaks plain HTTP.
    pub fn api(&self) -> &ApiClient {
        &self.api
    }

    /// A GET of `path` with the headers that the API needs.
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.api.get(path)
    }

    /// A create request.
    pub fn post(&self, body: &Value) -> RequestBuilder {
        self.api.post(body)
    }

    /// The URL of `path` on the server.
    pub fn url(&self, path: &str) -> String {
        self.api.url(path)
    }

    /// The id of the process.
    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// Waits for a line of the output that contains `text`; returns all lines up to it.
    #[track_caller]
    pub fn await_output(&self, text: &str) -> String {
        let mut output = String::new();
        while !output.contains(text) {
            output += &self
                .stdout
                .recv_timeout(PATIENCE)
                .unwrap_or_else(|_| panic!("no {text:?} in the output {output}"));
        }
        output
    }

    /// Waits for a log line that contains `text`.
    #[track_caller]
    pub fn await_log(&self, text: &str) {
        while !self
            .stderr
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|_| panic!("no log line with {text:?}"))
            .contains(text)
        {}
    }

    /// Waits until the process ends by itself; returns its exit status and the rest of its log.
    #[track_caller]
    pub fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let log = rest_of(&self.stderr);
        (self.child.0.wait().unwrap(), log)
    }

    /// Stops the process and returns its log without the lines about the stop. The log is complete, because the server
    /// writes the last lines before it ends.
    #[cfg(unix)]
    #[track_caller]
    pub fn into_log(self) -> Vec<String> {
        send_signal("TERM", self.pid());
        send_signal("INT", self.pid()); // a second signal ends open requests at once
        let mut log = rest_of(&self.stderr);
        log.retain(|line| !line.contains("stopping"));
        log
    }

    /// Kills the process and returns its log, which may lack the last lines.
    #[cfg(not(unix))]
    #[track_caller]
    pub fn into_log(mut self) -> Vec<String> {
        self.child.0.kill().unwrap();
        rest_of(&self.stderr)
    }
}
