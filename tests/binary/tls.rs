//! The TLS flags: output at the start, curl, the healthcheck, and wrong usage.

use crate::common::process::{Server, failed_start, flowmock, run};
use crate::common::requests::CONNECTIONS;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A server that creates its certificate in `dir`.
fn self_signed(dir: &Path) -> Server {
    Server::start(["--tls-self-signed", dir.to_str().unwrap(), "--log-level", "trace"])
}

/// Runs curl; returns its output or its error message, and `None` with a note if curl is not installed.
fn curl(args: &[&str]) -> Option<Result<String, String>> {
    let outcome = Command::new("curl").args(["-sS", "--max-time", "20"]).args(args).output();
    let Ok(output) = outcome else {
        eprintln!("skipped: curl is not installed");
        return None;
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) })
}

#[test]
fn the_start_prints_how_clients_can_trust_the_ca_and_the_hosts_entry() {
    let dir = tempfile::tempdir().unwrap();
    let server = self_signed(dir.path());
    let expected = format!("flowmock {} listens on https://{}\n", env!("CARGO_PKG_VERSION"), server.address);
    assert_eq!(server.first_line, expected);
    let output = server.await_output("127.0.0.1 platform.adobe.io ims-na1.adobelogin.com\n");
    let ca = fs::canonicalize(dir.path()).unwrap().join("flowmock-ca.pem");
    for setting in ["--cacert ", "NODE_EXTRA_CA_CERTS=", "REQUESTS_CA_BUNDLE=", "SSL_CERT_FILE="] {
        assert!(output.contains(&format!("{setting}{}", ca.display())), "no {setting} in {output}");
    }
    assert!(output.lines().all(|line| line.len() <= 110 || line.contains(ca.to_str().unwrap())), "{output}");
}

#[test]
fn curl_reaches_the_server_as_platform_adobe_io_over_http_2_and_http_1_1() {
    let dir = tempfile::tempdir().unwrap();
    let server = self_signed(dir.path());
    let port = server.address.port();
    let resolve = format!("platform.adobe.io:{port}:127.0.0.1");
    let url = format!("https://platform.adobe.io:{port}{CONNECTIONS}");
    let ca = dir.path().join("flowmock-ca.pem");
    let trusting = ["--resolve", &resolve, "--cacert", ca.to_str().unwrap(), "-w", " %{http_code}"];
    let headers =
        ["Authorization: Bearer t", "x-api-key: k", "x-gw-ims-org-id: T@AdobeOrg", "x-sandbox-name: s"];
    for protocol in ["--http2", "--http1.1"] {
        let mut args = vec![protocol, &url];
        args.extend(trusting);
        args.extend(headers.iter().flat_map(|header| ["-H", header]));
        let Some(answer) = curl(&args) else { return };
        assert_eq!(answer.unwrap(), r#"{"items":[],"_links":{}} 200"#, "{protocol}");
    }
    let distrusting = curl(&["--resolve", &resolve, &url]).unwrap().expect_err("an unknown CA");
    assert!(distrusting.contains("certificate"), "{distrusting}");
    let without = curl(&[&format!("http://127.0.0.1:{port}/")]).unwrap().unwrap();
    assert_eq!(without, "This port speaks TLS: begin the URL with https\n");

    let key = fs::read_to_string(dir.path().join("flowmock-key.pem")).unwrap();
    let secret = key.lines().nth(1).unwrap();
    let log = server.into_log();
    assert!(log.iter().any(|line| line.contains("the client does not speak TLS")), "{log:?}");
    assert!(log.iter().all(|line| !line.contains(secret) && !line.contains("PRIVATE KEY")), "{log:?}");
}

#[test]
fn the_healthcheck_accepts_only_the_certificate_that_flags_or_variables_name() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let folder = dir.path().to_str().unwrap();
    let server = self_signed(dir.path());
    let address = server.address.to_string();
    let check = |args: &[&str]| {
        let mut all = vec!["healthcheck", "--listen", &address];
        all.extend(args);
        run(flowmock(all))
    };
    let by_flag = check(&["--tls-self-signed", folder]);
    assert_eq!((by_flag.code, by_flag.stdout.as_str(), by_flag.stderr.as_str()), (Some(0), "", ""));
    let mut by_variable = flowmock(["healthcheck"]);
    by_variable.env("FLOWMOCK_LISTEN", &address).env("FLOWMOCK_TLS_SELF_SIGNED", folder);
    assert_eq!(run(by_variable).code, Some(0));
    let file = |name: &str| format!("{folder}/flowmock-{name}.pem");
    let by_file = check(&["--tls-cert", &file("cert"), "--tls-key", &file("key")]);
    assert_eq!(by_file.code, Some(0), "{by_file:?}");

    drop(self_signed(other.path()));
    let elsewhere = check(&["--tls-self-signed", other.path().to_str().unwrap()]);
    assert_eq!(elsewhere.code, Some(1), "{elsewhere:?}");
    let url = format!("https://{address}/_flowmock/health");
    assert!(elsewhere.stderr.starts_with(&format!("flowmock: no answer from {url}: ")), "{elsewhere:?}");
    let gone = dir.path().join("gone");
    let nowhere = check(&["--tls-self-signed", gone.to_str().unwrap()]);
    assert_eq!(nowhere.code, Some(1), "{nowhere:?}");
    assert!(nowhere.stderr.contains("gone/flowmock-cert.pem") && !gone.exists(), "{nowhere:?}");
    let without = check(&[]);
    assert_eq!(without.code, Some(1), "{without:?}");
    assert!(without.stderr.contains("answered: HTTP/1.1 400"), "{without:?}");
}

