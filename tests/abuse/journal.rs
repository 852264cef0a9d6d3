//! Those who read the journal, while others write into it or are in no hurry to.

use crate::target::{Attack, Target};
use serde_json::Value;
use std::time::{Duration, Instant};

/// A control call without a body.
fn control(method: &str, path: &str) -> String {
    format!("{method} /_flowmock/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

#[test]
fn however_many_read_a_full_journal_others_are_answered_and_memory_stays_bounded() {
    const REQUESTS: usize = 60;
    const READERS: usize = 8;
    let target = Target::start(&["--worker-threads", "1"]);
    // Of nothing but values: as JSON values in memory it takes many times its size.
    let zeros = format!("[{}0]", "0,".repeat(30_000));
    for _ in 0..REQUESTS {
        target.answer_to(Target::request("POST", "", &zeros)).expect_error("FLOW-1000-400");
    }
    let mut readers: Vec<Attack> = Vec::new();
    for number in 0..READERS {
        let mut reader = target.connect();
        let path = if number % 2 == 0 { "requests?limit=1000" } else { "requests.har" };
        reader.send(control("GET", path));
        readers.push(reader);
    }
    target.expect_normal();
    for (number, mut reader) in readers.into_iter().enumerate() {
        let answer = reader.answer();
        assert_eq!(answer.status, 200);
        let document: Value = serde_json::from_slice(&answer.body).unwrap();
        let place = if number % 2 == 0 { "/requests" } else { "/log/entries" };
        let shown = document.pointer(place).and_then(Value::as_array).map_or(0, Vec::len);
        assert!(shown >= REQUESTS, "{shown}");
    }
    target.expect_no_peak_above(128 * 1024);
    assert_eq!(target.answer_to(control("DELETE", "requests")).status, 200);
    target.expect_unharmed();
}

#[test]
fn a_body_that_does_not_come_makes_readers_of_the_journal_wait_and_nobody_else() {
    const READERS: usize = 64;
    let target = Target::start(&["--worker-threads", "1", "--request-timeout-ms", "20000"]);
    let mut slow = target.connect();
    slow.send("POST /data/foundation/flowservice/connections HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{");
    slow.answer().expect_error("403");
    let mut readers: Vec<Attack> = Vec::new();
    for path in ["requests", "requests.har", "contract"].iter().cycle().take(READERS) {
        let mut reader = target.connect();
        reader.send(control("GET", path));
        readers.push(reader);
    }
    // One after the other they would wait for a second each.
    let started = Instant::now();
    assert_eq!(target.answer_to(control("POST", "reset?imsOrgId=OTHER@AdobeOrg")).status, 204);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    target.expect_normal();
    for mut reader in readers {
        assert_eq!(reader.answer().status, 200);
    }
    drop(slow);
    target.expect_unharmed();
}
