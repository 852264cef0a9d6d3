//! Tests of the memory for bodies that clients send only in part or do not read: all connections share one bound.

use crate::common::raw_connection::RawConnection;
use crate::common::requests::{self, control_request};
use crate::target::{SECRET, Target};
use std::time::{Duration, Instant};

const MIB: usize = 1024 * 1024;

/// The bound of the servers in these tests, in bytes.
const BOUND: usize = 32 * MIB;

/// The memory that a server may use beyond the bound: stored connections and parsed documents take about 20 MiB, and so may
/// memory that is free again, which the allocator gives back to the system only after a second and only while it is used. With
/// the bound, the tests measure peaks of 10 to 60 MiB; without it, 20 clients cost 170 MiB or more, so both are far from the
/// limit.
const ALLOWANCE: usize = 72 * MIB;

/// Starts a server with [`BOUND`].
fn start(flags: &[&str]) -> Target {
    let bound = BOUND.to_string();
    Target::start(&[&["--max-pending-bytes", &bound][..], flags].concat())
}

/// Stores connections whose list takes at least `bytes`.
fn store(target: &Target, bytes: usize) {
    const EACH: usize = 900_000;
    for _ in 0..bytes.div_ceil(EACH) {
        let mut large = requests::connection(SECRET);
        large["own"] = "x".repeat(EACH).into();
        assert_eq!(target.answer_to(Target::request("POST", "", &large.to_string())).status, 201);
    }
}

/// Sends `request` on 20 connections and reads no response.
fn leave_unread(target: &Target, request: &str) -> Vec<RawConnection> {
    let mut attacks: Vec<_> = (0..20).map(|_| target.connect()).collect();
    for connection in &mut attacks {
        connection.send(request);
    }
    target.expect_responsive();
    attacks
}

#[test]
fn unread_lists_and_exports_are_bounded_and_give_way_to_clients_that_read() {
    for request in [Target::head("GET", "", &[]), control_request("GET", "state")] {
        // The last client has to wait until 20 responses are made and given up, which takes long on a busy machine.
        let target = start(&["--header-read-timeout-ms", "1000", "--request-timeout-ms", "120000"]);
        store(&target, 9 * MIB);
        let attacks = leave_unread(&target, &request);
        let answer = target.connect().wait_up_to(Duration::from_secs(60)).send(&request).answer();
        assert_eq!(answer.status, 200, "{}", answer.status);
        assert!(answer.body.len() > 9 * MIB);
        target.expect_no_peak_above(((BOUND + ALLOWANCE) / 1024) as u64);
        drop(attacks);
        assert_eq!(target.answer_to(control_request("POST", "reset")).status, 204); // what is stored need not be freed
        target.expect_unharmed();
    }
}

#[test]
fn half_sent_documents_are_bounded_and_given_up_in_time() {
    // A busy machine may need seconds to take the whole document.
    let target = start(&["--request-timeout-ms", "10000"]);
    let document = format!("{{\"organisations\": []{}}}", " ".repeat(14 * MIB));
    let head = |lines: &[&str]| {
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        control_request("PUT", "state").trim_end().to_owned() + "\r\n" + &lines + "\r\n"
    };
    let whole =
        head(&["Content-Type: application/json", &format!("Content-Length: {}", document.len())]) + &document;
    let mut attacks: Vec<_> = (0..20).map(|_| target.connect()).collect();
    let halves: Vec<_> = attacks
        .iter_mut()
        .map(|connection| {
            let half = &whole.as_bytes()[..whole.len() - MIB];
            connection.send_without_waiting(half)
        })
        .collect();
    assert!(halves.iter().any(|sent| *sent < 14 * MIB), "all of them were taken");
    target.expect_responsive();
    target.expect_no_peak_above(((BOUND + ALLOWANCE) / 1024) as u64);
    // The half-sent requests, and those that wait for their memory, are refused in time. Then there is memory again.
    let started = Instant::now();
    while target.answer_to(&whole).status != 204 {
        assert!(started.elapsed() < Duration::from_secs(90), "there is still no room");
    }
    drop(attacks);
    target.expect_unharmed();
}

#[test]
fn a_request_that_waits_too_long_for_memory_is_a_503_that_names_the_flag() {
    // The request without memory gives up after nine seconds; three seconds later the other one does, and frees its memory.
    let target = Target::start(&["--max-pending-bytes", "1000000", "--request-timeout-ms", "12000"]);
    let length = "Content-Length: 900000";
    let half = Target::head("POST", "", &["Content-Type: application/json", length]) + &" ".repeat(200_000);
    let mut clients = [target.connect(), target.connect()];
    clients.iter_mut().for_each(|client| _ = client.send(half.clone()));
    target.expect_responsive(); // the server still reads
    // Either may be the one that gets the memory.
    let mut answers = clients.map(|mut client| client.answer());
    answers.sort_by_key(|answer| answer.status);
    let [waited_for_its_client, refused] = answers;
    waited_for_its_client.expect_error("FLOW-1004-408");
    refused.expect_error("FLOW-1004-503").naming("--max-pending-bytes");
    target.expect_unharmed();
}

#[test]
fn a_reset_gives_the_memory_of_many_connections_back_to_the_system() {
    const COUNT: usize = 10_000;
    const EACH: usize = 6000;
    const AT_ONCE: usize = 50;
    let target = start(&["--worker-threads", "1", "--journal-requests", "0"]);
    let mut large = requests::connection(SECRET);
    large["own"] = "x".repeat(EACH).into();
    let batch = Target::request("POST", "", &large.to_string()).repeat(AT_ONCE);
    let mut client = target.connect();
    for _ in 0..COUNT / AT_ONCE {
        client.send(&batch);
        (0..AT_ONCE).for_each(|_| assert_eq!(client.answer().status, 201));
    }
    target.expect_memory_above((COUNT * EACH / 1024) as u64);
    assert_eq!(target.answer_to(control_request("POST", "reset")).status, 204);
    target.expect_unharmed(); // among others, that most of it is free
}
