//! Deleting what flows refer to.

use super::create;
use crate::support::{self, Tenant, files_flow, table_flow};
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

#[tokio::test]
async fn the_mapping_of_a_flow_must_exist_and_lead_to_the_schema_of_its_data_set_if_references_are_checked() {
    const FULL: &str = "application/vnd.adobe.xed-full+json;version=1";
    let schema = |name: &str| format!("https://ns.adobe.com/acme/schemas/{name}");
    let mock = support::server(|config| config.check_references = true);
    let tenant = Tenant::on(&mock);
    let data_set = json!({"id": "5f3c3cedb2805c194ff0b69a", "name": "x", "schemaRef": {"id": schema("1"), "contentType": FULL}});
    let set = |id: &str, name: &str| json!({"id": id, "xdmSchema": schema(name), "xdmVersion": "1.0", "mappings": []});
    let contents = json!({"dataSets": [data_set], "mappingSets": [set("fits", "1"), set("other", "2")]});
    mock.seed(&support::state_of(&tenant.ims_org, &tenant.sandbox, contents)).expect("a seed");
    let (source, target) = (tenant.file_source().await, tenant.lake_target().await);
    let create = |id: &str, version: u32| {
        let mut flow = support::files_flow("x", &source, &target);
        flow["transformations"] =
            json!([{"name": "Mapping", "params": {"mappingId": id, "mappingVersion": version}}]);
        let tenant = &tenant;
        async move { tenant.post("/flows", &flow).await }
    };
    create("fits", 0).await.expect_status(201);
    for (id, version, code) in
        [("unknown", 0, "FLOW-1419-400"), ("fits", 1, "FLOW-1412-400"), ("other", 0, "FLOW-1425-400")]
    {
        create(id, version).await.expect_error(code).at("/transformations");
    }
}
