//! Standard output or error that nobody reads is no reason to stop serving.

use crate::process::{Guard, PATIENCE, flowmock, send_signal};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

/// A pipe whose reader is gone.
fn broken_pipe() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn is_healthy(address: SocketAddr) -> bool {
    let answer = reqwest::blocking::get(format!("http://{address}/_flowmock/health"));
    answer.is_ok_and(|answer| answer.status() == 200)
}

/// Starts a server with these outputs; `None` if it ends instead.
fn start(stdout: Stdio, stderr: Stdio) -> Option<(Guard, SocketAddr)> {
    // It cannot tell which port it took, so it is given one.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = flowmock(["--listen", &address.to_string()]);
    let mut server = Guard(command.stdout(stdout).stderr(stderr).spawn().unwrap());
    let deadline = Instant::now() + PATIENCE;
    while !is_healthy(address) {
        if server.0.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(Instant::now() < deadline, "no server at {address}");
        thread::sleep(Duration::from_millis(5)); // there is nothing to wait for: it cannot tell when it is ready
    }
    Some((server, address))
}

/// Asserts that a server with these outputs starts, answers again and again, and stops as it should.
#[track_caller]
fn expect_it_serves(outputs: impl Fn() -> (Stdio, Stdio)) {
    // More than once, since another process may take the port in between.
    let started = (0..3).find_map(|_| {
        let (stdout, stderr) = outputs();
        start(stdout, stderr)
    });
    let (mut server, address) = started.expect("a server that starts");
    assert!((0..3).all(|_| is_healthy(address)));
    // A panic that is on its way out of the process would end in another code.
    send_signal("TERM", server.0.id());
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_closed_standard_output_does_not_stop_it() {
    expect_it_serves(|| (broken_pipe(), Stdio::null()));
}

#[test]
fn a_closed_standard_error_does_not_stop_it() {
    expect_it_serves(|| (Stdio::null(), broken_pipe()));
}
