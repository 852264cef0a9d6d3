//! The output at the start, and starts that fail.

use crate::common::process::{Server, failed_start, flowmock};
use std::fs;
use std::net::TcpListener;

#[test]
fn with_port_0_the_server_prints_the_port_on_which_it_answers() {
    let server = Server::start([]);
    assert_ne!(server.address.port(), 0);
    let expected = format!("flowmock {} listens on http://{}\n", env!("CARGO_PKG_VERSION"), server.address);
    assert_eq!(server.first_line, expected);
    assert_eq!(server.get("/_flowmock/health").send().unwrap().status(), 200);
}

#[test]
fn a_port_in_use_is_exit_code_1_and_one_line_that_names_the_address() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = failed_start(["--listen", &address]);
    assert!(line.contains(&address) && line.contains("the port is in use"), "{line}");
}

#[test]
fn a_missing_fixtures_folder_is_exit_code_1_and_one_line_that_names_it() {
    let folder = tempfile::tempdir().unwrap().path().join("gone");
    let line = failed_start(["--listen", "127.0.0.1:0", "--fixtures", folder.to_str().unwrap()]);
    assert!(line.starts_with(&format!("cannot read {}: ", folder.display())), "{line}");
}

#[test]
fn an_invalid_fixture_is_exit_code_1_and_one_line_with_its_file_and_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("connection-specs/mine.json");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, r#"{"id":"a","name":"b"}"#).unwrap();
    let line = failed_start(["--listen", "127.0.0.1:0", "--fixtures", folder.path().to_str().unwrap()]);
    assert_eq!(line, format!("{}: line 1: at /version: is missing", file.display()));
}

#[test]
fn an_entry_that_allows_no_sandbox_and_a_rule_without_an_operation_are_warned_about_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("faults.yaml");
    fs::write(&file, "id: lost\nmatch: {path: /conections}\naction: {status: 503}\n").unwrap();
    let faults = file.to_str().unwrap();
    let server =
        Server::start(["--allow-sandbox", "prod,a/b/c", "--faults-file", faults, "--log-level", "warn"]);
    let log = server.into_log();
    let warned =
        |text: &str| log.iter().filter(|line| line.contains(" WARN ") && line.contains(text)).count();
    assert_eq!(
        warned("--allow-sandbox a/b/c is neither NAME nor ORG/NAME; it allows no sandbox"),
        1,
        "{log:?}"
    );
    assert_eq!(warned("no operation has the path of this fault rule rule=\"lost\""), 1, "{log:?}");
    assert_eq!(log.len(), 2, "{log:?}");
}

#[test]
fn a_server_that_others_reach_and_may_control_warns_at_its_start() {
    let warning = "can read and change everything";
    let log = |args: &[&str]| Server::spawn(flowmock(args.iter().copied())).into_log().concat();
    let open = log(&["--listen", "0.0.0.0:0"]);
    assert!(open.contains(warning) && open.contains("127.0.0.1:8080:8080"), "{open}");
    for args in [
        &["--listen", "127.0.0.1:0"][..],
        &["--listen", "0.0.0.0:0", "--control", "off"],
        &["--listen", "0.0.0.0:0", "--control-token", "secret"],
    ] {
        let log = log(args);
        assert!(!log.contains(warning), "{args:?}: {log}");
    }
}
