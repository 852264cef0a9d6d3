//! The commands in `docs/contract-testing.md` run as they are written and print what the page shows: those of the section
//! `Ten minutes`, and those of the workflow.

use crate::common::environment::remove_flowmock_variables;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

/// The page under test.
const PAGE: &str = include_str!("../../docs/contract-testing.md");

/// The text of the section with this title.
fn section(title: &str) -> &'static str {
    let rest = PAGE.split_once(&format!("\n## {title}\n")).expect("a section").1;
    rest.split("\n## ").next().unwrap()
}

/// The code blocks of a section, each with its language.
fn blocks(section: &'static str) -> Vec<(&'static str, &'static str)> {
    let block = |block: &'static str| block.split_once('\n').unwrap();
    section.split("\n```").skip(1).step_by(2).map(block).collect()
}

/// Runs a script in `folder`, with the binary as `flowmock` and with a free port instead of 8080.
fn bash(folder: &Path, script: &str) -> Output {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let program = Path::new(env!("CARGO_BIN_EXE_flowmock")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = Command::new("bash");
    remove_flowmock_variables(&mut command);
    let script = script.replace("127.0.0.1:8080", &free);
    command.env("PATH", format!("{}:{path}", program.display())).env("FLOWMOCK_LISTEN", &free);
    command.args(["-euo", "pipefail", "-c", &script]).current_dir(folder).output().expect("bash runs")
}

/// The text of a report with ids and times, which differ from run to run, replaced by `ID` and `TIME`.
fn normalized(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.bytes().filter(|byte| *byte == b'-').count() == 4;
    let is_time = |word: &str| word.starts_with("20") && word.ends_with('Z') && word.contains('T');
    let word = |word: &str| {
        let bare = word.trim_end_matches(',');
        let replacement = if is_id(bare) {
            "ID"
        } else if is_time(bare) {
            "TIME"
        } else {
            return word.to_owned();
        };
        word.replacen(bare, replacement, 1)
    };
    text.split(' ')
        .map(|words| words.split('\n').map(word).collect::<Vec<_>>().join("\n"))
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn the_commands_of_ten_minutes_print_what_the_page_shows() {
    // The server must not outlive the script, even if a command fails.
    let mut script = "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n".to_owned();
    let mut expected = Vec::new();
    for (language, block) in blocks(section("Ten minutes")) {
        match language {
            "bash" => script += &format!("{block}\n"),
            "console" => {
                for step in format!("\n{block}").split("\n$ ").skip(1) {
                    let (command, output) = step.split_once('\n').unwrap_or((step, ""));
                    let file = format!("output-{}", expected.len());
                    // A command may fail: the page shows its message.
                    script += &format!("set +e; {{ {command}; }} > {file} 2>&1; set -e\n");
                    expected.push((command.to_owned(), output.trim_end().to_owned(), file));
                }
            }
            other => panic!("no test runs a code block in {other}"),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let output = bash(folder.path(), &script);
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap_or_default();
    for (command, expected, file) in &expected {
        let found = read(file);
        assert_eq!(
            normalized(found.trim_end()),
            normalized(expected),
            "{command} prints\n{found}\n{output:?}"
        );
    }
    assert!(output.status.success() && expected.len() >= 6, "{output:?}");
}

/// Applies `change` to the suite of the page and runs the page's workflow on it. Returns the working folder.
fn run_workflow(change: &str) -> (tempfile::TempDir, Output) {
    let [("yaml", workflow)] = blocks(section("In GitHub Actions"))[..] else {
        panic!("expected one code block in YAML")
    };
    let workflow: serde_json::Value = yaml_serde::from_str(workflow).expect("YAML");
    let steps = workflow["jobs"]["contract"]["steps"].as_array().expect("steps");
    let runs: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    let [suite, contract] = runs[..] else { panic!("{runs:?}") };
    assert_eq!(suite, "bash suite.sh");
    let page = blocks(section("Ten minutes"));
    let suite_file = page.iter().find(|(_, block)| block.starts_with("cat > suite.sh")).expect("the suite").1;
    let contract = contract.replace("${{ job.services.flowmock.id }}", "service");
    let script = format!(
        "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n\
         flowmock --log-level warn &\n\
         curl -sS --retry 5 --retry-connrefused http://127.0.0.1:8080/_flowmock/health\n\
         {suite_file}\n{change}\n{suite}\n\
         docker() {{ [ \"$1 $2 $3\" = 'exec service /flowmock' ]; shift 3; command flowmock \"$@\"; }}\n\
         export GITHUB_STEP_SUMMARY=summary.md\n\
         {contract}"
    );
    let folder = tempfile::tempdir().unwrap();
    let output = bash(folder.path(), &script);
    (folder, output)
}

#[test]
fn the_workflow_writes_both_reports_and_fails_with_the_reason() {
    let (folder, output) = run_workflow("");
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap_or_default();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("importer broke 1 rule: body-field-unknown"), "{output:?}");
    assert!(read("summary.md").starts_with("## Contract report: broken\n"), "{output:?}");
    let junit = read("contract.xml");
    let document = roxmltree::Document::parse(&junit).expect("XML");
    assert_ne!(document.root_element().attribute("failures"), Some("0"));
}

#[test]
fn the_workflow_passes_once_the_suite_is_corrected() {
    let sed = blocks(section("Ten minutes")).into_iter().flat_map(|(_, block)| block.lines());
    let correction = sed.filter_map(|line| line.strip_prefix("$ ")).find(|line| line.starts_with("sed "));
    let (folder, output) = run_workflow(correction.expect("a correction"));
    assert!(output.status.success(), "{output:?}");
    let summary = fs::read_to_string(folder.path().join("summary.md")).unwrap_or_default();
    assert!(summary.starts_with("## Contract report: kept\n"), "{summary}");
}
