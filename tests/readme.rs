//! The README's commands: each `curl` in it runs as it stands, against a server on another port.

#![cfg(unix)]

use flowmock::FlowMock;
use std::process::Command;

/// The README's `bash` blocks.
fn commands() -> Vec<String> {
    let readme = include_str!("../README.md");
    let blocks = readme.split("\n```bash\n").skip(1);
    blocks.map(|block| block.split("\n```").next().unwrap_or_default().to_owned()).collect()
}

/// What the command prints, with the documented address replaced by the server's.
fn run(command: &str, mock: &FlowMock) -> String {
    let command = command.replace("http://127.0.0.1:8080", &mock.url());
    let output = Command::new("bash").args(["-euo", "pipefail", "-c", &command]).output().expect("bash runs");
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_requests_create_a_connection_list_it_and_find_it() {
    let mock = FlowMock::start();
    let requests: Vec<String> =
        commands().into_iter().filter(|command| command.starts_with("curl")).collect();
    assert_eq!(requests.len(), 3, "a new request in the README wants its assertion here");
    let created = run(&requests[0], &mock);
    assert!(created.starts_with("HTTP/1.1 201 Created"), "{created}");
    let id = created.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    assert!(
        created.contains(&format!("location: /data/foundation/flowservice/connections/{id}")),
        "{created}"
    );
    let listed = run(&requests[1], &mock);
    assert!(listed.contains(id) && listed.contains("\"_links\":{}"), "{listed}");
    let found = run(&requests[2], &mock);
    assert_eq!(
        found,
        r#"{"items":[{"name":"Azure Table Storage connection","state":"enabled"}],"_links":{}}"#
    );
}

#[test]
fn every_other_command_is_one_that_ci_runs() {
    let known = [
        "cargo run --release",
        "cargo test",
        "docker build -t flowmock .\ndocker run --rm -p 8080:8080 flowmock",
    ];
    for command in commands().iter().filter(|command| !command.starts_with("curl")) {
        assert!(known.contains(&command.as_str()), "nothing runs this: {command}");
    }
}
