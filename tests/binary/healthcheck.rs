//! `flowmock healthcheck`.

use crate::process::{PATIENCE, Server, flowmock, run};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

#[test]
fn it_succeeds_in_silence_where_a_server_answers() {
    let server = Server::start([]);
    let ended = run(flowmock(["healthcheck", "--listen", &server.address.to_string()]));
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn it_needs_no_token_and_no_other_control_call() {
    for args in [["--control-token", "hunter2"], ["--control", "off"]] {
        let server = Server::start(args);
        let ended = run(flowmock(["healthcheck", "--listen", &server.address.to_string()]));
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_ne!(server.get("/_flowmock/errors").send().unwrap().status(), 200);
    }
}

#[test]
fn it_finds_a_server_on_all_interfaces_by_the_variable_that_started_it() {
    let server = Server::spawn(flowmock(["--listen", "0.0.0.0:0"]));
    let mut command = flowmock(["healthcheck"]);
    command.env("FLOWMOCK_LISTEN", format!("0.0.0.0:{}", server.address.port()));
    let ended = run(command);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn it_fails_with_one_line_that_names_the_url_where_nothing_listens() {
    let address = "127.0.0.1:1";
    let ended = run(flowmock(["healthcheck", "--listen", address]));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    let expected = format!("flowmock: no answer from http://{address}/_flowmock/health: ");
    assert!(ended.stderr.starts_with(&expected) && ended.stderr.lines().count() == 1, "{ended:?}");
}

#[test]
fn it_fails_where_something_else_answers() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let answering = thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let ended = run(flowmock(["healthcheck", "--listen", &address]));
    answering.join().unwrap();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let expected = format!("flowmock: http://{address}/_flowmock/health answered: HTTP/1.1 404 Not Found\n");
    assert_eq!(ended.stderr, expected);
}
