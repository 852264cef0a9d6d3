//! `--check-references`, where a call of these services names a schema.

use super::{DATA_SETS, MAPPING_SETS, create_data_set, create_mapping_set, create_schema, mapping_set, post};
use crate::support::{self, Tenant};
use serde_json::json;

#[tokio::test]
async fn made_up_schemas_pass_by_default() {
    let tenant = support::tenant().await;
    create_data_set(&tenant, "orders", "https://ns.adobe.com/acme/schemas/1").await;
    create_mapping_set(&tenant, "https://ns.adobe.com/acme/schemas/1").await;
}

#[tokio::test]
async fn a_schema_must_exist_if_references_are_checked() {
    let mock = support::server(|config| config.check_references = true);
    let tenant = Tenant::on(&mock);
    let schema = create_schema(&tenant, "orders").await;
    let alt_id = schema.replace("https://ns.adobe.com/", "_").replace("/schemas/", ".schemas.");
    for known in [&schema, &alt_id] {
        create_data_set(&tenant, "orders", known).await;
        create_mapping_set(&tenant, known).await;
        let output = json!({"outputSchema": {"schemaRef": {"id": known}}, "mappings": []});
        post(&tenant, MAPPING_SETS, &output).await.expect_status(200);
    }
    for body in [json!({"name": "x"}), json!({"name": "x", "tags": {}})] {
        post(&tenant, DATA_SETS, &body).await.expect_status(201);
    }
    let unknown = json!({"name": "x", "schemaRef": {"id": "made-up"}});
    let refused = post(&tenant, DATA_SETS, &unknown).await.expect_error("FLOW-1000-400");
    refused.at("/schemaRef/id").naming("made-up").naming("--check-references");
    for path in [MAPPING_SETS, "/mappingSets"] {
        let refused = post(&tenant, path, &mapping_set("made-up")).await.expect_error("FLOW-1000-400");
        refused.at("/xdmSchema").naming("made-up");
    }
    let output = json!({"outputSchema": {"schemaRef": {"id": "made-up"}}, "mappings": []});
    let refused = post(&tenant, MAPPING_SETS, &output).await.expect_error("FLOW-1000-400");
    refused.at("/outputSchema/schemaRef/id");
    let stranger = tenant.in_sandbox("other");
    post(&stranger, MAPPING_SETS, &mapping_set(&schema)).await.expect_error("FLOW-1000-400");
}
