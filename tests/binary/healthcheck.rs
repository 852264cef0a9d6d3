//! `flowmock healthcheck`.

use crate::common::process::{Server, flowmock, run};
use crate::fake_server::fake_server;

#[test]
fn the_healthcheck_of_a_running_server_succeeds_and_prints_nothing() {
    let server = Server::start([]);
    let finished = run(flowmock(["healthcheck", "--listen", &server.address.to_string()]));
    assert_eq!((finished.code, finished.stdout.as_str(), finished.stderr.as_str()), (Some(0), "", ""));
}

#[test]
fn the_healthcheck_works_without_the_control_token_and_with_control_calls_off() {
    for args in [["--control-token", "hunter2"], ["--control", "off"]] {
        let server = Server::start(args);
        let finished = run(flowmock(["healthcheck", "--listen", &server.address.to_string()]));
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert_ne!(server.get("/_flowmock/errors").send().unwrap().status(), 200);
    }
}

#[test]
fn the_healthcheck_finds_a_server_on_all_interfaces_by_its_environment_variable() {
    let server = Server::spawn(flowmock(["--listen", "0.0.0.0:0"]));
    let mut command = flowmock(["healthcheck"]);
    command.env("FLOWMOCK_LISTEN", format!("0.0.0.0:{}", server.address.port()));
    let finished = run(command);
    assert_eq!(finished.code, Some(0), "{finished:?}");
}

#[test]
fn the_healthcheck_fails_with_one_line_that_names_the_url_if_nothing_listens() {
    let address = "127.0.0.1:1";
    let finished = run(flowmock(["healthcheck", "--listen", address]));
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{finished:?}");
    let expected = format!("flowmock: no answer from http://{address}/_flowmock/health: ");
    assert!(finished.stderr.starts_with(&expected) && finished.stderr.lines().count() == 1, "{finished:?}");
}

#[test]
fn the_healthcheck_fails_if_another_program_answers() {
    let url = fake_server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    let finished = run(flowmock(["healthcheck", "--listen", url.trim_start_matches("http://")]));
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let expected = format!("flowmock: {url}/_flowmock/health answered: HTTP/1.1 404 Not Found\n");
    assert_eq!(finished.stderr, expected);
}
