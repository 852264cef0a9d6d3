//! Connections that are `initializing` first and `enabled` a moment later, by a fault rule or a seed. Described in
//! `docs/faults.md` and `docs/state.md`.

use crate::support::{self, Control, Tenant, Written, ats, ids, landing_zone, rename, state_of, with};
use flowmock::{Config, Delay, Effect, FaultRule, FlowMock};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

const NEW_YEAR: i64 = 1_767_225_600_000;
const ONE: &str = "4f1c0c2e-6a3b-4c55-9b2f-0d7a1e3c5b68";

/// A server whose clock stands still at the beginning of 2026.
fn server(change: impl FnOnce(&mut Config)) -> (FlowMock, Control, Tenant) {
    let mock = support::server(|config| {
        config.clock = Some(UNIX_EPOCH + Duration::from_millis(NEW_YEAR as u64));
        change(config);
    });
    let (control, tenant) = (Control::of(&mock), Tenant::on(&mock));
    (mock, control, tenant)
}

fn rule() -> FaultRule {
    FaultRule::new().operation("createConnection").initializing_for(Duration::from_secs(2))
}

async fn advance(control: &Control, ms: i64) {
    control.set_clock(json!({ "advanceMs": ms })).await;
}

async fn state(tenant: &Tenant, id: &str) -> String {
    tenant.read(id).await["state"].as_str().expect("a state").to_owned()
}

/// The ids of the connections in that state.
async fn in_state(tenant: &Tenant, state: &str) -> Vec<String> {
    let items = tenant.walk(&format!("/connections?property=state=={state}")).await;
    ids(&items).into_iter().map(str::to_owned).collect()
}

/// The document of a connection that waits for that long.
fn waiting(ms: i64) -> Value {
    let seed = with(with(landing_zone("seeded"), "/id", json!(ONE)), "/state", json!("initializing"));
    with(seed, "/x-flowmock", json!({ "enabledAfterMs": ms }))
}

fn document(tenant: &Tenant, connection: Value) -> Value {
    state_of(&tenant.ims_org, "prod", json!({ "connections": [connection] }))
}

/// What the export says about how long the connection waits.
async fn exported(control: &Control) -> Value {
    let state: Value = serde_json::from_str(&control.export().await).expect("JSON");
    state["organisations"][0]["sandboxes"][0]["connections"][0]["x-flowmock"].clone()
}

#[tokio::test]
async fn a_created_connection_is_initializing_until_the_clock_has_moved_that_far() {
    let (mock, control, tenant) = server(|_| {});
    mock.fault(rule());
    let answer = tenant.post("/connections", &ats("orders")).await.expect_status(201);
    assert_eq!(answer.header("x-flowmock-fault"), "fault-1");
    let made = answer.written();
    let before = tenant.read(&made.id).await;
    assert_eq!((&before["state"], &before["etag"]), (&json!("initializing"), &json!(made.etag)));
    let last = json!({ "started": NEW_YEAR, "updated": 0, "operation": "create" });
    assert_eq!(before["lastOperation"], last);
    tenant.patch(&made, rename("early")).await.expect_error("FLOW-1417-400").naming("initializing");
    tenant.action(&made.id, "op=disable").await.expect_error("FLOW-1417-400");
    tenant.delete(&format!("/connections/{}", made.id)).await.expect_error("FLOW-1417-400");
    advance(&control, 1_999).await;
    assert_eq!(tenant.read(&made.id).await, before);
    assert_eq!(in_state(&tenant, "initializing").await, [made.id.as_str()]);
    assert!(in_state(&tenant, "enabled").await.is_empty());

    // Long after it was due, it has been enabled at the due time.
    advance(&control, 60_000).await;
    assert_eq!(in_state(&tenant, "enabled").await, [made.id.as_str()]);
    assert!(in_state(&tenant, "initializing").await.is_empty());
    let after = tenant.read(&made.id).await;
    assert_ne!(after["etag"], before["etag"]);
    let mut expected = before.clone();
    for (pointer, value) in [
        ("/state", json!("enabled")),
        ("/etag", after["etag"].clone()),
        ("/version", after["etag"].clone()),
        ("/updatedAt", json!(NEW_YEAR + 2_000)),
        ("/updatedBy", json!("acp_foundation_connectors@AdobeID")),
        ("/updatedClient", json!("acp_foundation_connectors")),
        ("/lastOperation/updated", json!(NEW_YEAR + 2_000)),
    ] {
        expected = with(expected, pointer, value);
    }
    assert_eq!(
        after.to_string(),
        expected.to_string(),
        "nothing else changed, not even the order of the keys"
    );
    tenant.patch(&made, rename("stale")).await.expect_error("FLOW-1404-412").naming(&made.etag);
    let seen = Written { etag: after["etag"].as_str().unwrap().to_owned(), ..made };
    tenant.patch(&seen, rename("renamed")).await.expect_status(200);
    assert_eq!(tenant.read(&seen.id).await["name"], "renamed");
}

