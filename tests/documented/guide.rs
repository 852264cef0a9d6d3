//! The steps of docs/add-a-source.md: its files are written to a folder, its commands run against a server with this
//! folder, and its calls are replayed.

#![cfg(unix)]

use crate::call::CallFile;
use crate::{assert_answered, shapes};
use flowmock::{Config, FlowMock};
use std::fs;
use std::path::Path;
use std::process::Command;

const GUIDE: &str = include_str!("../../docs/add-a-source.md");

/// The blocks in a language, each with the line before it.
fn blocks(language: &str) -> Vec<(&'static str, &'static str)> {
    let fence = format!("\n```{language}\n");
    let mut blocks = Vec::new();
    let mut rest = GUIDE;
    while let Some((before, after)) = rest.split_once(&fence) {
        let (block, after) = after.split_once("\n```\n").expect("the block ends");
        blocks.push((before.trim_end().lines().last().unwrap_or_default(), block));
        rest = after;
    }
    blocks
}

/// Runs a command in `folder` and returns its output.
fn run(command: &str, folder: &Path) -> String {
    let mut bash = Command::new("bash");
    let output =
        bash.args(["-euo", "pipefail", "-c", command]).current_dir(folder).output().expect("bash runs");
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn the_guide_makes_a_source_and_a_destination_whose_calls_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let commands: Vec<&str> = blocks("bash").into_iter().map(|(_, command)| command).collect();
    let [folders, start, create, explore, replay, write] = commands[..] else { panic!("{commands:?}") };
    run(folders, folder.path());
    let files = blocks("json");
    for (line, json) in &files {
        let path = line.trim_end_matches(':').trim_matches('`');
        let path = folder.path().join(path);
        assert!(path.parent().is_some_and(Path::is_dir), "the guide makes no folder for {}", path.display());
        fs::write(path, json).unwrap();
    }
    assert_eq!(files.len(), 5);
    assert_eq!(start, "cargo run --release --features cli -- --fixtures acme");
    let fixtures = folder.path().join("acme");
    let mock = FlowMock::with_config(Config::default().with_fixtures(&fixtures)).unwrap();
    let at = |command: &str| command.replace("http://127.0.0.1:8080", &mock.url());
    let created = run(&at(create), folder.path());
    assert!(created.starts_with("{\"id\":\""), "{created}");
    let id = created.split('"').nth(3).unwrap();
    let explored = run(&at(&explore.replace("CONNECTION_ID", id)), folder.path());
    for part in ["\"name\":\"Celsius\",\"type\":\"double\"", "\"Station\":\"Leipzig\""] {
        assert!(explored.contains(part), "{explored}");
    }
    assert_eq!(replay, "FLOWMOCK_FIXTURES=acme cargo test --test documented own");
    assert_eq!(
        write,
        "FLOWMOCK_WRITE_DOCS=1 cargo test the_documentation_lists\nFLOWMOCK_WRITE_DOCS=1 cargo test the_readme_says"
    );
    let (calls, shapes) = (fixtures.join("calls"), shapes());
    let files = CallFile::all_in(&calls, &shapes);
    assert_eq!(files.len(), 2);
    assert_answered(&mock, &files, &shapes);
}

#[test]
fn the_guide_lists_every_word_of_the_notation() {
    for (word, _) in crate::word::WORDS {
        assert!(GUIDE.contains(&format!("`<{word}>`")), "docs/add-a-source.md does not explain <{word}>");
    }
    for form in [
        "`<absent>`",
        "`<has TEXT>`",
        "`<like REGEX>`",
        "`{\"<one of>\"",
        "`{\"<like>\"",
        "`{\"...\"",
        "`[\"<each>\"",
        "`[\"<with>\"",
    ] {
        assert!(GUIDE.contains(form), "docs/add-a-source.md does not explain {form}");
    }
}
