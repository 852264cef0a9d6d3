//! `--seed-file`: the state at the start and after a reset.

use crate::common::process::{Server, failed_start, flowmock};
use crate::common::requests::connection;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A seed with one connection, in the sandbox to which the tests send their requests.
fn seed(name: &str) -> Value {
    let mut connection = connection("c2VjcmV0IGtleQ==");
    connection["name"] = json!(name);
    let sandboxes = json!([{"name": "prod", "connections": [connection]}]);
    json!({"organisations": [{"imsOrgId": "TEST@AdobeOrg", "sandboxes": sandboxes}]})
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The names of all connections, in ascending order.
fn names(server: &Server) -> Vec<String> {
    server.api().connection_names("?orderby=name")
}

#[test]
fn seed_files_and_folders_are_loaded_at_the_start_and_by_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    let (one, more) = (folder.path().join("one.json"), folder.path().join("more"));
    fs::write(&one, seed("one").to_string()).unwrap();
    fs::create_dir(&more).unwrap();
    fs::write(more.join("2.yaml"), yaml_serde::to_string(&seed("two")).unwrap()).unwrap();
    fs::write(more.join("3.json"), seed("three").to_string()).unwrap();
    fs::write(more.join("readme.txt"), "not a seed").unwrap();

    let server = Server::start(["--seed-file", path(&one), "--seed-file", path(&more)]);
    assert_eq!(names(&server), ["one", "three", "two"]);
    assert_eq!(server.post(&connection("a2V5")).send().unwrap().status(), 201);
    assert_eq!(names(&server).len(), 4);
    let reset = server.api().http.post(server.url("/_flowmock/reset")).send().unwrap();
    assert_eq!(reset.status(), 204);
    assert_eq!(names(&server), ["one", "three", "two"]);
}

#[test]
fn the_environment_variable_takes_several_files_separated_by_commas() {
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
fn an_exported_state_used_as_a_seed_file_restores_the_same_state() {
    let export = |server: &Server| server.get("/_flowmock/state").send().unwrap().text().unwrap();
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
fn a_missing_or_invalid_seed_file_is_exit_code_1_and_one_line_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let start = |file: &Path| failed_start(["--listen", "127.0.0.1:0", "--seed-file", path(file)]);
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

#[test]
fn hostile_keys_and_file_names_reach_the_error_without_control_characters() {
    const HOSTILE: &str = "a\n::error::b\u{1b}[31m\u{202e}c";
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, document: &Value| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, document.to_string()).unwrap();
        path(&file).to_owned()
    };
    let hostile = json!({ HOSTILE: { HOSTILE: 1 } });
    let mut in_sandbox = seed("a");
    in_sandbox["organisations"][0]["sandboxes"][0][HOSTILE] = json!(1);
    let seeds = [
        ("--seed-file", write("top.json", &hostile)),
        ("--seed-file", write("deep.json", &in_sandbox)),
        ("--seed-file", write(&format!("{}.json", HOSTILE.replace('/', "")), &hostile)),
        ("--faults-file", write("faults.json", &json!({"match": hostile, "action": {"status": 200}}))),
        ("--fixtures", {
            write("specs/connection-specs/x.json", &json!({"id": 1, HOSTILE: hostile, "name": hostile}));
            path(&folder.path().join("specs")).to_owned()
        }),
        ("--fixtures", {
            write(
                "sources/sources/mine/tables/t.json",
                &json!({"columns": [{"name": "x", "type": HOSTILE}], HOSTILE: 1}),
            );
            path(&folder.path().join("sources")).to_owned()
        }),
        ("--fixtures", {
            write("accounts/sources/mine/source.json", &json!({"accounts": hostile, HOSTILE: 1}));
            path(&folder.path().join("accounts")).to_owned()
        }),
        ("--fixtures", {
            write(&format!("names/sources/mine/{HOSTILE}"), &json!(1));
            path(&folder.path().join("names")).to_owned()
        }),
    ];
    for (flag, file) in &seeds {
        let line = failed_start(["--listen", "127.0.0.1:0", flag, file]);
        assert!(!line.contains(|c: char| c.is_control() || c == '\u{202e}'), "{flag} {file}: {line:?}");
    }
}
