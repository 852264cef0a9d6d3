//! TCP connections: many, idle, slow, unread, and closed in the middle of a request.

use crate::common::raw_connection::RawConnection;
use crate::common::requests;
use crate::target::{SECRET, Target};

/// Valid requests are within these limits even on a busy machine.
const SHORT: [&str; 4] = ["--header-read-timeout-ms", "2000", "--request-timeout-ms", "2000"];

/// Sends one byte after another on each connection, while valid requests are answered, until `bytes` are sent or the
/// server has closed all connections. Returns the number of connections that are still open.
fn trickle(target: &Target, attacks: &mut [RawConnection], bytes: usize) -> usize {
    let mut open = attacks.len();
    for _ in 0..bytes {
        open = attacks.iter_mut().map(|connection| usize::from(connection.try_send("x"))).sum();
        target.expect_responsive();
        if open == 0 {
            break;
        }
    }
    open
}

#[test]
fn a_connection_whose_request_head_trickles_in_is_closed() {
    let target = Target::start(&SHORT);
    let mut attacks: Vec<_> = (0..100).map(|_| target.connect()).collect();
    for (number, connection) in attacks.iter_mut().enumerate() {
        let head = Target::head("GET", "", &["x-slow: "]);
        connection.try_send(&head.as_bytes()[..head.len() - 4 - number % 50]);
    }
    assert_eq!(trickle(&target, &mut attacks, 10_000), 0);
    target.expect_unharmed();
}

#[test]
fn a_connection_whose_request_body_trickles_in_is_closed() {
    let target = Target::start(&SHORT);
    let mut attacks: Vec<_> = (0..100).map(|_| target.connect()).collect();
    for connection in &mut attacks {
        connection.try_send(Target::head(
            "POST",
            "",
            &["Content-Type: application/json", "Content-Length: 100000"],
        ));
        connection.try_send(format!("{{\"name\": \"{SECRET}"));
    }
    assert_eq!(trickle(&target, &mut attacks, 10_000), 0);
    target.expect_unharmed();
}

#[test]
fn a_thousand_idle_connections_do_not_keep_others_out_and_are_closed_in_time() {
    let target = Target::start(&["--header-read-timeout-ms", "2000"]);
    let mut idle: Vec<_> = (0..1000).map(|_| target.connect()).collect();
    for (number, connection) in idle.iter_mut().enumerate() {
        match number % 3 {
            0 => {}
            1 => _ = connection.try_send("GET /"),
            _ => {
                connection.try_send(Target::head("GET", "", &[]));
                assert_eq!(connection.answer().status, 200);
            }
        }
    }
    target.expect_responsive();
    for connection in &mut idle {
        assert!(connection.rest().is_empty());
    }
    target.expect_unharmed();
}

#[test]
fn idle_connections_at_the_connection_limit_are_closed_for_waiting_ones() {
    // At the limit, a connection is closed after a quarter of that time without a request.
    let target = Target::start(&["--max-open-connections", "20", "--header-read-timeout-ms", "2000"]);
    let idle: Vec<_> = (0..100).map(|_| target.connect()).collect();
    let last = target.answer_to(Target::head("GET", "", &[]));
    assert_eq!(last.status, 200, "{last:?}");
    drop(idle);
    target.expect_unharmed();
}

#[test]
fn clients_that_disconnect_before_the_answer_do_no_harm() {
    let target = Target::start(&[]);
    let list = Target::head("GET", "", &[]);
    let post = Target::request(
        "POST",
        "",
        &requests::connection("bad key: c3dvcmRmaXNoLXN3b3JkZmlzaA==").to_string(),
    );
    for number in 0..500 {
        let mut connection = target.connect();
        match number % 4 {
            0 => connection.try_send(&list),
            1 => connection.try_send(&post),
            2 => connection.try_send(list.repeat(10)),
            _ => connection.try_send(&post.as_bytes()[..post.len() / 2]),
        };
    }
    target.expect_unharmed();
}

#[test]
fn a_request_with_a_truncated_body_stores_nothing() {
    let target = Target::start(&[]);
    let post = Target::request("POST", "", &requests::connection(SECRET).to_string());
    let head = post.find("\r\n\r\n").expect("a head") + 4;
    for length in head..post.len() {
        let mut connection = target.connect();
        connection.try_send(&post.as_bytes()[..length]);
        connection.finish();
        let answer = String::from_utf8(connection.rest()).expect("text");
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(target.answer_to(Target::head("GET", "?count=true", &[])).json()["count"], 0);
    target.expect_unharmed();
}

#[test]
fn pipelined_requests_are_all_answered_in_order() {
    let target = Target::start(&[]);
    let mut connection = target.connect();
    let ids = 0..1000;
    let requests: String =
        ids.clone().map(|id| Target::head("GET", "?limit=1", &[&format!("x-request-id: {id}")])).collect();
    connection.try_send(requests);
    for id in ids {
        let answer = connection.answer();
        assert!(answer.header("x-request-id") == id.to_string(), "{answer:?}");
    }
    target.expect_unharmed();
}

#[test]
fn unread_answers_are_produced_one_at_a_time_and_dropped_in_time() {
    let target = Target::start(&["--header-read-timeout-ms", "1000"]);
    let mut large = requests::connection(SECRET);
    large["own"] = "x".repeat(1_000_000).into();
    let large = Target::request("POST", "", &large.to_string());
    let made: Vec<_> = (0..10).map(|_| target.answer_to(&large).json()["id"].clone()).collect();
    let list = Target::head("GET", "", &[]).repeat(10_000);
    let mut attacks: Vec<_> = (0..10).map(|_| target.connect()).collect();
    for connection in &mut attacks {
        assert!(connection.send_without_waiting(list.as_bytes()) > 0);
    }
    target.expect_responsive();
    for id in &made {
        let path = format!("/{}", id.as_str().expect("an id"));
        assert_eq!(target.answer_to(Target::head("DELETE", &path, &[])).status, 204);
    }
    for connection in &mut attacks {
        // More than the buffers of the sockets would mean that the server kept producing answers.
        assert!(connection.rest().len() < 100_000_000);
    }
    target.expect_unharmed();
}
