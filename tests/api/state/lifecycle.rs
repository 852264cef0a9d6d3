//! The states that only a provider or a seed can set. Reference: "A base connection" (states); `errors.csv`,
//! FLOW-1416-400 to FLOW-1422-400, FLOW-1457-400, FLOW-1458-400.

use super::{ONE, prod, seed, server, with_connections};
use crate::support::{Tenant, ats, rename, with};
use flowmock::FlowMock;
use serde_json::{Value, json};

/// A server with a connection in `state`.
async fn in_state(state: &str) -> (FlowMock, Tenant) {
    let mock = server();
    let connection = with(with(ats("orders"), "/id", json!(ONE)), "/state", json!(state));
    seed(&mock, &with_connections(json!([connection]))).await;
    let tenant = prod(&mock);
    (mock, tenant)
}

/// Asserts the codes with which an update, all actions and a deletion are refused in `state`, and that nothing changes.
async fn refuses(state: &str, update: &str, delete: &str) {
    let (_mock, tenant) = in_state(state).await;
    let before = tenant.read(ONE).await;
    let etag = before["etag"].as_str().unwrap();
    assert_eq!(before["state"], state);
    for operations in [
        rename("x"),
        json!([{ "op": "replace", "path": "/state", "value": "enabled" }]),
        json!([{ "op": "replace", "path": "/no/such/path", "value": 1 }]),
    ] {
        for if_match in [etag, "*"] {
            tenant.patch_if(if_match, ONE, operations.clone()).await.expect_error(update).naming(state);
        }
    }
    // An outdated version is reported first.
    tenant.patch_if("old", ONE, rename("x")).await.expect_error("FLOW-1404-412");
    for action in ["publish", "enable", "disable"] {
        tenant.action(ONE, &format!("op={action}")).await.expect_error(update);
    }
    tenant.action(ONE, "op=finalize").await.expect_error("FLOW-1402-400");
    tenant.delete(&format!("/connections/{ONE}")).await.expect_error(delete).naming(state);
    assert_eq!(tenant.read(ONE).await, before);
}

#[tokio::test]
async fn a_connection_being_updated_can_be_neither_updated_nor_deleted() {
    refuses("updating", "FLOW-1420-400", "FLOW-1416-400").await;
}

#[tokio::test]
async fn a_connection_being_deleted_can_be_neither_updated_nor_deleted() {
    refuses("deleting", "FLOW-1457-400", "FLOW-1458-400").await;
}

#[tokio::test]
async fn a_connection_being_initialised_can_be_neither_updated_nor_deleted() {
    refuses("initializing", "FLOW-1417-400", "FLOW-1417-400").await;
}

#[tokio::test]
async fn a_connection_in_any_state_can_be_listed_read_tested_and_explored() {
    for state in ["initializing", "enabled", "disabled", "updating", "deleting"] {
        let (_mock, tenant) = in_state(state).await;
        let listed = tenant.walk(&format!("/connections?property=state=={state}")).await;
        assert_eq!(listed, [tenant.read(ONE).await]);
        for path in ["test", "explore?objectType=root"] {
            tenant.get(&format!("/connections/{ONE}/{path}")).await.expect_status(200);
        }
    }
}

#[tokio::test]
async fn actions_work_from_seeded_states() {
    let steps: [(&str, &str, Result<&str, &str>); 8] = [
        ("draft", "publish", Ok("enabled")),
        ("disabled", "enable", Ok("enabled")),
        ("enabled", "disable", Ok("disabled")),
        ("draft", "enable", Err("FLOW-1422-400")),
        ("draft", "disable", Err("FLOW-1422-400")),
        ("enabled", "publish", Err("FLOW-1422-400")),
        ("disabled", "publish", Err("FLOW-1422-400")),
        ("disabled", "disable", Err("FLOW-1422-400")),
    ];
    for (state, action, outcome) in steps {
        let (_mock, tenant) = in_state(state).await;
        let answer = tenant.action(ONE, &format!("op={action}")).await;
        let then = match outcome {
            Ok(then) => {
                answer.expect_status(200);
                then
            }
            Err(code) => {
                answer.expect_error(code);
                state
            }
        };
        assert_eq!(tenant.read(ONE).await["state"], then);
    }
}

#[tokio::test]
async fn a_seeded_draft_can_only_be_published_and_only_if_complete() {
    let mock = server();
    let mut draft = with(ats("later"), "/id", json!(ONE));
    draft["state"] = json!("draft");
    draft["auth"]["params"] = json!({});
    seed(&mock, &with_connections(json!([draft]))).await;
    let tenant = prod(&mock);
    let set = |value: &str| json!([{ "op": "replace", "path": "/state", "value": value }]);
    tenant.patch_if("*", ONE, set("enabled")).await.expect_error("FLOW-1421-400");
    tenant.patch_if("*", ONE, set("deleting")).await.expect_error("FLOW-1456-400");
    tenant.action(ONE, "op=publish").await.expect_error("FLOW-1100-400").naming("1304-400");
    let params: Value = ats("x")["auth"]["params"].clone();
    let complete = json!([{ "op": "replace", "path": "/auth/params", "value": params }]);
    tenant.patch_if("*", ONE, complete).await.expect_status(200);
    tenant.action(ONE, "op=publish").await.expect_status(200);
    tenant.delete(&format!("/connections/{ONE}")).await.expect_status(204);
}
