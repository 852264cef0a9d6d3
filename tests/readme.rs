//! The commands in the README and in some pages of `docs/`. Each `curl` command runs as it is written, except for the
//! port.

#![cfg(unix)]

use flowmock::FlowMock;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../README.md");

/// The `bash` blocks of a page.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("\n```bash\n").skip(1);
    blocks.map(|block| block.split("\n```").next().unwrap_or_default().to_owned()).collect()
}

/// Runs a command in `folder`, with the address of `mock` instead of the documented one; returns its output.
fn run(command: &str, mock: &FlowMock, folder: &Path) -> String {
    let command = command.replace("http://127.0.0.1:8080", &mock.url());
    let mut bash = Command::new("bash");
    let output =
        bash.args(["-euo", "pipefail", "-c", &command]).current_dir(folder).output().expect("bash runs");
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The first block of a language in the README.
fn block(language: &str) -> &'static str {
    let block = README.split(&format!("\n```{language}\n")).nth(1).expect("a block");
    block.split("```").next().unwrap_or_default()
}

#[test]
fn the_ten_lines_of_a_language_are_a_file_whose_tests_ci_runs() {
    assert_eq!(block("python"), include_str!("../examples/python/test_ten_lines.py"));
    let script = include_str!("../examples/node/first.test.js");
    let code = &script[script.find("import").expect("imports")..];
    assert_eq!(block("js"), code);
}

#[test]
fn the_requests_in_the_readme_are_answered_as_described() {
    let (mock, folder) = (FlowMock::start(), tempfile::tempdir().expect("a folder"));
    let requests: Vec<String> =
        commands(README).into_iter().filter(|command| command.starts_with("curl")).collect();
    let created = run(&requests[0], &mock, folder.path());
    assert!(created.starts_with("HTTP/1.1 201 Created"), "{created}");
    let id = created.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    assert!(
        created.contains(&format!("location: /data/foundation/flowservice/connections/{id}")),
        "{created}"
    );
    let expected: [&[&str]; 8] = [
        // The journal still has the requests above.
        &["\"operation\":\"createConnection\"", "\"status\":201"],
        &["\"passed\":true", "\"count\":1"],
        &["being changed by its provider", "\"state\":\"updating\""],
        &["2026-01-01T00:00:00.000Z", "2026-01-01T01:00:00.000Z", "\"running\":true"],
        &["FLOW-1103-503"],
        &["\"ordered\"", "\"copyFailed\"", "\"2200\""],
        &[],
        &["\"pactSpecification\""],
    ];
    assert_eq!(
        requests.len(),
        1 + expected.len(),
        "every request in the README needs an entry in `expected`"
    );
    for (request, expected) in requests[1..].iter().zip(expected) {
        let answer = run(request, &mock, folder.path());
        for part in expected {
            assert!(answer.contains(part), "no {part} in the answer to {request}\n{answer}");
        }
    }
    let written = |file: &str| -> serde_json::Value {
        let file = std::fs::read(folder.path().join(file)).expect("a command has written the file");
        serde_json::from_slice(&file).expect("JSON")
    };
    assert_eq!(written("contract.json")["consumers"][0]["name"], "{API_KEY} curl");
    let pact = written("pact.json");
    assert_eq!(pact["metadata"]["pactSpecification"]["version"], "3.0.0");
    assert!(pact["interactions"].as_array().is_some_and(|interactions| !interactions.is_empty()));
}

#[test]
fn the_commands_in_the_docs_print_what_the_text_says() {
    let pages: [(&str, &[&str]); 4] = [
        (
            include_str!("../docs/faults.md"),
            &[
                "503\n503\n200",
                "FLOW-1404-412",
                "HTTP/1.1 200",
                "HTTP/1.1 429",
                "retry-after: 1",
                "401013",
                "{\"count\":1}",
            ],
        ),
        (include_str!("../docs/openapi.md"), &["flowmock_requests_total"]),
        (include_str!("../docs/sandboxes.md"), &["\"sandboxes\"", "\"prod\""]),
        (include_str!("../docs/tokens.md"), &["access_token"]),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for (page, expected) in pages {
        let mock = FlowMock::start();
        let script = commands(page).join("\n");
        let printed = run(&script, &mock, folder.path());
        for part in expected {
            assert!(printed.contains(part), "no {part} in the output of {script}\n{printed}");
        }
    }
    let description =
        std::fs::read(folder.path().join("flowmock.openapi.json")).expect("a command has written the file");
    let description: serde_json::Value = serde_json::from_slice(&description).expect("JSON");
    assert_eq!(description["openapi"].as_str().map(|version| &version[..3]), Some("3.1"));
}

#[test]
fn every_other_command_in_the_readme_is_run_by_ci() {
    let known = [
        "cargo run --release --features cli",
        "cargo test",
        "docker build -t flowmock .\ndocker run --rm -p 127.0.0.1:8080:8080 flowmock",
    ];
    for command in commands(README).iter().filter(|command| !command.starts_with("curl")) {
        assert!(known.contains(&command.as_str()), "CI does not run this command: {command}");
    }
}