#[tokio::test]
async fn with_a_running_clock_a_client_that_polls_sees_the_connection_become_enabled() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    mock.fault(FaultRule::new().operation("createConnection").initializing_for(Duration::from_secs(3600)));
    let made = tenant.create(ats("orders")).await;
    assert_eq!(state(&tenant, &made.id).await, "initializing");
    mock.advance(Duration::from_secs(3600)).expect("a time");
    assert_eq!(state(&tenant, &made.id).await, "enabled");
}

#[tokio::test]
async fn publish_and_enable_wait_too_but_a_draft_and_disable_do_not() {
    let (mock, control, tenant) = server(|_| {});
    mock.fault(FaultRule::new().method("POST").initializing_for(Duration::from_millis(500)));
    let made = tenant.create_draft(ats("later")).await;
    assert_eq!(state(&tenant, &made.id).await, "draft");
    for action in ["publish", "enable"] {
        let written = tenant.action(&made.id, &format!("op={action}")).await.expect_status(200).written();
        let now = control.get("/clock").await.json()["epochMs"].clone();
        let item = tenant.read(&made.id).await;
        assert_eq!((&item["state"], &item["etag"]), (&json!("initializing"), &json!(written.etag)));
        assert_eq!(item["lastOperation"], json!({ "started": now, "updated": 0, "operation": action }));
        advance(&control, 500).await;
        let item = tenant.read(&made.id).await;
        assert_eq!(item["state"], "enabled");
        let updated = now.as_i64().unwrap() + 500;
        assert_eq!(item["lastOperation"], json!({ "started": now, "updated": updated, "operation": action }));
        tenant.action(&made.id, "op=disable").await.expect_status(200);
        assert_eq!(state(&tenant, &made.id).await, "disabled");
        advance(&control, 500).await;
        assert_eq!(state(&tenant, &made.id).await, "disabled");
    }
    let endpoint = tenant.create_private_endpoint(&support::private_endpoint("none")).await;
    let path = format!("{}/{}", support::PRIVATE_ENDPOINTS, endpoint.id);
    let request = support::with_headers(tenant.absolute(Method::GET, &path), tenant.headers());
    let read: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(read["items"][0]["state"], "approved", "private endpoints have no such state");
}

#[tokio::test]
async fn a_rule_can_be_limited_delayed_and_combined_with_a_lost_answer() {
    let (mock, _, tenant) = server(|_| {});
    let lost = rule().body_at("/name", "lost").error("FLOW-1103-503").effect(Effect::Before);
    mock.fault(lost);
    mock.fault(rule().times(1).delay(Delay::ms(1)));
    let first = tenant.create(ats("first")).await;
    let second = tenant.create(ats("second")).await;
    assert_eq!(state(&tenant, &first.id).await, "initializing");
    assert_eq!(state(&tenant, &second.id).await, "enabled");
    tenant.post("/connections", &ats("lost")).await.expect_error("FLOW-1103-503");
    let items = tenant.walk("/connections?property=name==lost").await;
    assert_eq!(items[0]["state"], "initializing");
    // A later rule applies too, and the first time counts.
    mock.clear_faults();
    mock.fault(rule().id("one"));
    mock.fault(rule().id("two").initializing_for(Duration::ZERO).malformed_json());
    let answer = tenant.post("/connections", &ats("both")).await;
    assert_eq!(answer.header("x-flowmock-fault"), "one,two");
    assert_eq!(tenant.walk("/connections?property=name==both").await[0]["state"], "initializing");
}

