//! How `flowmock contract` finds the server, and what it reports if there is none.

use super::{contract, expect_could_not_tell, send_valid_request};
use crate::common::process::{Server, flowmock, run};
use crate::fake_server::fake_server;
use std::net::TcpListener;

/// A report with a control sequence that clears the screen, in place of a severity.
const HOSTILE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"version\":2,\"server\":\"x\",\"enabled\":true,\
                       \"examined\":1,\"skipped\":0,\"rules\":[{\"id\":\"a\",\"severity\":\"\\u001b[2J\"}]}";

#[test]
fn without_a_flowmock_at_the_url_the_exit_code_is_2() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    let finished = run(flowmock(["contract", "--url", &url]));
    expect_could_not_tell(&finished, &format!("no answer from {url}/_flowmock/contract: "));

    let nowhere = run(flowmock(["contract", "--url", "http://nowhere.invalid", "--timeout-ms", "5000"]));
    expect_could_not_tell(&nowhere, "no answer from http://nowhere.invalid:80/_flowmock/contract: ");

    for (answer, reason) in [
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
            "is no flowmock: it answers /_flowmock/contract with 404",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "answers something else than a contract report"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"version\":3}",
            "a report of version 3; this flowmock reads version 2",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"version\":2", "no answer"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", "no answer"),
        (HOSTILE, "answers something else than a contract report"),
        (
            "HTTP/1.1 404 Gone\r\nConnection: close\r\n\r\n{\"errors\":[{\"reason\":\"a\\u001b[2J\\nb\"}]}",
            " says: a",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n", "no answer"),
        ("", "no answer"),
    ] {
        let url = fake_server(answer);
        let finished = run(flowmock(["contract", "--url", &url]));
        expect_could_not_tell(&finished, reason);
        assert!(!finished.stderr.contains('\u{1b}'), "{finished:?}");
    }
}

#[test]
fn a_server_that_does_not_answer_within_the_timeout_is_exit_code_2() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let finished = run(flowmock(["contract", "--url", &url, "--timeout-ms", "50"]));
    expect_could_not_tell(&finished, "nothing within 50 ms");
}

#[test]
fn the_control_token_is_sent_and_never_printed() {
    let server = Server::start(["--control-token", "hunter2"]);
    send_valid_request(&server);
    let without = run(contract(&server, &[]));
    expect_could_not_tell(&without, "FLOWMOCK_CONTROL_TOKEN");
    let wrong = run(contract(&server, &["--control-token", "hunter3"]));
    expect_could_not_tell(&wrong, "its control token");
    assert!(!wrong.stderr.contains("hunter"), "{wrong:?}");
    let mut right = contract(&server, &[]);
    right.env("FLOWMOCK_CONTROL_TOKEN", "hunter2");
    assert_eq!(run(right).code, Some(0));
    let mut help = flowmock(["contract", "--help"]);
    help.env("FLOWMOCK_CONTROL_TOKEN", "hunter2");
    let help = run(help).stdout;
    assert!(
        !help.contains("hunter") && help.contains("Exit codes:") && help.contains("\nExamples:\n"),
        "{help}"
    );
}

#[test]
fn a_server_with_control_calls_off_is_recognised() {
    let server = Server::start(["--control", "off"]);
    expect_could_not_tell(&run(contract(&server, &[])), "started with --control off");
}

#[test]
fn the_server_is_found_by_url_by_address_and_by_environment_variables() {
    let server = Server::start([]);
    send_valid_request(&server);
    let address = server.address.to_string();
    assert_eq!(run(flowmock(["contract", "--listen", &address])).code, Some(0));
    let base = server.url("/data/foundation/flowservice");
    assert_eq!(run(flowmock(["contract", "--url", &base])).code, Some(0));
    let mut by_variables = flowmock(["contract"]);
    by_variables.env("FLOWMOCK_URL", server.url("")).env("FLOWMOCK_CONTRACT_FORMAT", "json");
    by_variables.env("FLOWMOCK_CONTRACT_CONSUMER", "").env("FLOWMOCK_CONTRACT_MIN_COVERAGE", "99");
    let finished = run(by_variables);
    assert!(finished.code == Some(1) && finished.stdout.starts_with('{'), "{finished:?}");
}

#[test]
fn over_tls_only_the_given_ca_or_the_servers_own_certificate_is_trusted() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(["--tls-self-signed", dir.path().to_str().unwrap()]);
    drop(Server::start(["--tls-self-signed", other.path().to_str().unwrap()]));
    let url = format!("https://{}", server.address);
    let ca = |dir: &tempfile::TempDir| dir.path().join("flowmock-ca.pem").to_str().unwrap().to_owned();
    let contract_at_url =
        |args: &[&str]| run(flowmock(["contract", "--url", &url].into_iter().chain(args.iter().copied())));
    // This message shows that the command reached the server.
    let trusting = contract_at_url(&["--ca", &ca(&dir)]);
    assert!(trusting.stdout.contains("no request was examined"), "{trusting:?}");
    let pinned = contract_at_url(&["--tls-self-signed", dir.path().to_str().unwrap()]);
    assert!(pinned.stdout.contains("no request was examined"), "{pinned:?}");
    expect_could_not_tell(&contract_at_url(&["--ca", &ca(&other)]), "certificate");
    expect_could_not_tell(
        &contract_at_url(&["--tls-self-signed", other.path().to_str().unwrap()]),
        "certificate",
    );
    expect_could_not_tell(&contract_at_url(&[]), "--ca FILE");
    expect_could_not_tell(&contract_at_url(&["--ca", "/gone.pem"]), "/gone.pem");
    let plain = format!("http://{}", server.address);
    expect_could_not_tell(&run(flowmock(["contract", "--url", &plain])), "is no flowmock");
    expect_could_not_tell(
        &run(flowmock(["contract", "--url", &plain, "--ca", &ca(&dir)])),
        "--ca is for an https URL",
    );
}
