//! `docs/contract-testing.md`: its first ten minutes run as they stand, from a server's start to its end, and so does what
//! its workflow runs.

use crate::process::flowmock;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

const PAGE: &str = include_str!("../../docs/contract-testing.md");

fn section(title: &str) -> &'static str {
    let rest = PAGE.split_once(&format!("\n## {title}\n")).expect("a section").1;
    rest.split("\n## ").next().unwrap()
}

/// The blocks of a section with their languages.
fn blocks(section: &'static str) -> Vec<(&'static str, &'static str)> {
    let block = |block: &'static str| block.split_once('\n').unwrap();
    section.split("\n```").skip(1).step_by(2).map(block).collect()
}

/// Runs a script in that folder, where `flowmock` is the binary and servers listen on a port of their own.
fn bash(folder: &Path, script: &str) -> Output {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let program = Path::new(env!("CARGO_BIN_EXE_flowmock")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    // No setting of the surroundings, as for every child.
    let mut command = Command::new("bash");
    for (name, value) in flowmock([]).get_envs() {
        if value.is_none() {
            command.env_remove(name);
        }
    }
    let script = script.replace("127.0.0.1:8080", &free);
    command.env("PATH", format!("{}:{path}", program.display())).env("FLOWMOCK_LISTEN", &free);
    command.args(["-euo", "pipefail", "-c", &script]).current_dir(folder).output().expect("bash runs")
}

/// A report's text without what differs from run to run.
fn told(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4;
    let is_time = |word: &str| word.starts_with("20") && word.ends_with('Z') && word.contains('T');
    let word = |word: &str| {
        let bare = word.trim_end_matches(',');
        let what = if is_id(bare) {
            "ID"
        } else if is_time(bare) {
            "TIME"
        } else {
            return word.to_owned();
        };
        word.replacen(bare, what, 1)
    };
    text.split(' ')
        .map(|words| words.split('\n').map(word).collect::<Vec<_>>().join("\n"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_first_ten_minutes_say_what_the_page_says_they_do() {
    // Whatever happens, the server does not outlive the script.
    let mut script = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n".to_owned();
    let mut expected = Vec::new();
    for (language, block) in blocks(section("Ten minutes")) {
        match language {
            "bash" => script += &format!("{block}\n"),
            "console" => {
                for step in format!("\n{block}").split("\n$ ").skip(1) {
                    let (command, output) = step.split_once('\n').unwrap_or((step, ""));
                    let file = format!("output-{}", expected.len());
                    // A command that fails says so in what it prints.
                    script += &format!("set +e; {{ {command}; }} > {file} 2>&1; set -e\n");
                    expected.push((command.to_owned(), output.trim_end().to_owned(), file));
                }
            }
            other => panic!("nothing runs a block in {other}"),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let output = bash(folder.path(), &script);
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap_or_default();
    for (command, expected, file) in &expected {
        let found = read(file);
        assert_eq!(told(found.trim_end()), told(expected), "{command} prints\n{found}\n{output:?}");
    }
    assert!(output.status.success() && expected.len() >= 6, "{output:?}");
}

#[test]
fn the_workflow_is_yaml_and_its_step_writes_both_reports_and_fails_with_the_reason() {
    let [("yaml", workflow)] = blocks(section("In GitHub Actions"))[..] else { panic!("one block, of YAML") };
    let workflow: serde_json::Value = yaml_serde::from_str(workflow).expect("YAML");
    let steps = workflow["jobs"]["contract"]["steps"].as_array().expect("steps");
    let runs: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    let [suite, judgement] = runs[..] else { panic!("{runs:?}") };
    assert_eq!(suite, "bash suite.sh");
    let page = blocks(section("Ten minutes"));
    let suite_file = page.iter().find(|(_, block)| block.starts_with("cat > suite.sh")).expect("the suite").1;
    let judgement = judgement.replace("${{ job.services.flowmock.id }}", "service");
    let script = format!(
        "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n\
         flowmock --log-level warn &\n\
         curl -sS --retry 5 --retry-connrefused http://127.0.0.1:8080/_flowmock/health\n\
         {suite_file}\n{suite}\n\
         docker() {{ [ \"$1 $2 $3\" = 'exec service /flowmock' ]; shift 3; command flowmock \"$@\"; }}\n\
         export GITHUB_STEP_SUMMARY=summary.md\n\
         {judgement}"
    );
    let folder = tempfile::tempdir().unwrap();
    let output = bash(folder.path(), &script);
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap_or_default();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("importer broke 1 rule: body-field-unknown"), "{output:?}");
    assert!(read("summary.md").starts_with("## Contract report: broken\n"), "{output:?}");
    let junit = read("contract.xml");
    let document = roxmltree::Document::parse(&junit).expect("XML");
    assert_ne!(document.root_element().attribute("failures"), Some("0"));
}