#[test]
fn an_invalid_certificate_is_exit_code_1_and_one_line_that_names_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("cert.pem");
    fs::write(&file, "mine").unwrap();
    let file = file.to_str().unwrap();
    let line = failed_start(["--listen", "127.0.0.1:0", "--tls-cert", file, "--tls-key", file]);
    assert!(line.starts_with(&format!("{file}: holds no certificate")), "{line}");
}

#[test]
fn incomplete_and_contradictory_tls_flags_are_exit_code_2() {
    let cases: [(&[&str], &str); 4] = [
        (&["--tls-cert", "a"], "--tls-key <FILE>"),
        (&["--tls-key", "a"], "--tls-cert <FILE>"),
        (&["--tls-cert", "a", "--tls-key", "b", "--tls-self-signed", "c"], "cannot be used with"),
        (&["--tls-name", "a.test"], "--tls-self-signed <DIR>"),
    ];
    for (args, culprit) in cases {
        let finished = run(flowmock(args.iter().copied()));
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{args:?}: {finished:?}");
        assert!(finished.stderr.contains(culprit), "{args:?}: {finished:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_key_that_others_can_read_is_protected_and_the_log_warns() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    drop(self_signed(dir.path()));
    let key = dir.path().join("flowmock-key.pem");
    let mode = || fs::metadata(&key).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    let before = fs::read(&key).unwrap();
    for readable in [0o644, 0o640, 0o604] {
        fs::set_permissions(&key, fs::Permissions::from_mode(readable)).unwrap();
        let server = self_signed(dir.path());
        server.await_log("others than its owner could read the TLS key");
        assert_eq!(mode(), 0o600);
    }
    assert_eq!(fs::read(&key).unwrap(), before, "clients go on trusting it");
    let log = self_signed(dir.path()).into_log();
    assert!(!log.concat().contains("read the TLS key"), "{log:?}");
}

#[test]
fn the_names_of_the_certificate_are_names_of_the_server() {
    let dir = tempfile::tempdir().unwrap();
    let made =
        Server::start(["--tls-self-signed", dir.path().to_str().unwrap(), "--tls-name", "mock.corp.example"]);
    drop(made);
    let file = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (certificate, key) = (file("flowmock-cert.pem"), file("flowmock-key.pem"));
    let server = Server::start(["--tls-cert", &certificate, "--tls-key", &key]);
    let url = format!("https://127.0.0.1:{}/_flowmock/info", server.address.port());
    for (host, status) in [("mock.corp.example", "200"), ("other.corp.example", "403"), ("localhost", "200")]
    {
        let host = format!("Host: {host}");
        let answer = curl(&[
            "--cacert",
            &file("flowmock-ca.pem"),
            "--http1.1",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "-H",
            &host,
            &url,
        ]);
        let Some(answer) = answer else { return };
        assert_eq!(answer.unwrap(), status, "{host}");
    }
}
