//! Many readers of the journal, while other clients write to it, quickly or slowly.

use crate::common::raw_connection::RawConnection;
use crate::common::requests::control_request;
use crate::target::Target;
use serde_json::Value;
use std::time::{Duration, Instant};

#[test]
fn many_readers_of_a_full_journal_neither_block_others_nor_exhaust_memory() {
    const REQUESTS: usize = 60;
    const READERS: usize = 8;
    let target = Target::start(&["--worker-threads", "1", "--request-timeout-ms", "120000"]);
    // An array of short numbers takes many times its size when parsed into JSON values.
    let zeros = format!("[{}0]", "0,".repeat(30_000));
    for _ in 0..REQUESTS {
        target.answer_to(Target::request("POST", "", &zeros)).expect_error("FLOW-1000-400");
    }
    let mut readers: Vec<RawConnection> = Vec::new();
    for number in 0..READERS {
        let mut reader = target.connect();
        let path = if number % 2 == 0 { "requests?limit=1000" } else { "requests.har" };
        reader.try_send(control_request("GET", path));
        readers.push(reader);
    }
    target.expect_responsive();
    for (number, mut reader) in readers.into_iter().enumerate() {
        let answer = reader.answer();
        assert_eq!(answer.status, 200);
        let document: Value = serde_json::from_slice(&answer.body).unwrap();
        let place = if number % 2 == 0 { "/requests" } else { "/log/entries" };
        let shown = document.pointer(place).and_then(Value::as_array).map_or(0, Vec::len);
        assert!(shown >= REQUESTS, "{shown}");
    }
    target.expect_no_peak_above(128 * 1024);
    assert_eq!(target.answer_to(control_request("DELETE", "requests")).status, 200);
    target.expect_unharmed();
}

#[test]
fn a_pending_request_body_delays_readers_of_the_journal_and_no_other_request() {
    const READERS: usize = 64;
    let target = Target::start(&["--worker-threads", "1", "--request-timeout-ms", "20000"]);
    let mut slow = target.connect();
    slow.try_send("POST /data/foundation/flowservice/connections HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{");
    slow.answer().expect_error("403000");
    let mut readers: Vec<RawConnection> = Vec::new();
    for path in ["requests", "requests.har", "contract"].iter().cycle().take(READERS) {
        let mut reader = target.connect();
        reader.try_send(control_request("GET", path));
        readers.push(reader);
    }
    // If the readers waited one after another, each would take a second.
    let started = Instant::now();
    assert_eq!(target.answer_to(control_request("POST", "reset?imsOrgId=OTHER@AdobeOrg")).status, 204);
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    target.expect_responsive();
    for mut reader in readers {
        assert_eq!(reader.answer().status, 200);
    }
    drop(slow);
    target.expect_unharmed();
}
