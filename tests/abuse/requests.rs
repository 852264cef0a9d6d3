//! Malicious requests that are valid HTTP: forged continuation tokens, expensive filters, very many sandboxes.

use crate::common::requests::connection;
use crate::target::{SECRET, Target};

#[test]
fn forged_continuation_tokens_are_refused() {
    let target = Target::start(&[]);
    for _ in 0..3 {
        target.answer_to(Target::request("POST", "", &connection(SECRET).to_string()));
    }
    let page = target.answer_to(Target::head("GET", "?limit=1", &[])).json();
    let link = page["_links"]["next"]["href"].as_str().expect("a link").to_owned();
    let token =
        link.split("continuationToken=").nth(1).and_then(|rest| rest.split('&').next()).expect("a token");
    let with = |token: &str| {
        target.answer_to(Target::head("GET", &format!("?continuationToken={token}&limit=1"), &[]))
    };
    assert_eq!(with(token).status, 200);
    for end in 1..token.len() {
        with(&token[..end]).expect_error("FLOW-1452-400");
    }
    // Each byte with one bit flipped: none of these may be accepted as another position in the list.
    for at in 0..token.len() {
        let mut changed = token.as_bytes().to_vec();
        changed[at] ^= 1;
        if !changed[at].is_ascii_alphanumeric() {
            continue;
        }
        let changed = String::from_utf8(changed).expect("text");
        with(&changed).expect_error("FLOW-1452-400");
    }
    let long = "A".repeat(10_000);
    for made_up in ["a", "%00", "%ff", "AAAA", "eyJhIjoxfQ", "-1", "0", "null", "..%2f..", SECRET, &long] {
        with(made_up).expect_error("FLOW-1452-400");
    }
    with(&format!("{token}{token}")).expect_error("FLOW-1452-400");
    let elsewhere = Target::head("GET", &format!("?continuationToken={token}&limit=1"), &[]);
    target.answer_to(elsewhere.replace("prod", "other")).expect_error("FLOW-1452-400");
    target.expect_unharmed();
}

#[test]
fn the_most_expensive_filters_do_not_block_other_requests() {
    let target = Target::start(&[]);
    for _ in 0..300 {
        target.answer_to(Target::request("POST", "", &connection(SECRET).to_string()));
    }
    let values = vec!["swordfish"; 30].join(",");
    let filters = vec![format!("property=a[].b[].c[].d!={values}"); 48].join("&");
    let query = format!("?limit=1000&orderby=a.b.c.d&{filters}");
    let mut readers: Vec<_> = (0..50).map(|_| target.connect()).collect();
    for connection in &mut readers {
        connection.try_send(Target::head("GET", &query[..query.len().min(16_384)], &[]));
    }
    target.expect_responsive();
    for connection in &mut readers {
        assert!(connection.answer().status.as_u16() <= 400);
    }
    target.expect_unharmed();
}

#[test]
fn reads_in_thousands_of_unknown_sandboxes_keep_no_memory() {
    let target = Target::start(&[]);
    let mut connection = target.connect();
    for number in 0..2_000 {
        let head = Target::head("GET", "?count=true", &[]);
        connection
            .try_send(head.replace("x-sandbox-name: prod", &format!("x-sandbox-name: sandbox-{number}")));
        assert_eq!(connection.answer().status, 200);
    }
    target.expect_unharmed();
}
