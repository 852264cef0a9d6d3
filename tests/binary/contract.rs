//! `flowmock contract`: its exit codes, its forms, and where it cannot tell.

use crate::process::{CONNECTIONS, Ended, PATIENCE, Server, flowmock, run};
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::thread;

/// The command for that server, with these arguments besides.
fn contract(server: &Server, args: &[&str]) -> Command {
    let url = server.url("");
    flowmock(["contract", "--url", &url].into_iter().chain(args.iter().copied()))
}

/// A client that breaks no rule, as one of its tests.
fn good(server: &Server) {
    let answer =
        server.get(CONNECTIONS).header("x-flowmock-consumer", "good").header("x-flowmock-test", "list");
    assert_eq!(answer.send().unwrap().status(), 200);
}

/// A client that breaks a rule whose breaking is an error, and one whose breaking is a warning.
fn bad(server: &Server) {
    for query in ["?limt=5", "?property=name=orders"] {
        let path = format!("{CONNECTIONS}{query}");
        server
            .get(&path)
            .header("x-flowmock-consumer", "bad")
            .header("x-flowmock-test", "list")
            .send()
            .unwrap();
    }
}

#[track_caller]
fn could_not_tell(ended: &Ended, reason: &str) {
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    assert!(
        ended.stderr.starts_with("flowmock: could not tell: ") && ended.stderr.contains(reason),
        "{ended:?}"
    );
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}

#[test]
fn kept_is_exit_code_0_and_broken_1_with_the_reason_in_the_text() {
    let server = Server::start([]);
    good(&server);
    let kept = run(contract(&server, &[]));
    assert_eq!((kept.code, kept.stderr.as_str()), (Some(0), ""), "{kept:?}");
    assert!(
        kept.stdout.contains("good: 1 request, every rule kept") && kept.stdout.ends_with("\nKept.\n"),
        "{kept:?}"
    );

    bad(&server);
    let broken = run(contract(&server, &[]));
    assert_eq!((broken.code, broken.stderr.as_str()), (Some(1), ""), "{broken:?}");
    assert!(broken.stdout.contains("\n  error    parameter-unknown, once\n"), "{broken:?}");
    assert!(broken.stdout.ends_with("\nBroken:\n  bad broke 1 rule: parameter-unknown\n"), "{broken:?}");
    assert!(broken.stdout.lines().all(|line| line.chars().count() <= 80), "{broken:?}");
    assert!(!broken.stdout.contains('\u{1b}'), "{broken:?}");
}

#[test]
fn a_consumer_a_severity_and_a_coverage_decide_what_counts() {
    let server = Server::start([]);
    good(&server);
    bad(&server);
    for (args, code) in [
        (&["--consumer", "good"][..], 0),
        (&["--consumer", "bad"], 1),
        (&["--fail-on", "never"], 0),
        (&["--consumer", "good", "--fail-on", "warning"], 0),
        (&["--consumer", "good", "--min-coverage", "99"], 1),
        (&["--consumer", "good", "--min-coverage", "0.1"], 0),
        (&["--fail-on", "never", "--min-coverage", "99%"], 1),
    ] {
        let ended = run(contract(&server, args));
        assert_eq!(ended.code, Some(code), "{args:?}: {ended:?}");
    }
    let warned = run(contract(&server, &["--consumer", "bad", "--fail-on", "warning"]));
    assert!(
        warned.stdout.ends_with("bad broke 2 rules: parameter-unknown, filter-single-equals\n"),
        "{warned:?}"
    );
    let below = run(contract(&server, &["--consumer", "good", "--min-coverage", "99"]));
    assert!(below.stdout.contains("x-flowmock-error: ") && below.stdout.contains("of the 99 %"), "{below:?}");
    let full = run(contract(&server, &["--consumer", "good", "--full"]));
    assert!(full.code == Some(0) && full.stdout.contains("Never met, and how to meet it\n"), "{full:?}");
    could_not_tell(
        &run(contract(&server, &["--consumer", "who is/that?"])),
        "there is no consumer of that name; there are: bad, good",
    );
}

