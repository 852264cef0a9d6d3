//! `--seed-file`: what a server holds when it starts, and goes back to.

use crate::process::{CONNECTIONS, Server, connection, flowmock};
use crate::start::refused;
use reqwest::blocking::Client;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A seed with one connection of that name in the sandbox that the tests' requests are about.
fn seed(name: &str) -> Value {
    let mut connection = connection("c2VjcmV0IGtleQ==");
    connection["name"] = json!(name);
    let sandboxes = json!([{"name": "prod", "connections": [connection]}]);
    json!({"organisations": [{"imsOrgId": "TEST@AdobeOrg", "sandboxes": sandboxes}]})
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The names of all connections, in their order.
fn names(server: &Server) -> Vec<String> {
    let page: Value = server.get(&format!("{CONNECTIONS}?orderby=name")).send().unwrap().json().unwrap();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn files_and_folders_are_read_in_turn_and_a_reset_brings_them_back() {
    let folder = tempfile::tempdir().unwrap();
    let (one, more) = (folder.path().join("one.json"), folder.path().join("more"));
    fs::write(&one, seed("one").to_string()).unwrap();
    fs::create_dir(&more).unwrap();
    fs::write(more.join("2.yaml"), in_yaml(&seed("two"))).unwrap();
    fs::write(more.join("3.json"), seed("three").to_string()).unwrap();
    fs::write(more.join("readme.txt"), "not a seed").unwrap();

    let server = Server::start(["--seed-file", path(&one), "--seed-file", path(&more)]);
    assert_eq!(names(&server), ["one", "three", "two"]);
    assert_eq!(server.post(&connection("a2V5")).send().unwrap().status(), 201);
    assert_eq!(names(&server).len(), 4);
    let reset = Client::new().post(server.url("/_flowmock/reset")).send().unwrap();
    assert_eq!(reset.status(), 204);
    assert_eq!(names(&server), ["one", "three", "two"]);
}

/// The same document in YAML.
fn in_yaml(seed: &Value) -> String {
    yaml_serde::to_string(seed).unwrap()
}

#[test]
fn the_variable_names_several_with_commas() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["a", "b"].map(|name| {
        let file = folder.path().join(format!("{name}.json"));
        fs::write(&file, seed(name).to_string()).unwrap();
        path(&file).to_owned()
    });
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    command.env("FLOWMOCK_SEED_FILE", files.join(","));
    assert_eq!(names(&Server::spawn(command)), ["a", "b"]);
}

#[test]
fn an_export_starts_another_server_with_an_equal_state() {
    let export =
        |server: &Server| Client::new().get(server.url("/_flowmock/state")).send().unwrap().text().unwrap();
    let first = Server::start([]);
    for _ in 0..3 {
        assert_eq!(first.post(&connection("a2V5")).send().unwrap().status(), 201);
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let exported = export(&first);
    fs::write(&file, &exported).unwrap();
    assert_eq!(export(&Server::start(["--seed-file", path(&file)])), exported);
}

#[test]
fn a_seed_that_is_not_there_or_not_right_is_one_line_with_its_file_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let start = |file: &Path| refused(["--listen", "127.0.0.1:0", "--seed-file", path(file)]);
    let gone = folder.path().join("gone.json");
    assert!(start(&gone).contains(path(&gone)));

    let wrong = folder.path().join("wrong.json");
    let mut document = seed("a");
    document["organisations"][0]["sandboxes"][0]["connections"][0]["connectionSpec"]["id"] = json!("nothing");
    fs::write(&wrong, document.to_string()).unwrap();
    let line = start(&wrong);
    let pointer = "/organisations/0/sandboxes/0/connections/0/connectionSpec/id";
    assert!(line.contains(path(&wrong)) && line.contains(pointer), "{line}");
    assert!(!line.contains("c2VjcmV0"), "{line}");
}
