//! `--help`, `--version`, wrong usage, and environment variables.

use crate::common::process::{Finished, Server, flowmock, run};
use crate::common::requests::connection;
use std::collections::BTreeSet;

#[test]
fn help_has_examples_exit_codes_and_the_environment_variable_of_each_flag() {
    let Finished { code, stdout, stderr } = run(flowmock(["--help"]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("Examples:\n  flowmock ") && stdout.contains("\nExit codes: 0"), "{stdout}");
    assert!(stdout.contains("healthcheck  Check that a server is up"), "{stdout}");
    let options = stdout.split_once("\nOptions:\n").expect("options").1.split_once("\nExamples:").unwrap().0;
    let flags: BTreeSet<_> = options
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--")?.split_whitespace().next())
        .collect();
    assert!(flags.len() >= 12 && flags.contains("listen") && flags.contains("log-format"), "{flags:?}");
    let text = options.split_whitespace().collect::<Vec<_>>().join(" ");
    for flag in flags {
        let variable = format!("FLOWMOCK_{}", flag.to_uppercase().replace('-', "_"));
        // `--help` shows the values of the variables, except those of the secret ones.
        let shown = if ["control-token", "state"].contains(&flag) { "" } else { "=" };
        assert!(text.contains(&format!("[env: {variable}{shown}]")), "--{flag}: no {variable} in\n{options}");
    }
}

#[test]
fn help_has_groups_and_the_short_one_fits_on_a_screen() {
    const GROUPS: [&str; 7] =
        ["Address and TLS", "Content", "Access", "Journal", "Contract reports", "Limits", "Log"];
    let has = |help: &str, group: &str| help.contains(&format!("\n{group}:\n"));
    let long = run(flowmock(["--help"])).stdout;
    for group in GROUPS {
        assert!(has(&long, group), "no {group} in {long}");
    }
    let short = run(flowmock(["-h"])).stdout;
    for group in ["Address and TLS", "Content", "Access", "Log"] {
        assert!(has(&short, group), "no {group} in {short}");
    }
    assert!(!has(&short, "Limits") && short.contains("flowmock --help describes every flag"), "{short}");
    assert!(short.lines().count() < 50 && 3 * short.lines().count() < long.lines().count(), "{short}");
    for (command, own) in [("contract", "The report"), ("pact", "The file")] {
        let help = run(flowmock([command, "--help"])).stdout;
        assert!(has(&help, own) && has(&help, "The server") && has(&help, "Address and TLS"), "{help}");
    }
    assert!(has(&run(flowmock(["healthcheck", "--help"])).stdout, "Address and TLS"));
}

#[test]
fn a_variable_that_no_flag_has_is_named_at_the_start() {
    let mut command = flowmock(["--listen", "127.0.0.1:0", "--log-level", "warn"]);
    command.env("FLOWMOCK_LISTN", "hunter2").env("FLOWMOCK_SERVICE_HOST", "10.0.0.1");
    let log = Server::spawn(command).into_log();
    let [line] = &log[..] else { panic!("{log:?}") };
    assert!(line.contains("FLOWMOCK_LISTN has no effect; did you mean FLOWMOCK_LISTEN?"), "{line}");
    assert!(!line.contains("hunter2"), "{line}");
}

#[test]
fn help_never_shows_the_control_token_or_the_password_of_redis() {
    let mut command = flowmock(["--help"]);
    command.env("FLOWMOCK_CONTROL_TOKEN", "hunter2").env("FLOWMOCK_ALLOW_API_KEY", "one,two");
    command.env("FLOWMOCK_STATE", "redis://:hunter2@localhost");
    let Finished { code, stdout, .. } = run(command);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("one,two") && !stdout.contains("hunter2"), "{stdout}");
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    command.env("FLOWMOCK_CONTROL_TOKEN", "hunter 2");
    let Finished { code, stderr, .. } = run(command);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("--control-token") && !stderr.contains("hunter"), "{stderr}");
}

