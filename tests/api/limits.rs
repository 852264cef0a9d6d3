//! How much a server takes on: connections in a sandbox, and TCP connections at a time.

use crate::support::{self, Raw, Tenant, ats, rename};
use std::time::Duration;

const HEALTH: &str = "GET /_flowmock/health HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn a_sandbox_takes_as_many_connections_as_the_limit_says_and_others_as_many_again() {
    let mock = support::server(|config| config.max_connections_per_sandbox = 2);
    let (tenant, other) = (Tenant::on(&mock), Tenant::on(&mock));
    let first = tenant.create(ats("first")).await;
    tenant.create(ats("second")).await;
    let refused = tenant.post("/connections", &ats("third")).await.expect_error("FLOW-1004-403");
    let refused = refused.naming("holds 2 connections").naming("--max-connections-per-sandbox");
    assert_eq!(refused.json()["title"], "Forbidden");
    tenant.post("/connections?mode=draft", &ats("third")).await.expect_error("FLOW-1004-403");
    // What is wrong with the connection itself is said first.
    tenant.post("/connections", &serde_json::json!({})).await.expect_error("FLOW-1000-400");
    assert_eq!(tenant.count().await, 2);
    tenant.patch(&first, rename("changed")).await.expect_status(200);
    other.create(ats("elsewhere")).await;
    tenant.delete(&format!("/connections/{}", first.id)).await.expect_status(204);
    tenant.create(ats("third")).await;
}

#[tokio::test]
async fn beyond_the_open_connections_that_may_be_a_new_one_waits_until_one_is_closed() {
    let mock = support::server(|config| config.max_open_connections = 2);
    let mut open = [(); 2].map(|()| {
        let mut raw = Raw::to(&mock);
        raw.send(HEALTH).answer().expect_status(200);
        raw
    });
    let mut waiting = Raw::to(&mock);
    waiting.send(HEALTH);
    for raw in &mut open {
        raw.send(HEALTH).answer().expect_status(200);
    }
    drop(open);
    waiting.answer().expect_status(200);
}

#[tokio::test]
async fn connections_without_a_request_make_room_for_those_that_wait() {
    let mock = support::server(|config| {
        config.max_open_connections = 2;
        config.header_read_timeout = Duration::from_millis(400);
    });
    let mut idle: Vec<_> = (0..6)
        .map(|_| {
            let mut raw = Raw::to(&mock);
            raw.send(HEALTH);
            raw
        })
        .collect();
    for raw in &mut idle {
        raw.answer().expect_status(200);
    }
    drop(mock); // does not wait for room
}
