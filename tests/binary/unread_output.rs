//! Output that is read late or never delays neither requests nor signals nor the stop.

use crate::common::PATIENCE;
use crate::common::api_client::ApiClient;
use crate::common::process::{ChildGuard, flowmock, send_signal};
use crate::common::requests::CONNECTIONS;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdout, Stdio};
use std::time::Instant;

/// The capacity of a pipe on Linux.
const PIPE_BYTES: usize = 64 * 1024;

/// Starts a server whose standard error is a pipe. Returns the process, a client of it, and its standard output.
fn start(args: &[&str]) -> (ChildGuard, ApiClient, BufReader<ChildStdout>) {
    let mut command = flowmock(["--listen", "127.0.0.1:0"].into_iter().chain(args.iter().copied()));
    let mut server = ChildGuard(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut stdout = BufReader::new(server.0.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let api = ApiClient::to(line.trim_end().rsplit(' ').next().unwrap());
    (server, api, stdout)
}

/// Sends SIGTERM and asserts that the process ends in time with exit code 0.
#[track_caller]
fn stop(server: &mut ChildGuard) {
    send_signal("TERM", server.0.id());
    let begun = Instant::now();
    while server.0.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "the server does not stop");
        std::thread::sleep(std::time::Duration::from_millis(5)); // `Child` has no wait with a timeout
    }
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

/// Sends requests with paths of `path_bytes` until their log lines have at least `bytes` together. Returns the number of
/// requests.
#[track_caller]
fn fill_log(api: &ApiClient, bytes: usize, path_bytes: usize) -> usize {
    let path = format!("{CONNECTIONS}/{}", "x".repeat(path_bytes));
    let requests = bytes / path_bytes;
    for _ in 0..requests {
        let answer =
            api.get(&path).timeout(PATIENCE).send().expect("an answer, although nobody reads the log");
        assert_eq!(answer.status(), 404);
    }
    requests
}

#[test]
fn an_unread_log_delays_neither_requests_nor_the_stop() {
    for level in ["info", "warn"] {
        let (mut server, api, _stdout) = start(&["--log-level", level]);
        fill_log(&api, 4 * PIPE_BYTES, 1000);
        assert_eq!(api.get("/_flowmock/health").send().unwrap().status(), 200);
        stop(&mut server);
    }
}

#[test]
fn dropped_log_lines_are_counted_in_the_log() {
    let (mut server, api, _stdout) = start(&["--log-format", "json"]);
    let requests = fill_log(&api, 4 * 1024 * 1024, 6000);
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let (mut shown, mut dropped) = (0, 0);
    while dropped == 0 {
        let line: serde_json::Value =
            serde_json::from_str(&lines.next().expect("a line with the number of dropped lines")).unwrap();
        match line["dropped"].as_u64() {
            None => shown += 1,
            Some(number) => {
                assert_eq!(line["level"], "WARN");
                dropped = number as usize;
            }
        }
    }
    assert_eq!(shown + dropped, requests);
    stop(&mut server);
}

#[test]
fn the_last_log_lines_are_written_before_the_process_ends() {
    let (mut server, api, mut stdout) = start(&[]);
    fill_log(&api, 100 * 1000, 1000);
    let mut log = server.0.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).unwrap();
        text
    });
    stop(&mut server);
    let log = reader.join().unwrap();
    assert_eq!(log.matches("status=404").count(), 100);
    assert!(log.trim_end().lines().last().unwrap().contains("stopping"), "{log}");
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}

#[test]
fn a_full_standard_output_delays_neither_the_start_nor_the_stop() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&vec![b'x'; PIPE_BYTES]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let port_file = folder.path().join("port.json"); // the server cannot print that it has started
    let mut command = flowmock(["--listen", "127.0.0.1:0", "--port-file", port_file.to_str().unwrap()]);
    let mut server = ChildGuard(command.stdout(writer).stderr(Stdio::null()).spawn().unwrap());
    let begun = Instant::now();
    while !port_file.exists() {
        assert!(begun.elapsed() < PATIENCE, "the server does not start");
        std::thread::sleep(std::time::Duration::from_millis(5)); // files have no wait
    }
    stop(&mut server);
    drop(reader);
}