#[test]
fn each_form_is_what_it_says_and_the_reason_is_on_standard_error() {
    let server = Server::start([]);
    bad(&server);
    let of = |format| run(contract(&server, &["--format", format]));
    let (json, junit, markdown) = (of("json"), of("junit"), of("MARKDOWN"));
    for ended in [&json, &junit, &markdown] {
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_eq!(ended.stderr, "flowmock: bad broke 1 rule: parameter-unknown\n");
    }
    let served = server.get("/_flowmock/contract").send().unwrap().text().unwrap();
    assert_eq!(json.stdout.trim_end(), served);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["version"], 1);
    let document = roxmltree::Document::parse(&junit.stdout).unwrap();
    let mut failures = document.descendants().filter(|node| node.has_tag_name("failure"));
    let case = failures.next().unwrap().parent().unwrap();
    assert_eq!(
        (case.attribute("classname"), case.attribute("name")),
        (Some("bad"), Some("parameter-unknown"))
    );
    let case = failures.next().unwrap().parent().unwrap();
    assert_eq!((case.attribute("classname"), case.attribute("name")), (Some("bad tests"), Some("list")));
    assert!(markdown.stdout.starts_with("## Contract report: broken\n"), "{markdown:?}");
}

#[test]
fn a_suite_that_never_came_is_no_success_in_any_form() {
    let server = Server::start([]);
    server.get("/_flowmock/health").send().unwrap();
    for format in ["text", "json", "junit", "markdown"] {
        for fail_on in ["error", "never"] {
            let ended = run(contract(&server, &["--format", format, "--fail-on", fail_on]));
            assert_eq!(ended.code, Some(2), "{format}: {ended:?}");
            let said = if format == "text" { &ended.stdout } else { &ended.stderr };
            assert!(said.contains("ould not tell: no request was examined"), "{format}: {ended:?}");
        }
    }
    let junit = run(contract(&server, &["--format", "junit"])).stdout;
    let document = roxmltree::Document::parse(&junit).unwrap();
    assert_eq!(document.root_element().attribute("errors"), Some("1"));
}

#[test]
fn a_server_that_remembers_nothing_cannot_tell() {
    for args in [["--journal-requests", "0"], ["--contract", "off"]] {
        let silent = Server::start(args);
        good(&silent);
        let ended = run(contract(&silent, &["--fail-on", "never"]));
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stdout.contains("Could not tell: this server examines nothing"), "{ended:?}");
    }
}

#[test]
fn requests_that_nobody_looked_at_are_not_taken_for_kept_ones() {
    let server = Server::start([]);
    good(&server);
    let mut report: Value = server.get("/_flowmock/contract").send().unwrap().json().unwrap();
    report["skipped"] = 2.into();
    report["consumers"][0]["fromANewerServer"] = "is passed over".into();
    let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{report}");
    let url = impostor(answer.leak());
    let partly = run(flowmock(["contract", "--url", &url]));
    assert_eq!(partly.code, Some(2), "{partly:?}");
    assert!(
        partly.stdout.contains("\nCould not tell: the journal had forgotten 2 requests before"),
        "{partly:?}"
    );
    assert_eq!(run(flowmock(["contract", "--url", &url, "--fail-on", "never"])).code, Some(0));
}

#[test]
fn a_reader_that_has_read_enough_changes_nothing() {
    let server = Server::start([]);
    bad(&server);
    for fail_on in [("error", Some(1)), ("never", Some(0))] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = contract(&server, &["--fail-on", fail_on.0]);
        assert_eq!(command.stdout(writer).status().unwrap().code(), fail_on.1);
    }
}

#[test]
fn where_there_is_no_flowmock_it_cannot_tell() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    let ended = run(flowmock(["contract", "--url", &url]));
    could_not_tell(&ended, &format!("no answer from {url}/_flowmock/contract: "));

    let nowhere = run(flowmock(["contract", "--url", "http://nowhere.invalid", "--timeout-ms", "5000"]));
    could_not_tell(&nowhere, "no answer from http://nowhere.invalid:80/_flowmock/contract: ");

    for (answer, reason) in [
        (
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
            "is no flowmock: it answers /_flowmock/contract with 404",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "answers something else than a contract report"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"version\":2}",
            "a report of version 2; this flowmock reads version 1",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"version\":1", "no answer"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", "no answer"),
        (HOSTILE, "answers something else than a contract report"),
        (
            "HTTP/1.1 404 Gone\r\nConnection: close\r\n\r\n{\"errors\":[{\"reason\":\"a\\u001b[2J\\nb\"}]}",
            " says: a",
        ),
        ("SSH-2.0-OpenSSH_9.2\r\n", "no answer"),
        ("", "no answer"),
    ] {
        let url = impostor(answer);
        let ended = run(flowmock(["contract", "--url", &url]));
        could_not_tell(&ended, reason);
        assert!(!ended.stderr.contains('\u{1b}'), "{ended:?}");
    }
}