#[tokio::test]
async fn a_rule_that_cannot_have_that_effect_is_refused() {
    let mock = support::server(|_| {});
    let control = Control::of(&mock);
    for (action, path, reason) in [
        (
            json!({ "initializingForMs": 1, "error": "FLOW-1103-503" }),
            "/action",
            "does not reach the service",
        ),
        (json!({ "initializingForMs": 1, "status": 503 }), "/action", "add effect before"),
        (json!({ "initializingForMs": 1, "reset": true }), "/action", "does not reach the service"),
        (
            json!({ "initializingForMs": 1, "rateLimit": { "perSecond": 1 } }),
            "/action",
            "does not reach the service",
        ),
        (json!({ "initializingForMs": 3_600_001 }), "/action/initializingForMs", "3600000"),
        (json!({ "initializingForMs": -1 }), "/action/initializingForMs", ""),
        (json!({ "initializingForMs": "2s" }), "/action/initializingForMs", ""),
    ] {
        let body = json!({ "action": action }).to_string();
        let answer = control.send(Method::POST, "/faults", "application/json", body).await;
        let problems = answer.problems(400);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].0 == path && problems[0].1.contains(reason), "{action}: {problems:?}");
    }
    let accepted = json!({ "initializingForMs": 3_600_000, "delayMs": 1, "truncate": true });
    let body = json!({ "action": accepted }).to_string();
    let answer = control.send(Method::POST, "/faults", "application/json", body).await.expect_status(201);
    assert_eq!(answer.json()["faults"][0]["action"], accepted);
}

#[tokio::test]
async fn equal_runs_of_a_deterministic_server_have_equal_etags() {
    let mut runs = Vec::new();
    for threads in [1, 4] {
        let (mock, control, tenant) = server(|config| {
            config.deterministic = Some(7);
            config.worker_threads = threads;
        });
        let tenant = tenant.of_org("SAME@AdobeOrg");
        mock.fault(rule());
        for name in ["a", "b", "c"] {
            tenant.create(ats(name)).await;
            advance(&control, 10).await;
        }
        advance(&control, 2_000).await;
        tenant.create(ats("d")).await;
        runs.push(tenant.walk("/connections?orderby=name").await);
    }
    assert_eq!(runs[0], runs[1]);
    let updated: Vec<_> = runs[0].iter().map(|item| item["updatedAt"].as_i64().unwrap() - NEW_YEAR).collect();
    assert_eq!(updated, [2_000, 2_010, 2_020, 2_030]);
}

#[tokio::test]
async fn concurrent_requests_enable_a_connection_once() {
    let (mock, control, tenant) = server(|config| config.worker_threads = 4);
    mock.fault(rule());
    for _ in 0..20 {
        let made = tenant.create(ats("orders")).await;
        advance(&control, 2_000).await;
        let reads = (0..8).map(|_| {
            let (tenant, id) = (tenant.clone(), made.id.clone());
            tokio::spawn(async move { tenant.read(&id).await })
        });
        let mut seen = Vec::new();
        for read in reads.collect::<Vec<_>>() {
            seen.push(read.await.expect("an answer"));
        }
        assert_eq!(seen[0]["state"], "enabled");
        assert!(seen.iter().all(|item| *item == seen[0]), "{seen:#?}");
    }
}

#[tokio::test]
async fn a_seeded_connection_is_enabled_after_its_time() {
    let (_mock, control, tenant) = server(|_| {});
    control.merge(&document(&tenant, waiting(2_000))).await.expect_status(204);
    let before = tenant.read(ONE).await;
    assert_eq!(before["state"], "initializing");
    assert!(before.get("x-flowmock").is_none(), "{before}");
    assert_eq!(exported(&control).await, json!({ "enabledAfterMs": 2_000 }));
    advance(&control, 500).await;
    assert_eq!(exported(&control).await, json!({ "enabledAfterMs": 1_500 }));
    let state_then: Value = serde_json::from_str(&control.export().await).expect("JSON");
    advance(&control, 1_500).await;
    assert_eq!(exported(&control).await, Value::Null);
    let after = tenant.read(ONE).await;
    assert_eq!((&after["state"], &after["updatedAt"]), (&json!("enabled"), &json!(NEW_YEAR + 2_000)));
    assert_ne!(after["etag"], before["etag"]);

    // Another server, to which the export is given at another time, waits for the rest of the time.
    let (_mock, other, there) = server(|_| {});
    let there = there.of_org(&tenant.ims_org);
    advance(&other, 100_000).await;
    other.replace(&state_then).await.expect_status(204);
    assert_eq!(there.read(ONE).await, before);
    advance(&other, 1_499).await;
    assert_eq!(state(&there, ONE).await, "initializing");
    advance(&other, 1).await;
    assert_eq!(state(&there, ONE).await, "enabled");

    // Merged over the enabled one, the time begins again.
    control.merge(&state_then).await.expect_status(204);
    assert_eq!(state(&tenant, ONE).await, "initializing");
    advance(&control, 1_000).await;
    control.merge(&state_then).await.expect_status(204);
    advance(&control, 1_499).await;
    assert_eq!(state(&tenant, ONE).await, "initializing");
    // A document that says nothing about a time keeps it so, although it has the etag of the one that waited.
    control.merge(&document(&tenant, before.clone())).await.expect_status(204);
    advance(&control, 100_000).await;
    assert_eq!(tenant.read(ONE).await, before);
}

