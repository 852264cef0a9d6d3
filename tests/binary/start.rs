//! Starting: what it prints, and why it does not start.

use crate::process::{Ended, Server, flowmock, run};
use std::fs;
use std::net::TcpListener;

#[test]
fn with_port_0_it_prints_the_real_port_and_answers_there() {
    let server = Server::start([]);
    assert_ne!(server.address.port(), 0);
    let expected = format!("flowmock {} listens on http://{}\n", env!("CARGO_PKG_VERSION"), server.address);
    assert_eq!(server.first_line, expected);
    assert_eq!(server.get("/_flowmock/health").send().unwrap().status(), 200);
}

/// Asserts that a start fails with exit code 1 and one line; answers with the line.
#[track_caller]
pub fn refused<'a>(args: impl IntoIterator<Item = &'a str>) -> String {
    let Ended { code, stdout, stderr } = run(flowmock(args));
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    let line = stderr.strip_suffix('\n').unwrap_or(&stderr);
    assert!(!line.contains('\n'), "{stderr}");
    line.strip_prefix("flowmock: ").unwrap_or_else(|| panic!("{stderr}")).to_owned()
}

#[test]
fn a_taken_port_is_one_line_with_the_address_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let line = refused(["--listen", &address]);
    assert!(line.contains(&address) && line.contains("the port is in use"), "{line}");
}

#[test]
fn a_fixtures_folder_that_is_not_there_is_one_line_with_its_name_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap().path().join("gone");
    let line = refused(["--listen", "127.0.0.1:0", "--fixtures", folder.to_str().unwrap()]);
    assert!(line.starts_with(&format!("cannot read {}: ", folder.display())), "{line}");
}

#[test]
fn a_broken_fixture_is_one_line_with_its_file_the_reason_and_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("connection-specs/mine.json");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, r#"{"id":"a","name":"b"}"#).unwrap();
    let line = refused(["--listen", "127.0.0.1:0", "--fixtures", folder.path().to_str().unwrap()]);
    assert_eq!(line, format!("{}: line 1: at /version: is missing", file.display()));
}
