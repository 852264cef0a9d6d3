//! Connections: many, idle, slow, not read, and closed at the wrong moment.

use crate::process::connection;
use crate::target::{Attack, SECRET, Target};

const SHORT: [&str; 4] = ["--header-read-timeout-ms", "400", "--request-timeout-ms", "400"];

/// Sends one byte after the other on each connection while normal requests are answered, until `bytes` are sent or
/// nobody takes any more; answers with how many connections still took the last one.
fn trickle(target: &Target, attacks: &mut [Attack], bytes: usize) -> usize {
    let mut open = attacks.len();
    for _ in 0..bytes {
        open = attacks.iter_mut().map(|attack| usize::from(attack.send("x"))).sum();
        target.expect_normal();
        if open == 0 {
            break;
        }
    }
    open
}

#[test]
fn heads_that_trickle_in_are_cut_off() {
    let target = Target::start(&SHORT);
    let mut attacks: Vec<_> = (0..100).map(|_| target.connect()).collect();
    for (number, attack) in attacks.iter_mut().enumerate() {
        let head = Target::head("GET", "", &["x-slow: "]);
        attack.send(&head.as_bytes()[..head.len() - 4 - number % 50]);
    }
    assert_eq!(trickle(&target, &mut attacks, 10_000), 0);
    target.expect_unharmed();
}

#[test]
fn bodies_that_trickle_in_are_cut_off() {
    let target = Target::start(&SHORT);
    let mut attacks: Vec<_> = (0..100).map(|_| target.connect()).collect();
    for attack in &mut attacks {
        attack.send(Target::head("POST", "", &["Content-Type: application/json", "Content-Length: 100000"]));
        attack.send(format!("{{\"name\": \"{SECRET}"));
    }
    assert_eq!(trickle(&target, &mut attacks, 10_000), 0);
    target.expect_unharmed();
}

#[test]
fn a_thousand_idle_connections_leave_room_for_others_and_are_closed_in_the_end() {
    let target = Target::start(&["--header-read-timeout-ms", "2000"]);
    let mut idle: Vec<_> = (0..1000).map(|_| target.connect()).collect();
    for (number, attack) in idle.iter_mut().enumerate() {
        match number % 3 {
            0 => {}
            1 => _ = attack.send("GET /"),
            _ => {
                attack.send(Target::head("GET", "", &[]));
                assert_eq!(attack.answer().status, 200);
            }
        }
    }
    target.expect_normal();
    for attack in &mut idle {
        assert!(attack.rest().is_empty());
    }
    target.expect_unharmed();
}

#[test]
fn idle_connections_that_take_all_places_are_closed_for_those_that_wait() {
    let target = Target::start(&["--max-open-connections", "20", "--header-read-timeout-ms", "400"]);
    let idle: Vec<_> = (0..200).map(|_| target.connect()).collect();
    let last = target.answer_to(Target::head("GET", "", &[]));
    assert_eq!(last.status, 200, "{last:?}");
    drop(idle);
    target.expect_unharmed();
}

#[test]
fn requests_whose_senders_do_not_wait_for_the_answer_do_no_harm() {
    let target = Target::start(&[]);
    let list = Target::head("GET", "", &[]);
    let post = Target::request("POST", "", &connection("bad key: c3dvcmRmaXNoLXN3b3JkZmlzaA==").to_string());
    for number in 0..500 {
        let mut attack = target.connect();
        match number % 4 {
            0 => attack.send(&list),
            1 => attack.send(&post),
            2 => attack.send(list.repeat(10)),
            _ => attack.send(&post.as_bytes()[..post.len() / 2]),
        };
    }
    target.expect_unharmed();
}

#[test]
fn bodies_that_are_cut_off_store_nothing() {
    let target = Target::start(&[]);
    let post = Target::request("POST", "", &connection(SECRET).to_string());
    let head = post.find("\r\n\r\n").expect("a head") + 4;
    for length in head..post.len() {
        let mut attack = target.connect();
        attack.send(&post.as_bytes()[..length]);
        attack.finish();
        let answer = String::from_utf8(attack.rest()).expect("text");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(target.answer_to(Target::head("GET", "?count=true", &[])).json()["count"], 0);
    target.expect_unharmed();
}

#[test]
fn pipelined_requests_are_all_answered_in_order() {
    let target = Target::start(&[]);
    let mut attack = target.connect();
    let ids = 0..1000;
    let requests: String =
        ids.clone().map(|id| Target::head("GET", "?limit=1", &[&format!("x-request-id: {id}")])).collect();
    attack.send(requests);
    for id in ids {
        let answer = attack.answer();
        assert!(answer.head.contains(&format!("x-request-id: {id}\r\n")), "{answer:?}");
    }
    target.expect_unharmed();
}

#[test]
fn answers_that_nobody_reads_are_made_one_at_a_time_and_given_up() {
    let target = Target::start(&["--header-read-timeout-ms", "1000"]);
    let mut large = connection(SECRET);
    large["own"] = "x".repeat(1_000_000).into();
    let large = Target::request("POST", "", &large.to_string());
    let made: Vec<_> = (0..10).map(|_| target.answer_to(&large).json()["id"].clone()).collect();
    let list = Target::head("GET", "", &[]).repeat(10_000);
    let mut attacks: Vec<_> = (0..10).map(|_| target.connect()).collect();
    for attack in &mut attacks {
        assert!(attack.send_without_waiting(list.as_bytes()) > 0);
    }
    target.expect_normal();
    for id in &made {
        let path = format!("/{}", id.as_str().expect("an id"));
        assert_eq!(target.answer_to(Target::head("DELETE", &path, &[])).status, 204);
    }
    for attack in &mut attacks {
        // More than the sockets hold would mean that the server went on making answers.
        assert!(attack.rest().len() < 100_000_000);
    }
    target.expect_unharmed();
}
