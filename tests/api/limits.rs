//! Limits: the connections of a sandbox, and the open TCP connections of a server.

use crate::support::{self, RawConnection, Tenant, ats, rename};
use std::time::Duration;

const HEALTH: &str = "GET /_flowmock/health HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn the_limit_of_connections_applies_to_each_sandbox() {
    let mock = support::server(|config| config.max_connections_per_sandbox = 2);
    let (tenant, other) = (Tenant::on(&mock), Tenant::on(&mock));
    let first = tenant.create(ats("first")).await;
    tenant.create(ats("second")).await;
    let refused = tenant.post("/connections", &ats("third")).await.expect_error("FLOW-1004-403");
    let refused = refused.naming("holds 2 connections").naming("--max-connections-per-sandbox");
    assert_eq!(refused.json()["title"], "Forbidden");
    tenant.post("/connections?mode=draft", &ats("third")).await.expect_error("FLOW-1004-403");
    // Errors in the connection itself are reported first.
    tenant.post("/connections", &serde_json::json!({})).await.expect_error("FLOW-1000-400");
    assert_eq!(tenant.count().await, 2);
    tenant.patch(&first, rename("changed")).await.expect_status(200);
    other.create(ats("elsewhere")).await;
    tenant.delete(&format!("/connections/{}", first.id)).await.expect_status(204);
    tenant.create(ats("third")).await;
}

#[tokio::test]
async fn at_the_limit_of_open_connections_a_new_one_waits_for_another_to_close() {
    let mock = support::server(|config| config.max_open_connections = 2);
    let mut open = [(); 2].map(|()| {
        let mut raw = RawConnection::to(mock.address());
        raw.send(HEALTH).answer().expect_status(200);
        raw
    });
    let mut waiting = RawConnection::to(mock.address());
    waiting.send(HEALTH);
    for raw in &mut open {
        raw.send(HEALTH).answer().expect_status(200);
    }
    drop(open);
    waiting.answer().expect_status(200);
}

#[tokio::test]
async fn at_the_limit_idle_connections_are_closed_for_waiting_ones() {
    let mock = support::server(|config| {
        config.max_open_connections = 2;
        config.header_read_timeout = Duration::from_millis(1600);
    });
    let mut idle: Vec<_> = (0..6)
        .map(|_| {
            let mut raw = RawConnection::to(mock.address());
            raw.send(HEALTH);
            raw
        })
        .collect();
    for raw in &mut idle {
        raw.answer().expect_status(200);
    }
    drop(mock); // the stop does not wait for a free place
}
