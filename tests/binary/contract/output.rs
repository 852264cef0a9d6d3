//! Where `flowmock contract` writes the report, and in which colours.

use super::{contract, expect_could_not_tell, send_rule_breaking_requests, send_valid_request};
use crate::common::process::{Server, flowmock, run};
use std::fs;
use std::process::Command;

#[test]
fn the_output_file_is_replaced_completely_or_left_unchanged() {
    let server = Server::start([]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contract.xml");
    fs::write(&file, "old").unwrap();
    let to_file = ["--format", "junit", "--output", file.to_str().unwrap()];
    expect_could_not_tell(
        &run(flowmock(["contract", "--url", "http://127.0.0.1:1"].into_iter().chain(to_file))),
        "no answer",
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");

    send_rule_breaking_requests(&server);
    let finished = run(contract(&server, &to_file));
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{finished:?}");
    assert_eq!(finished.stderr, "flowmock: bad broke 1 rule: parameter-unknown\n");
    assert!(roxmltree::Document::parse(&fs::read_to_string(&file).unwrap()).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");

    let nowhere = folder.path().join("gone/contract.xml");
    expect_could_not_tell(
        &run(contract(&server, &["--output", nowhere.to_str().unwrap()])),
        "gone/contract.xml",
    );
    let text = folder.path().join("contract.txt");
    let finished = run(contract(&server, &["--output", text.to_str().unwrap()]));
    assert!(finished.code == Some(1) && finished.stderr.contains("bad broke 1 rule"), "{finished:?}");
}

#[cfg(unix)]
#[test]
fn output_to_a_link_or_a_device_does_not_replace_it() {
    let server = Server::start([]);
    send_valid_request(&server);
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("report.json"), folder.path().join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let args = ["--format", "json", "--output"];
    assert_eq!(run(contract(&server, &[&args[..], &[link.to_str().unwrap()]].concat())).code, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().starts_with('{'));
    let finished = run(contract(&server, &[&args[..], &["/dev/stdout"]].concat()));
    assert!(finished.code == Some(0) && finished.stdout.starts_with('{'), "{finished:?}");
}

#[test]
fn a_pipe_gets_colours_only_on_request() {
    let server = Server::start([]);
    send_rule_breaking_requests(&server);
    assert!(run(contract(&server, &["--color", "always"])).stdout.contains("\u{1b}[1;31merror\u{1b}[0m"));
    for color in ["auto", "never"] {
        assert!(!run(contract(&server, &["--color", color])).stdout.contains('\u{1b}'), "{color}");
    }
}

/// Skipped where there is no program `script`, which provides the terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_colours_unless_no_color_is_set() {
    let server = Server::start([]);
    send_rule_breaking_requests(&server);
    let on_a_terminal = |no_color: &str| {
        let program = env!("CARGO_BIN_EXE_flowmock");
        let command = format!("{program} contract --url {}", server.url(""));
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).env("NO_COLOR", no_color).env_remove("FLOWMOCK_URL");
        script.output()
    };
    let Ok(coloured) = on_a_terminal("") else {
        eprintln!("skipped: the program `script` is not installed");
        return;
    };
    assert_eq!(coloured.status.code(), Some(1), "{coloured:?}");
    assert!(String::from_utf8_lossy(&coloured.stdout).contains("\u{1b}[1;31m"), "{coloured:?}");
    let plain = on_a_terminal("1").unwrap();
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert!(plain.contains("parameter-unknown") && !plain.contains('\u{1b}'), "{plain}");
}
