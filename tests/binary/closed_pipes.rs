//! The server keeps running if standard output or standard error is closed.

use crate::common::PATIENCE;
use crate::common::api_client::ApiClient;
use crate::common::process::{ChildGuard, flowmock, send_signal};
use std::io;
use std::net::TcpListener;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// A pipe whose reading end is closed.
fn broken_pipe() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn is_healthy(api: &ApiClient) -> bool {
    let answer = api.http.get(api.url("/_flowmock/health")).send();
    answer.is_ok_and(|answer| answer.status() == 200)
}

/// Starts a server with these outputs; `None` if the process ends.
fn start(stdout: Stdio, stderr: Stdio) -> Option<(ChildGuard, ApiClient)> {
    // The test cannot read the output, so it chooses the port.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = flowmock(["--listen", &address.to_string()]);
    let mut server = ChildGuard(command.stdout(stdout).stderr(stderr).spawn().unwrap());
    let api = ApiClient::to(format!("http://{address}"));
    let deadline = Instant::now() + PATIENCE;
    while !is_healthy(&api) {
        if server.0.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(Instant::now() < deadline, "no server at {address}");
        thread::sleep(Duration::from_millis(5)); // polls, because the server cannot print that it is ready
    }
    Some((server, api))
}

/// Asserts that a server with these outputs starts, answers repeatedly, and stops on SIGTERM with exit code 0.
#[track_caller]
fn expect_it_serves(outputs: impl Fn() -> (Stdio, Stdio)) {
    // Up to three attempts, because another process may take the port in the meantime.
    let started = (0..3).find_map(|_| {
        let (stdout, stderr) = outputs();
        start(stdout, stderr)
    });
    let (mut server, api) = started.expect("the server starts");
    assert!((0..3).all(|_| is_healthy(&api)));
    // After a panic in `println!` the exit code would be another one.
    send_signal("TERM", server.0.id());
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn the_server_survives_a_closed_standard_output() {
    expect_it_serves(|| (broken_pipe(), Stdio::null()));
}

#[test]
fn the_server_survives_a_closed_standard_error() {
    expect_it_serves(|| (Stdio::null(), broken_pipe()));
}
