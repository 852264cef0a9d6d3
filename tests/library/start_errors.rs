//! Starts that fail with an error which names the cause.

use crate::fixtures::fixtures_with;
use crate::{api, config};
use flowmock::{Config, FlowMock, StartError};
use std::error::Error;
use std::net::TcpListener;

/// The error of a start that must fail, and its message, which must be one sentence.
#[track_caller]
fn start_error(config: Config) -> (StartError, String) {
    let error = FlowMock::with_config(config).expect_err("the start must fail");
    let message = error.to_string();
    assert!(!message.contains('\n') && message.len() < 300, "{message}");
    (error, message)
}

#[test]
fn a_start_on_a_port_in_use_fails_with_the_address() {
    let mock = FlowMock::start();
    let address = mock.address();
    let (error, message) = start_error(config(|config| config.listen = address));
    assert_eq!(
        message,
        format!(
            "cannot listen on {address}: the port is in use; stop what listens there, or choose another with --listen, \
             such as --listen 127.0.0.1:0, which picks a free one"
        )
    );
    assert!(matches!(&error, StartError::Listen { address: named, .. } if *named == address), "{error:?}");
    assert!(error.source().is_some());
    assert!(api(&mock).connection_names("").is_empty()); // the first server still answers
}

#[test]
fn a_start_on_an_address_of_another_machine_fails_with_the_address() {
    let (_, message) = start_error(config(|config| config.listen = ([192, 0, 2, 1], 0).into()));
    assert!(message.starts_with("cannot listen on 192.0.2.1:0: "), "{message}");
}

#[test]
fn a_start_with_a_missing_fixtures_folder_fails_with_its_path() {
    let folder = tempfile::tempdir().unwrap().path().join("gone");
    let (error, message) = start_error(config(|config| config.fixtures = Some(folder.clone())));
    assert!(message.starts_with(&format!("cannot read {}: ", folder.display())), "{message}");
    assert!(matches!(error, StartError::Fixture(_)), "{error:?}");
}

#[test]
fn a_start_with_an_invalid_fixture_fails_with_its_file_and_place_and_frees_the_port() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = fixtures_with(r#"{"id":"a","name":"b","version":"1.0","authSpec":[{"name":"c","spec":7}]}"#);
    let (_, message) = start_error(config(|config| {
        config.listen = port;
        config.fixtures = Some(folder.path().into());
    }));
    let file = folder.path().join("connection-specs/mine.json");
    assert_eq!(
        message,
        format!(
            "{}: line 1: at /authSpec/0/spec: must be a JSON Schema, an object, not a number",
            file.display()
        )
    );
    assert!(TcpListener::bind(port).is_ok());
}
