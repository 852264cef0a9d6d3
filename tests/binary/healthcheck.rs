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

#[test]
#[cfg(target_os = "linux")]
fn the_healthcheck_of_a_server_on_port_0_finds_its_real_port() {
    // This test runs a copy of the program, because other tests run servers of the original.
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("flowmock");
    std::fs::copy(env!("CARGO_BIN_EXE_flowmock"), &program).unwrap();
    let start = |listen: &str, args: &[&str]| {
        let mut command = std::process::Command::new(&program);
        command.args(args).env("FLOWMOCK_LISTEN", listen).stdin(std::process::Stdio::null());
        command
    };
    let check = |listen| run(start(listen, &["healthcheck"]));
    let none = check("127.0.0.1:0");
    assert_eq!(none.code, Some(1), "{none:?}");
    assert!(none.stderr.contains("no server of this user was found"), "{none:?}");
    let _one = Server::spawn(start("127.0.0.1:0", &[]));
    for listen in ["127.0.0.1:0", "0.0.0.0:0", "0"] {
        assert_eq!(check(listen).code, Some(0), "{listen}");
    }
    let _two = Server::spawn(start("127.0.0.1:0", &[]));
    let several = check("127.0.0.1:0");
    assert_eq!(several.code, Some(1), "{several:?}");
    assert!(several.stderr.contains("several servers"), "{several:?}");
}

#[test]
fn health_checks_are_logged_only_at_level_debug() {
    for (level, expected) in [("info", 0), ("debug", 1)] {
        let server = Server::start(["--log-level", level]);
        let finished = run(flowmock(["healthcheck", "--listen", &server.address.to_string()]));
        assert_eq!(finished.code, Some(0));
        let log = server.into_log();
        let lines = log.iter().filter(|line| line.contains("/_flowmock/health")).count();
        assert_eq!(lines, expected, "{log:?}");
    }
}
