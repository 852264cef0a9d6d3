//! Deleting what flows refer to.

use super::create;
use crate::support::{self, files_flow, table_flow};
use serde_json::json;

#[tokio::test]
async fn connections_of_a_flow_are_deleted_after_it() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    let second = create(&tenant, &table_flow("second", &chain.source, &chain.target)).await;
    let second = second.expect_status(201).written().id;
    for flow in [second, chain.flow.id.clone()] {
        let refused = tenant.remove("connections", &chain.base).await.expect_error("FLOW-1418-400");
        assert_eq!(refused.json()["report"]["id"], chain.base.as_str());
        for (collection, id) in [("sourceConnections", &chain.source), ("targetConnections", &chain.target)] {
            let refused = tenant.remove(collection, id).await.expect_error("FLOW-1447-400").naming(id);
            assert_eq!(refused.json()["report"]["id"], id.as_str());
        }
        tenant.remove("flows", &flow).await.expect_status(204);
        tenant.get(&format!("/flows/{flow}")).await.expect_error("FLOW-1439-404");
    }
    for (collection, id) in [
        ("connections", &chain.base),
        ("sourceConnections", &chain.source),
        ("targetConnections", &chain.target),
    ] {
        tenant.remove(collection, id).await.expect_status(204);
    }
}

#[tokio::test]
async fn a_flow_is_deleted_in_every_settled_state_and_a_draft_holds_its_connections_too() {
    let tenant = support::tenant().await;
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let body = files_flow("x", &source, &target);
    let unfinished = tenant.create_at("/flows?mode=draft", &body).await.id;
    tenant.remove("sourceConnections", &source).await.expect_error("FLOW-1447-400");
    let disabled = tenant.create_at("/flows", &body).await.id;
    tenant.act("flows", &disabled, "disable").await.expect_status(200);
    for id in [unfinished, disabled] {
        tenant.remove("flows", &id).await.expect_status(204);
    }
    tenant.remove("sourceConnections", &source).await.expect_status(204);
    tenant.remove("targetConnections", &target).await.expect_status(204);
    create(&tenant, &body).await.expect_error("FLOW-1439-404").at("/sourceConnectionIds/0");
}

#[tokio::test]
async fn source_connections_alone_do_not_hold_their_base_connection() {
    let tenant = support::tenant().await;
    let chain = tenant.table_chain().await;
    tenant.remove("flows", &chain.flow.id).await.expect_status(204);
    tenant.remove("connections", &chain.base).await.expect_status(204);
    // The source connection stays, but no flow can be made of it any more.
    assert_eq!(
        tenant.item("sourceConnections", &chain.source).await["baseConnectionId"],
        chain.base.as_str()
    );
    let refused = create(&tenant, &table_flow("x", &chain.source, &chain.target)).await;
    let report = refused.expect_error("FLOW-1439-404").json()["report"].clone();
    assert_eq!((&report["type"], &report["id"]), (&json!("connections"), &json!(chain.base)));
}