#[tokio::test]
async fn a_time_that_makes_no_sense_is_a_problem_with_its_place() {
    let (_mock, control, tenant) = server(|_| {});
    let place = "/organisations/0/sandboxes/0/connections/0/x-flowmock";
    for (connection, path, reason) in [
        (with(waiting(1), "/state", json!("enabled")), place.to_owned(), "only for the state initializing"),
        (with(waiting(1), "/state", json!("draft")), place.to_owned(), "not for draft"),
        (with(waiting(1), "/x-flowmock", json!(5)), place.to_owned(), "must be an object"),
        (with(waiting(1), "/x-flowmock", json!({ "enabledafterMs": 5 })), place.to_owned(), "enabledAfterMs"),
        (with(waiting(1), "/x-flowmock", json!({})), format!("{place}/enabledAfterMs"), "0 to 3600000"),
        (waiting(-1), format!("{place}/enabledAfterMs"), "whole number"),
        (waiting(3_600_001), format!("{place}/enabledAfterMs"), "0 to 3600000"),
    ] {
        let answer = control.merge(&document(&tenant, connection.clone())).await;
        let problems = answer.problems(400);
        assert_eq!(problems.len(), 1, "{connection}: {problems:?}");
        assert!(problems[0].0 == path && problems[0].1.contains(reason), "{connection}: {problems:?}");
    }
    assert_eq!(tenant.count().await, 0);
    // No client can set it.
    let made = tenant.create(with(ats("x"), "/x-flowmock", json!({ "enabledAfterMs": 1 }))).await;
    assert!(tenant.read(&made.id).await.get("x-flowmock").is_none());
    let operations = json!([{ "op": "add", "path": "/x-flowmock", "value": 1 }]);
    tenant.patch(&made, operations).await.expect_error("FLOW-1414-400");
}

#[tokio::test]
async fn a_reset_starts_the_time_of_the_seed_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seed.json");
    let seed = state_of("SEED@AdobeOrg", "prod", json!({ "connections": [waiting(2_000)] }));
    std::fs::write(&file, seed.to_string()).expect("a file");
    let (_mock, control, tenant) = server(|config| config.seed_files = vec![file]);
    let tenant = tenant.of_org("SEED@AdobeOrg");
    let first = tenant.read(ONE).await;
    for reset in ["/reset", "/reset?imsOrgId=SEED@AdobeOrg", "/reset?imsOrgId=SEED@AdobeOrg&sandbox=prod"] {
        advance(&control, 1_999).await;
        assert_eq!(tenant.read(ONE).await, first, "{reset}");
        advance(&control, 1).await;
        assert_eq!(state(&tenant, ONE).await, "enabled", "{reset}");
        control.post(reset).await.expect_status(204);
        assert_eq!(exported(&control).await, json!({ "enabledAfterMs": 2_000 }), "{reset}");
    }
}

#[tokio::test]
async fn a_snapshot_keeps_the_rest_of_the_time() {
    let (mock, control, tenant) = server(|_| {});
    mock.fault(rule());
    let made = tenant.create(ats("orders")).await;
    advance(&control, 500).await;
    control.put("/snapshots/early").await.expect_status(204);
    advance(&control, 1_500).await;
    assert_eq!(state(&tenant, &made.id).await, "enabled");
    control.put("/snapshots/late").await.expect_status(204);
    for _ in 0..2 {
        control.post("/snapshots/early/restore").await.expect_status(204);
        assert_eq!(tenant.read(&made.id).await["etag"], made.etag);
        advance(&control, 1_499).await;
        assert_eq!(state(&tenant, &made.id).await, "initializing");
        advance(&control, 1).await;
        assert_eq!(state(&tenant, &made.id).await, "enabled");
    }
    // A snapshot has what was due enabled, though nobody asked for it before.
    control.post("/snapshots/early/restore").await.expect_status(204);
    advance(&control, 1_500).await;
    control.put("/snapshots/due").await.expect_status(204);
    control.post("/snapshots/due/restore").await.expect_status(204);
    assert_eq!(state(&tenant, &made.id).await, "enabled");
    assert_eq!(exported(&control).await, Value::Null);
    control.post("/snapshots/late/restore").await.expect_status(204);
    assert_eq!(state(&tenant, &made.id).await, "enabled");
}
