//! Children: [`run`] for those that end by themselves, [`Server`] for those that serve, always killed in the
//! end.

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// More than anything takes that is not broken.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub const CONNECTIONS: &str = "/data/foundation/flowservice/connections";
pub const HEADERS: [(&str, &str); 4] = [
    ("Authorization", "Bearer token"),
    ("x-api-key", "key"),
    ("x-gw-ims-org-id", "TEST@AdobeOrg"),
    ("x-sandbox-name", "prod"),
];

/// The binary, with none of the settings that the surroundings of the test may have.
pub fn flowmock<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    // For the clients that the test makes: reqwest has TLS here, for the sake of the Pact crates, and no cryptography.
    _ = rustls::crypto::ring::default_provider().install_default();
    let mut command = Command::new(env!("CARGO_BIN_EXE_flowmock"));
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("FLOWMOCK_")) {
            command.env_remove(name);
        }
    }
    command.args(args).stdin(Stdio::null());
    command
}

/// What a child that has ended left.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs a child to its end.
#[track_caller]
pub fn run(mut command: Command) -> Ended {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut child = Guard(child);
    let stdout = lines_of(child.0.stdout.take().unwrap());
    let stderr = lines_of(child.0.stderr.take().unwrap());
    let (stdout, stderr) = (rest_of(&stdout).concat(), rest_of(&stderr).concat());
    Ended { code: child.0.wait().unwrap().code(), stdout, stderr }
}

/// A child that does not outlive its test.
pub struct Guard(pub Child);

impl Drop for Guard {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Sends a child a signal, by its short name.
#[cfg(unix)]
#[track_caller]
pub fn send_signal(signal: &str, pid: u32) {
    // The shell's own `kill`, since small systems have no other.
    let kill = format!("kill -{signal} {pid}");
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// Reads the lines of a pipe as they come; the channel closes when the pipe does.
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

/// All lines until the pipe closes.
#[track_caller]
fn rest_of(lines: &Receiver<String>) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    let mut rest = Vec::new();
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => rest.push(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => return rest,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the child does not end; so far: {rest:?}"),
        }
    }
}

/// A server that has said where it listens.
pub struct Server {
    child: Guard,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    pub first_line: String,
    pub address: SocketAddr,
}

impl Server {
    /// Starts one on a free port with these flags besides.
    #[track_caller]
    pub fn start<'a>(args: impl IntoIterator<Item = &'a str>) -> Self {
        Self::spawn(flowmock(["--listen", "127.0.0.1:0"].into_iter().chain(args)))
    }

    /// Starts one that this command describes.
    #[track_caller]
    pub fn spawn(mut command: Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut child = Guard(child);
        let stdout = lines_of(child.0.stdout.take().unwrap());
        let stderr = lines_of(child.0.stderr.take().unwrap());
        let Ok(first_line) = stdout.recv_timeout(PATIENCE) else {
            _ = child.0.kill();
            panic!("no server started: {}", rest_of(&stderr).concat());
        };
        let address = first_line.trim_end().rsplit("://").next().unwrap().parse().expect("an address");
        Self { child, stdout, stderr, first_line, address }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        with_headers(Client::new().get(self.url(path)))
    }

    /// A creation, with that query.
    pub fn post_with(&self, query: &str, body: &Value) -> RequestBuilder {
        with_headers(Client::new().post(self.url(CONNECTIONS) + query)).json(body)
    }

    /// A creation.
    pub fn post(&self, body: &Value) -> RequestBuilder {
        self.post_with("", body)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// Waits for a line of its output that contains `text`; answers with what came before, too.
    #[track_caller]
    pub fn await_output(&self, text: &str) -> String {
        let mut output = String::new();
        while !output.contains(text) {
            output +=
                &self.stdout.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {text:?} in {output}"));
        }
        output
    }

    /// Waits for a line of the log that contains `text`.
    #[track_caller]
    pub fn await_log(&self, text: &str) {
        while !self.stderr.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no {text:?}")).contains(text) {}
    }

    /// Waits until it ends by itself; answers with the rest of its log too.
    #[track_caller]
    pub fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let log = rest_of(&self.stderr);
        (self.child.0.wait().unwrap(), log)
    }

    /// Kills it and answers with its log. The line of a request is written before its answer.
    #[track_caller]
    pub fn into_log(mut self) -> Vec<String> {
        self.child.0.kill().unwrap();
        rest_of(&self.stderr)
    }
}

fn with_headers(request: RequestBuilder) -> RequestBuilder {
    HEADERS.into_iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// A connection to create, whose connection string has this key.
pub fn connection(account_key: &str) -> Value {
    json!({
        "name": "orders",
        "auth": {
            "specName": "Connection String Based Authentication",
            "params": { "connectionString": format!("AccountName=acme;AccountKey={account_key}") }
        },
        "connectionSpec": { "id": "ecde33f2-c56f-46cc-bdea-ad151c16cd69", "version": "1.0" }
    })
}

/// A POST whose body the server has begun to read and half of which it has: a connection, and the other half.
pub fn half_sent_post(address: SocketAddr) -> (TcpStream, Vec<u8>) {
    let body = connection("c2VjcmV0").to_string().into_bytes();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let headers: String = HEADERS.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!(
        "POST {CONNECTIONS} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut leave = [0; 25];
    stream.read_exact(&mut leave).unwrap();
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    let (first, second) = body.split_at(length / 2);
    stream.write_all(first).unwrap();
    (stream, second.to_vec())
}