#[test]
fn lists_in_the_environment_are_separated_by_commas() {
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    command
        .env("FLOWMOCK_ALLOW_API_KEY", "other,key")
        .env("FLOWMOCK_ALLOW_SANDBOX", "dev,TEST@AdobeOrg/prod");
    let server = Server::spawn(command);
    assert_eq!(server.post(&connection("c2VjcmV0")).send().unwrap().status(), 201);
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    command.env("FLOWMOCK_ALLOW_SANDBOX", "dev,OTHER@AdobeOrg/prod");
    let server = Server::spawn(command);
    assert_eq!(server.post(&connection("c2VjcmV0")).send().unwrap().status(), 404);
}

#[test]
fn version_prints_the_version_of_the_package() {
    let Finished { code, stdout, stderr } = run(flowmock(["--version"]));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, concat!("flowmock ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn wrong_usage_is_exit_code_2_and_names_the_culprit() {
    let cases: [(&[&str], &str); 6] = [
        (&["--listn", "127.0.0.1:0"], "--listn"),
        (&["--listen", "example.com"], "not of the form ADDR:PORT"),
        (&["--log-format", "xml"], "xml"),
        (&["--drain-timeout-ms", "0"], "--drain-timeout-ms"),
        (&["--strict", "--strict"], "--strict"),
        (&["serve"], "serve"),
    ];
    for (args, culprit) in cases {
        let finished = run(flowmock(args.iter().copied()));
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{args:?}: {finished:?}");
        assert!(finished.stderr.contains(culprit), "{args:?}: {finished:?}");
    }
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    command.env("FLOWMOCK_STRICT", "perhaps");
    let finished = run(command);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.stderr.contains("--strict") && finished.stderr.contains("perhaps"), "{finished:?}");
}

