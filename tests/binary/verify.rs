//! Tests of the exit codes and the output of `flowmock verify`.

use crate::common::process::{Server, flowmock, run};
use crate::common::requests::connection;
use std::fs;
use std::process::Command;

fn verify(server: &Server, file: &str) -> Command {
    flowmock(["verify", "--url", &server.url(""), file])
}

#[test]
fn a_verification_exits_with_0_if_the_requests_came_and_with_1_and_the_difference_if_not() {
    let server = Server::start([]);
    assert_eq!(server.post(&connection("a2V5")).send().unwrap().status(), 201);
    let folder = tempfile::tempdir().unwrap();
    let expectation = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let json = expectation("once.json", r#"{"operation": "createConnection", "times": {"exactly": 1}}"#);
    let yaml = expectation("once.YAML", "operation: createConnection\ntimes: {exactly: 1}\n");
    for file in [&json, &yaml] {
        let finished = run(verify(&server, file));
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{finished:?}");
        assert_eq!(finished.stdout, "As expected: 1 matching\n");
    }
    let other =
        expectation("other.json", r#"{"operation": "createConnection", "body": {"/name": "x\u001b[31m"}}"#);
    let finished = run(verify(&server, &other));
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""), "{finished:?}");
    assert!(finished.stdout.contains("/name") && !finished.stdout.contains('\u{1b}'), "{finished:?}");
}

#[test]
fn a_verification_without_a_result_exits_with_2_and_one_line() {
    let server = Server::start(["--control-token", "secret"]);
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    let path = file.path().to_str().unwrap();
    let with_token = |file: &str| {
        let mut command = verify(&server, file);
        command.env("FLOWMOCK_CONTROL_TOKEN", "secret");
        command
    };
    fs::write(&file, r#"{"operation": "makeConnection"}"#).unwrap();
    for (command, reason) in [
        (with_token("/no/such/file"), "cannot read /no/such/file"),
        (with_token(path), "says: /operation: is none of the operations"),
        (verify(&server, path), "--control-token"),
        (flowmock(["verify", "--url", "http://127.0.0.1:1", path]), "no answer from http://127.0.0.1:1"),
    ] {
        let finished = run(command);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
        assert!(finished.stderr.starts_with("flowmock: could not tell: "), "{finished:?}");
        assert!(finished.stderr.contains(reason) && finished.stderr.lines().count() == 1, "{finished:?}");
    }
}
