//! Output that nobody reads, or reads late, holds up no request, no signal and no stop.

use crate::process::{CONNECTIONS, Guard, HEADERS, PATIENCE, flowmock, send_signal};
use reqwest::blocking::Client;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdout, Stdio};
use std::time::Instant;

/// More than a pipe holds, on any Linux.
const PIPE_BYTES: usize = 64 * 1024;

/// Starts a server whose standard error is a pipe. Returns its URL too, and its standard output.
fn start(args: &[&str]) -> (Guard, String, BufReader<ChildStdout>) {
    let mut command = flowmock(["--listen", "127.0.0.1:0"].into_iter().chain(args.iter().copied()));
    let mut server = Guard(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut stdout = BufReader::new(server.0.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let url = line.trim_end().rsplit(' ').next().unwrap().to_owned();
    (server, url, stdout)
}

/// Sends SIGTERM and expects the exit code 0 soon.
#[track_caller]
fn stop(server: &mut Guard) {
    send_signal("TERM", server.0.id());
    let begun = Instant::now();
    while server.0.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it does not stop");
        std::thread::sleep(std::time::Duration::from_millis(5)); // no other way to wait with a limit
    }
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

/// Sends requests whose log lines are as long as `path_bytes`, until they are `bytes` together.
#[track_caller]
fn fill_log(url: &str, bytes: usize, path_bytes: usize) -> usize {
    let client = Client::builder().timeout(PATIENCE).build().unwrap();
    let path = format!("{url}{CONNECTIONS}/{}", "x".repeat(path_bytes));
    let requests = bytes / path_bytes;
    for _ in 0..requests {
        let request =
            HEADERS.iter().fold(client.get(&path), |request, (name, value)| request.header(*name, *value));
        let answer = request.send().expect("an answer, whoever reads the log");
        assert_eq!(answer.status(), 404);
    }
    requests
}

#[test]
fn a_log_that_nobody_reads_holds_up_neither_requests_nor_the_stop() {
    for level in ["info", "warn"] {
        let (mut server, url, _stdout) = start(&["--log-level", level]);
        fill_log(&url, 4 * PIPE_BYTES, 1000);
        let health = reqwest::blocking::get(format!("{url}/_flowmock/health")).unwrap();
        assert_eq!(health.status(), 200);
        stop(&mut server);
    }
}

#[test]
fn lines_that_a_late_reader_missed_are_counted_in_the_log() {
    let (mut server, url, _stdout) = start(&["--log-format", "json"]);
    let requests = fill_log(&url, 4 * 1024 * 1024, 6000);
    let mut lines = BufReader::new(server.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let (mut shown, mut dropped) = (0, 0);
    while dropped == 0 {
        let line: serde_json::Value =
            serde_json::from_str(&lines.next().expect("a line on what is missing")).unwrap();
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
fn the_last_lines_are_written_before_the_process_ends() {
    let (mut server, url, mut stdout) = start(&[]);
    fill_log(&url, 100 * 1000, 1000);
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
fn a_standard_output_that_takes_nothing_holds_up_neither_the_start_nor_the_stop() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(&vec![b'x'; PIPE_BYTES]).unwrap();
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    let mut server = Guard(command.stdout(writer).stderr(Stdio::null()).spawn().unwrap());
    std::thread::sleep(std::time::Duration::from_millis(500)); // nothing tells that it has started
    stop(&mut server);
    drop(reader);
}
