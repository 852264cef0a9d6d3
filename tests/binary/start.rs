//! The output at the start, and starts that fail.

use crate::common::process::{Server, failed_start, flowmock, send_signal};
use crate::common::requests::CONNECTIONS;
use reqwest::blocking::Response;
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

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
    assert!(line.contains("--listen 127.0.0.1:0"), "{line}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_port_that_only_privileged_users_may_use_is_refused_with_a_hint() {
    let may_use_it = TcpListener::bind("127.0.0.1:81").map(|listener| listener.local_addr());
    if may_use_it.is_ok() {
        eprintln!("skipped: this user may listen on port 81");
        return;
    }
    let line = failed_start(["--listen", "127.0.0.1:81"]);
    assert!(line.contains("below 1024") && line.contains("--listen 127.0.0.1:8081"), "{line}");
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
fn misnamed_folders_of_fixtures_are_warned_about_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("sources/Salesforce/tables/t.json", "{}"),
        ("sources/stripe/resources/r.json", "[]"),
        ("configs/no-such.json", "{}"),
        ("connectionSpecs/a.json", "{}"),
        ("notes/a.json", "{}"),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let fixtures = folder.path().to_str().unwrap();
    let server = Server::start(["--fixtures", fixtures, "--log-level", "warn"]);
    let log = server.into_log().join("\n");
    for warning in [
        "sources/Salesforce of the fixtures has no effect: no connection spec has this name; did you mean salesforce?",
        "configs/no-such of the fixtures has no effect: no connection spec has this name",
        "the folder connectionSpecs of the fixtures is not read; did you mean connection-specs?",
    ] {
        assert!(log.contains(warning), "{log}");
    }
    assert!(!log.contains("stripe") && !log.contains("notes"), "{log}");
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

/// A list with a parameter that the API does not have.
fn send_wrong_list(server: &Server) -> Response {
    server.get(&format!("{CONNECTIONS}?limt=5")).send().unwrap()
}

#[test]
fn requests_right_after_the_start_are_in_the_report() {
    let server = Server::start([]);
    for _ in 0..5 {
        assert_eq!(send_wrong_list(&server).status(), 400);
    }
    let report: Value = server.get("/_flowmock/contract").send().unwrap().json().unwrap();
    assert_eq!((&report["examined"], &report["skipped"]), (&json!(5), &json!(0)), "{report}");
    assert_eq!(report["consumers"][0]["broken"][0]["rule"], "parameter-unknown", "{report}");
    assert_eq!(report["consumers"][0]["broken"][0]["count"], 5, "{report}");
}

#[test]
fn with_contract_headers_the_first_response_names_the_broken_rules() {
    let server = Server::start(["--contract-headers"]);
    assert_eq!(send_wrong_list(&server).headers()["x-flowmock-violations"], "parameter-unknown");
}

#[cfg(unix)]
#[test]
fn a_stop_right_after_the_start_is_not_delayed() {
    let server = Server::start([]);
    let started = Instant::now();
    send_signal("TERM", server.pid());
    assert!(server.wait().0.success());
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