/// What clears a screen, where a severity should be.
const HOSTILE: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"version\":1,\"server\":\"x\",\"enabled\":true,\
                       \"examined\":1,\"skipped\":0,\"rules\":[{\"id\":\"a\",\"severity\":\"\\u001b[2J\"}]}";

/// Something that gives everybody this answer and hangs up; answers with its URL.
fn impostor(answer: &'static str) -> String {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", other.local_addr().unwrap());
    thread::spawn(move || {
        for stream in other.incoming() {
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
                request.push(byte[0]);
            }
            _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

#[test]
fn a_server_that_says_nothing_is_given_up_after_the_time_out() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let ended = run(flowmock(["contract", "--url", &url, "--timeout-ms", "50"]));
    could_not_tell(&ended, "nothing within 50 ms");
}

#[test]
fn the_control_token_is_sent_and_a_wrong_one_is_told_without_showing_it() {
    let server = Server::start(["--control-token", "hunter2"]);
    good(&server);
    let without = run(contract(&server, &[]));
    could_not_tell(&without, "FLOWMOCK_CONTROL_TOKEN");
    let wrong = run(contract(&server, &["--control-token", "hunter3"]));
    could_not_tell(&wrong, "its control token");
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
fn a_server_without_control_calls_is_told_from_another_program() {
    let server = Server::start(["--control", "off"]);
    could_not_tell(&run(contract(&server, &[])), "started with --control off");
}

#[test]
fn it_finds_the_server_by_url_by_listen_and_by_variables() {
    let server = Server::start([]);
    good(&server);
    let address = server.address.to_string();
    assert_eq!(run(flowmock(["contract", "--listen", &address])).code, Some(0));
    let base = server.url("/data/foundation/flowservice");
    assert_eq!(run(flowmock(["contract", "--url", &base])).code, Some(0));
    let mut by_variables = flowmock(["contract"]);
    by_variables.env("FLOWMOCK_URL", server.url("")).env("FLOWMOCK_CONTRACT_FORMAT", "json");
    by_variables.env("FLOWMOCK_CONTRACT_CONSUMER", "").env("FLOWMOCK_CONTRACT_MIN_COVERAGE", "99");
    let ended = run(by_variables);
    assert!(ended.code == Some(1) && ended.stdout.starts_with('{'), "{ended:?}");
}

#[test]
fn over_tls_it_trusts_the_ca_it_is_given_or_the_servers_own_certificate_and_no_other() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(["--tls-self-signed", dir.path().to_str().unwrap()]);
    drop(Server::start(["--tls-self-signed", other.path().to_str().unwrap()]));
    let url = format!("https://{}", server.address);
    let ca = |dir: &tempfile::TempDir| dir.path().join("flowmock-ca.pem").to_str().unwrap().to_owned();
    let asked =
        |args: &[&str]| run(flowmock(["contract", "--url", &url].into_iter().chain(args.iter().copied())));
    // Nobody came, which only who has reached the server can know.
    let trusting = asked(&["--ca", &ca(&dir)]);
    assert!(trusting.stdout.contains("no request was examined"), "{trusting:?}");
    let pinned = asked(&["--tls-self-signed", dir.path().to_str().unwrap()]);
    assert!(pinned.stdout.contains("no request was examined"), "{pinned:?}");
    could_not_tell(&asked(&["--ca", &ca(&other)]), "certificate");
    could_not_tell(&asked(&["--tls-self-signed", other.path().to_str().unwrap()]), "certificate");
    could_not_tell(&asked(&[]), "--ca FILE");
    could_not_tell(&asked(&["--ca", "/gone.pem"]), "/gone.pem");
    let plain = format!("http://{}", server.address);
    could_not_tell(&run(flowmock(["contract", "--url", &plain])), "is no flowmock");
    could_not_tell(
        &run(flowmock(["contract", "--url", &plain, "--ca", &ca(&dir)])),
        "--ca is for an https URL",
    );
}

#[test]
fn a_file_is_replaced_whole_or_left_as_it_was() {
    let server = Server::start([]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("contract.xml");
    fs::write(&file, "old").unwrap();
    let to_file = ["--format", "junit", "--output", file.to_str().unwrap()];
    could_not_tell(
        &run(flowmock(["contract", "--url", "http://127.0.0.1:1"].into_iter().chain(to_file))),
        "no answer",
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");

    bad(&server);
    let ended = run(contract(&server, &to_file));
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{ended:?}");
    assert_eq!(ended.stderr, "flowmock: bad broke 1 rule: parameter-unknown\n");
    assert!(roxmltree::Document::parse(&fs::read_to_string(&file).unwrap()).is_ok());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");

    let nowhere = folder.path().join("gone/contract.xml");
    could_not_tell(&run(contract(&server, &["--output", nowhere.to_str().unwrap()])), "gone/contract.xml");
    let text = folder.path().join("contract.txt");
    let ended = run(contract(&server, &["--output", text.to_str().unwrap()]));
    assert!(ended.code == Some(1) && ended.stderr.contains("bad broke 1 rule"), "{ended:?}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_a_device_a_device() {
    let server = Server::start([]);
    good(&server);
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("report.json"), folder.path().join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let args = ["--format", "json", "--output"];
    assert_eq!(run(contract(&server, &[&args[..], &[link.to_str().unwrap()]].concat())).code, Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&file).unwrap().starts_with('{'));
    let ended = run(contract(&server, &[&args[..], &["/dev/stdout"]].concat()));
    assert!(ended.code == Some(0) && ended.stdout.starts_with('{'), "{ended:?}");
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let server = Server::start([]);
    bad(&server);
    assert!(run(contract(&server, &["--color", "always"])).stdout.contains("\u{1b}[1;31merror\u{1b}[0m"));
    for color in ["auto", "never"] {
        assert!(!run(contract(&server, &["--color", color])).stdout.contains('\u{1b}'), "{color}");
    }
}

/// On a terminal, which `script` makes; skipped, and said to be, where there is none.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_colours_and_no_color_takes_them_away() {
    let server = Server::start([]);
    bad(&server);
    let on_a_terminal = |no_color: &str| {
        let program = env!("CARGO_BIN_EXE_flowmock");
        let command = format!("{program} contract --url {}", server.url(""));
        let mut script = Command::new("script");
        script.args(["-qec", &command, "/dev/null"]).env("NO_COLOR", no_color).env_remove("FLOWMOCK_URL");
        script.output()
    };
    let Ok(coloured) = on_a_terminal("") else {
        eprintln!("skipped: there is no script");
        return;
    };
    assert_eq!(coloured.status.code(), Some(1), "{coloured:?}");
    assert!(String::from_utf8_lossy(&coloured.stdout).contains("\u{1b}[1;31m"), "{coloured:?}");
    let plain = on_a_terminal("1").unwrap();
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert!(plain.contains("parameter-unknown") && !plain.contains('\u{1b}'), "{plain}");
}

#[test]
fn wrong_usage_is_exit_code_2_and_names_the_culprit() {
    for (args, culprit) in [
        (["--format", "html"], "html"),
        (["--fail-on", "info"], "info"),
        (["--min-coverage", "101"], "not a number from 0 to 100"),
        (["--min-coverage", "NaN"], "not a number from 0 to 100"),
        (["--url", "127.0.0.1:8080"], "not of the form http://HOST:PORT"),
        (["--timeout-ms", "0"], "must be at least 1"),
        (["--strict", "true"], "--strict"),
    ] {
        let ended = run(flowmock(["contract"].into_iter().chain(args)));
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{args:?}: {ended:?}");
        assert!(ended.stderr.contains(culprit), "{args:?}: {ended:?}");
    }
}
