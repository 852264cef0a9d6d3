//! `flowmock pact`: its exit codes and its output.

use crate::common::process::{Server, flowmock, run};
use crate::common::requests::CONNECTIONS;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// `flowmock pact` for a server, with further arguments.
fn pact(server: &Server, args: &[&str]) -> Command {
    let url = server.url("");
    flowmock(["pact", "--url", &url].into_iter().chain(args.iter().copied()))
}

/// Sends a valid request as the consumer `name`.
fn send_as_consumer(server: &Server, name: &str) {
    let request = server.get(CONNECTIONS).header("x-flowmock-consumer", name);
    assert_eq!(request.send().unwrap().status(), 200);
}

#[test]
fn the_pact_file_of_a_consumer_is_written_and_an_unknown_or_ambiguous_consumer_is_refused() {
    let server = Server::start([]);
    let none = run(pact(&server, &[]));
    assert_eq!(none.code, Some(1), "{none:?}");
    send_as_consumer(&server, "shop");
    let written = run(pact(&server, &["--consumer", "shop"]));
    assert_eq!(written.code, Some(0), "{written:?}");
    let file: Value = serde_json::from_str(&written.stdout).expect("JSON");
    assert_eq!(file["consumer"]["name"], "shop");
    assert_eq!(file["interactions"][0]["description"], "listConnections answers 200");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.json");
    let to_file = run(pact(&server, &["--output", path.to_str().unwrap()]));
    assert_eq!((to_file.code, to_file.stdout.as_str()), (Some(0), ""), "{to_file:?}");
    assert_eq!(fs::read_to_string(path).unwrap(), written.stdout);
    let unknown = run(pact(&server, &["--consumer", "shpo"]));
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(unknown.stderr.contains("it has those of shop"), "{unknown:?}");
    send_as_consumer(&server, "other");
    let several = run(pact(&server, &[]));
    assert_eq!(several.code, Some(2), "{several:?}");
    assert!(several.stderr.contains("other, shop"), "{several:?}");
}

#[test]
fn without_a_server_or_a_writable_file_the_exit_code_is_2() {
    let nobody = flowmock(["pact", "--url", "http://127.0.0.1:1"]);
    let finished = run(nobody);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.stderr.contains("could not tell"), "{finished:?}");
    let closed = Server::start(["--control", "off"]);
    let finished = run(pact(&closed, &[]));
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.stderr.contains("--control off"), "{finished:?}");
    let server = Server::start([]);
    send_as_consumer(&server, "shop");
    let finished = run(pact(&server, &["--output", "/nowhere/at/all.json"]));
    assert_eq!(finished.code, Some(2), "{finished:?}");
}
