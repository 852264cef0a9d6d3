//! `flowmock pact`: its exit codes, and what it writes.

use crate::process::{CONNECTIONS, Server, flowmock, run};
use serde_json::Value;
use std::fs;
use std::process::Command;

fn pact(server: &Server, args: &[&str]) -> Command {
    let url = server.url("");
    flowmock(["pact", "--url", &url].into_iter().chain(args.iter().copied()))
}

fn of_consumer(server: &Server, name: &str) {
    let answer = server.get(CONNECTIONS).header("x-flowmock-consumer", name);
    assert_eq!(answer.send().unwrap().status(), 200);
}

#[test]
fn a_consumers_file_is_written_and_nothing_is_where_there_is_none() {
    let server = Server::start([]);
    let none = run(pact(&server, &[]));
    assert_eq!(none.code, Some(1), "{none:?}");
    of_consumer(&server, "shop");
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
    of_consumer(&server, "other");
    let several = run(pact(&server, &[]));
    assert_eq!(several.code, Some(2), "{several:?}");
    assert!(several.stderr.contains("other, shop"), "{several:?}");
}

#[test]
fn without_a_server_or_where_nothing_can_be_written_it_could_not_tell() {
    let nobody = flowmock(["pact", "--url", "http://127.0.0.1:1"]);
    let ended = run(nobody);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("could not tell"), "{ended:?}");
    let closed = Server::start(["--control", "off"]);
    let ended = run(pact(&closed, &[]));
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("--control off"), "{ended:?}");
    let server = Server::start([]);
    of_consumer(&server, "shop");
    let ended = run(pact(&server, &["--output", "/nowhere/at/all.json"]));
    assert_eq!(ended.code, Some(2), "{ended:?}");
}
