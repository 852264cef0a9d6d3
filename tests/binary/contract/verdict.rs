//! The exit code of `flowmock contract`, and the reports in every format.

use super::{contract, expect_could_not_tell, send_rule_breaking_requests, send_valid_request};
use crate::common::process::{Server, flowmock, run};
use crate::fake_server::fake_server;
use serde_json::Value;

#[test]
fn a_kept_contract_is_exit_code_0_and_a_broken_one_1_with_the_reason_in_the_report() {
    let server = Server::start([]);
    send_valid_request(&server);
    let kept = run(contract(&server, &[]));
    assert_eq!((kept.code, kept.stderr.as_str()), (Some(0), ""), "{kept:?}");
    assert!(
        kept.stdout.contains("good: 1 request, every rule kept") && kept.stdout.ends_with("\nKept.\n"),
        "{kept:?}"
    );

    send_rule_breaking_requests(&server);
    let broken = run(contract(&server, &[]));
    assert_eq!((broken.code, broken.stderr.as_str()), (Some(1), ""), "{broken:?}");
    assert!(broken.stdout.contains("\n  error    parameter-unknown, once\n"), "{broken:?}");
    assert!(broken.stdout.ends_with("\nBroken:\n  bad broke 1 rule: parameter-unknown\n"), "{broken:?}");
    assert!(broken.stdout.lines().all(|line| line.chars().count() <= 80), "{broken:?}");
    assert!(!broken.stdout.contains('\u{1b}'), "{broken:?}");
}

#[test]
fn the_verdict_depends_on_the_chosen_consumer_severity_and_coverage() {
    let server = Server::start([]);
    send_valid_request(&server);
    send_rule_breaking_requests(&server);
    for (args, code) in [
        (&["--consumer", "good"][..], 0),
        (&["--consumer", "bad"], 1),
        (&["--fail-on", "never"], 0),
        (&["--consumer", "good", "--fail-on", "warning"], 0),
        (&["--consumer", "good", "--min-coverage", "99"], 1),
        (&["--consumer", "good", "--min-coverage", "0.1"], 0),
        (&["--fail-on", "never", "--min-coverage", "99%"], 1),
    ] {
        let finished = run(contract(&server, args));
        assert_eq!(finished.code, Some(code), "{args:?}: {finished:?}");
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
    expect_could_not_tell(
        &run(contract(&server, &["--consumer", "who is/that?"])),
        "there is no consumer of that name; there are: bad, good",
    );
}

#[test]
fn json_junit_and_markdown_reports_leave_the_reason_to_standard_error() {
    let server = Server::start([]);
    send_rule_breaking_requests(&server);
    let report_in = |format| run(contract(&server, &["--format", format]));
    let (json, junit, markdown) = (report_in("json"), report_in("junit"), report_in("MARKDOWN"));
    for finished in [&json, &junit, &markdown] {
        assert_eq!(finished.code, Some(1), "{finished:?}");
        assert_eq!(finished.stderr, "flowmock: bad broke 1 rule: parameter-unknown\n");
    }
    let served = server.get("/_flowmock/contract").send().unwrap().text().unwrap();
    assert_eq!(json.stdout.trim_end(), served);
    let report: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["version"], 2);
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
fn a_report_without_requests_is_exit_code_2_in_every_format() {
    let server = Server::start([]);
    server.get("/_flowmock/health").send().unwrap();
    for format in ["text", "json", "junit", "markdown"] {
        for fail_on in ["error", "never"] {
            let finished = run(contract(&server, &["--format", format, "--fail-on", fail_on]));
            assert_eq!(finished.code, Some(2), "{format}: {finished:?}");
            let message = if format == "text" { &finished.stdout } else { &finished.stderr };
            assert!(message.contains("ould not tell: no request was examined"), "{format}: {finished:?}");
        }
    }
    let junit = run(contract(&server, &["--format", "junit"])).stdout;
    let document = roxmltree::Document::parse(&junit).unwrap();
    assert_eq!(document.root_element().attribute("errors"), Some("1"));
}

#[test]
fn a_server_without_a_journal_or_without_contract_checks_is_exit_code_2() {
    for args in [["--journal-requests", "0"], ["--contract", "off"]] {
        let silent = Server::start(args);
        send_valid_request(&silent);
        let finished = run(contract(&silent, &["--fail-on", "never"]));
        assert_eq!(finished.code, Some(2), "{finished:?}");
        assert!(finished.stdout.contains("Could not tell: this server examines nothing"), "{finished:?}");
    }
}

#[test]
fn requests_that_were_not_examined_do_not_count_as_valid() {
    let server = Server::start([]);
    send_valid_request(&server);
    let mut report: Value = server.get("/_flowmock/contract").send().unwrap().json().unwrap();
    report["skipped"] = 2.into();
    report["consumers"][0]["fromANewerServer"] = "is ignored".into();
    let answer = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{report}");
    let url = fake_server(answer.leak());
    let partly = run(flowmock(["contract", "--url", &url]));
    assert_eq!(partly.code, Some(2), "{partly:?}");
    assert!(
        partly.stdout.contains("\nCould not tell: the journal had forgotten 2 requests before"),
        "{partly:?}"
    );
    assert_eq!(run(flowmock(["contract", "--url", &url, "--fail-on", "never"])).code, Some(0));
}

#[test]
fn a_closed_standard_output_does_not_change_the_exit_code() {
    let server = Server::start([]);
    send_rule_breaking_requests(&server);
    for fail_on in [("error", Some(1)), ("never", Some(0))] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = contract(&server, &["--fail-on", fail_on.0]);
        assert_eq!(command.stdout(writer).status().unwrap().code(), fail_on.1);
    }
}

#[test]
fn wrong_usage_of_contract_is_exit_code_2_and_names_the_culprit() {
    for (args, culprit) in [
        (["--format", "html"], "html"),
        (["--fail-on", "info"], "info"),
        (["--min-coverage", "101"], "not a number from 0 to 100"),
        (["--min-coverage", "NaN"], "not a number from 0 to 100"),
        (["--url", "127.0.0.1:8080"], "not of the form http://HOST:PORT"),
        (["--timeout-ms", "0"], "must be at least 1"),
        (["--strict", "true"], "--strict"),
    ] {
        let finished = run(flowmock(["contract"].into_iter().chain(args)));
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{args:?}: {finished:?}");
        assert!(finished.stderr.contains(culprit), "{args:?}: {finished:?}");
    }
}
