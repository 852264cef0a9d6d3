//! `flowmock contract`.

mod output;
mod server;
mod verdict;

use crate::common::process::{Finished, Server, flowmock};
use crate::common::requests::CONNECTIONS;
use std::process::Command;

/// `flowmock contract` for a server, with further arguments.
fn contract(server: &Server, args: &[&str]) -> Command {
    let url = server.url("");
    flowmock(["contract", "--url", &url].into_iter().chain(args.iter().copied()))
}

/// Sends a request that breaks no rule, as the test `list` of the consumer `good`.
fn send_valid_request(server: &Server) {
    let request =
        server.get(CONNECTIONS).header("x-flowmock-consumer", "good").header("x-flowmock-test", "list");
    assert_eq!(request.send().unwrap().status(), 200);
}

/// Sends two requests as the test `list` of the consumer `bad`: the first breaks a rule with the severity error, the second
/// one with the severity warning.
fn send_rule_breaking_requests(server: &Server) {
    for query in ["?limt=5", "?property=name=orders"] {
        let request = server.get(&format!("{CONNECTIONS}{query}"));
        request.header("x-flowmock-consumer", "bad").header("x-flowmock-test", "list").send().unwrap();
    }
}

/// Asserts that the command finished with exit code 2, no output, and one line that contains `reason`.
#[track_caller]
fn expect_could_not_tell(finished: &Finished, reason: &str) {
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{finished:?}");
    assert!(
        finished.stderr.starts_with("flowmock: could not tell: ") && finished.stderr.contains(reason),
        "{finished:?}"
    );
    assert_eq!(finished.stderr.lines().count(), 1, "{finished:?}");
}