#[test]
fn a_run_may_take_no_time() {
    let server = Server::start(["--run-duration-ms", "0"]);
    let info: serde_json::Value = server.get("/_flowmock/info").send().unwrap().json().unwrap();
    assert!(info.to_string().contains(r#""runDurationMs":0"#), "{info}");
}

#[test]
fn environment_variables_have_the_effect_of_their_flags() {
    let mut command = flowmock([]);
    command
        .env("FLOWMOCK_LISTEN", "127.0.0.1:0")
        .env("FLOWMOCK_STRICT", "1")
        .env("FLOWMOCK_CORS", "true")
        .env("FLOWMOCK_MAX_BODY_BYTES", "1000")
        .env("FLOWMOCK_LOG_FORMAT", "json");
    let server = Server::spawn(command);
    assert_eq!(server.post(&connection("{ACCOUNT_KEY}")).send().unwrap().status(), 400);
    let answer = server.post(&connection("c2VjcmV0")).header("Origin", "http://page.example").send().unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
    assert_eq!(server.post(&connection(&"A".repeat(1000))).send().unwrap().status(), 413);
    let log = server.into_log();
    assert_eq!(log.len(), 3, "{log:?}");
    assert!(log.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{log:?}");
}

#[test]
fn a_flag_overrides_its_environment_variable_and_a_variable_can_be_false() {
    let mut command = flowmock(["--listen", "127.0.0.1:0", "--log-level", "off"]);
    command
        .env("FLOWMOCK_LISTEN", "192.0.2.1:1")
        .env("FLOWMOCK_LOG_LEVEL", "info")
        .env("FLOWMOCK_STRICT", "false");
    let server = Server::spawn(command);
    assert_eq!(server.post(&connection("{ACCOUNT_KEY}")).send().unwrap().status(), 201);
    assert!(server.into_log().is_empty());
}

#[test]
fn an_empty_environment_variable_counts_as_unset() {
    let variables = [
        "FIXTURES",
        "STRICT",
        "AUTH",
        "ALLOW_SANDBOX",
        "CONTROL_TOKEN",
        "CORS",
        "MAX_BODY_BYTES",
        "WORKER_THREADS",
        "LOG_LEVEL",
        "LOG_FORMAT",
    ];
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    command.envs(variables.map(|name| (format!("FLOWMOCK_{name}"), "")));
    let server = Server::spawn(command);
    assert_eq!(server.post(&connection("a2V5")).send().unwrap().status(), 201);
    let mut healthcheck = flowmock(["healthcheck", "--listen", &server.address.to_string()]);
    healthcheck.env("FLOWMOCK_FIXTURES", "");
    assert_eq!(run(healthcheck).code, Some(0));
}

#[test]
fn the_variable_port_names_the_port_if_no_other_setting_does() {
    let with_port = |args: &[&str], port: &str| {
        let mut command = flowmock(args.iter().copied());
        command.env("PORT", port);
        command
    };
    // With port 0 the server prints the assigned port, which is not the default one.
    for args in [&[][..], &["--listen", "127.0.0.1"], &["--listen", "localhost"]] {
        let server = Server::spawn(with_port(args, "0"));
        assert_eq!(server.address.ip().to_string(), "127.0.0.1");
        assert_ne!(server.address.port(), 8080, "{args:?}");
    }
    let mut by_variable = with_port(&[], "1");
    by_variable.env("FLOWMOCK_LISTEN", "127.0.0.1:0");
    assert_eq!(Server::spawn(by_variable).get("/_flowmock/health").send().unwrap().status(), 200);
    let unaffected = Server::spawn(with_port(&["--listen", "127.0.0.1:0"], "http"));
    assert_eq!(unaffected.get("/_flowmock/health").send().unwrap().status(), 200);
    let refused = run(with_port(&[], "http"));
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("variable PORT is not a port"), "{refused:?}");
}

#[test]
fn a_listen_address_may_be_a_port_alone() {
    for listen in ["0", ":0"] {
        let server = Server::spawn(flowmock(["--listen", listen]));
        assert_eq!(server.get("/_flowmock/health").send().unwrap().status(), 200, "{listen}");
    }
}

#[test]
fn a_bad_value_names_the_variable_it_came_from() {
    let with_variable = |args: &[&str]| {
        let mut command = flowmock(args.iter().copied());
        command.env("FLOWMOCK_MAX_BODY_BYTES", "1XB");
        run(command)
    };
    let named = "FLOWMOCK_MAX_BODY_BYTES.";
    for args in [&[][..], &["--log-level", "warn"]] {
        let refused = with_variable(args);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(
            refused.stderr.contains("--max-body-bytes") && refused.stderr.contains("1MiB"),
            "{refused:?}"
        );
        assert!(refused.stderr.contains(named), "{refused:?}");
    }
    for args in [&["--max-body-bytes", "2XB"][..], &["--max-body-bytes=2XB"]] {
        let refused = with_variable(args);
        assert!(refused.stderr.contains("2XB") && !refused.stderr.contains(named), "{refused:?}");
    }
}

#[test]
fn a_limit_in_bytes_accepts_units() {
    let server = Server::start(["--max-body-bytes", "1kB"]);
    assert_eq!(server.post(&connection(&"A".repeat(1000))).send().unwrap().status(), 413);
    assert_eq!(server.post(&connection("c2VjcmV0")).send().unwrap().status(), 201);
}

#[test]
fn the_default_sandbox_is_the_sandbox_of_calls_that_name_none() {
    let call = |server: &Server| {
        let call =
            reqwest::blocking::Client::new().get(server.url("/data/foundation/flowservice/connections"));
        let call = call.header("Authorization", "Bearer token").header("x-api-key", "key");
        call.header("x-gw-ims-org-id", "TEST@AdobeOrg").send().unwrap().status()
    };
    let mut command = flowmock(["--listen", "127.0.0.1:0"]);
    command.env("FLOWMOCK_DEFAULT_SANDBOX", "prod");
    let server = Server::spawn(command);
    assert_eq!(call(&server), 200);
    let [line] = &server.into_log()[..] else { panic!("a line for each call") };
    assert!(line.contains("sandbox") && line.contains("prod"), "{line}");
    assert_eq!(call(&Server::start(["--default-sandbox", "dev"])), 200);
    assert_eq!(call(&Server::start([])), 400);
    for wrong in ["*", " ", "p\u{e9}"] {
        let refused = run(flowmock(["--listen", "127.0.0.1:0", "--default-sandbox", wrong]));
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.stderr.contains("--default-sandbox"), "{refused:?}");
    }
}
