//! The gateway in front of the services, their borders, and their isolation by sandbox.

use super::{
    DATA_SETS, MAPPING_SETS, SCHEMAS, assert_no_data_set, create_data_set, create_mapping_set, create_schema,
    encoded, get, post, read_schema, request,
};
use crate::support::{self, Answer, Tenant};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_gateway_checks_the_headers_of_every_service() {
    let tenant = support::tenant().await;
    for path in [
        SCHEMAS,
        DATA_SETS,
        "/mappingSets/1",
        MAPPING_SETS,
        "/connectors/landingzone",
        "/catalog/no/such/path",
    ] {
        for (header, code) in [
            ("x-api-key", "403000"),
            ("Authorization", "403010"),
            ("x-gw-ims-org-id", "400003"),
            ("x-sandbox-name", "FLOW-2105-400"),
        ] {
            let request = tenant.absolute(Method::GET, &format!("/data/foundation{path}"));
            let request = support::with_headers(request, tenant.headers_except(header));
            Answer::to(request).await.expect_error(code);
        }
    }
    let untyped = request(&tenant, Method::POST, SCHEMAS).header("Content-Type", "text/plain").body("{}");
    Answer::to(untyped).await.expect_content_type_problem();
}

#[tokio::test]
async fn what_is_not_emulated_says_so() {
    let tenant = support::tenant().await;
    for (path, base) in [
        ("/schemaregistry/tenant/classes", "/data/foundation/schemaregistry"),
        ("/schemaregistry", "/data/foundation/schemaregistry"),
        ("/catalog/accounts", "/data/foundation/catalog"),
        ("/conversion/samples", "/data/foundation/conversion"),
    ] {
        let answer = get(&tenant, path).await.expect_error("FLOW-1003-404").naming(base);
        assert!(answer.header("x-flowmock-reason").contains("flowmock emulates little"), "{answer}");
    }
    let request = request(&tenant, Method::DELETE, DATA_SETS);
    let refused = Answer::to(request).await.expect_error("FLOW-1003-405");
    assert_eq!(refused.header("allow"), "GET,HEAD,POST");
}

#[tokio::test]
async fn sandboxes_do_not_see_each_others_documents() {
    let tenant = support::tenant().await;
    let schema = create_schema(&tenant, "orders").await;
    let data_set = create_data_set(&tenant, "orders", &schema).await;
    let set = create_mapping_set(&tenant, &schema).await;
    for stranger in [tenant.in_sandbox("other"), support::tenant().await] {
        read_schema(&stranger, &encoded(&schema)).await.expect_error("FLOW-1439-404");
        assert_no_data_set(get(&stranger, &format!("{DATA_SETS}/{data_set}")).await, &data_set);
        get(&stranger, &format!("{MAPPING_SETS}/{set}")).await.expect_error("FLOW-1439-404");
        assert_eq!(get(&stranger, SCHEMAS).await.expect_status(200).json()["results"], json!([]));
        assert_eq!(get(&stranger, DATA_SETS).await.expect_status(200).json(), json!({}));
    }
    read_schema(&tenant, &encoded(&schema)).await.expect_status(200);
}

#[tokio::test]
async fn faults_the_journal_and_contract_reports_know_the_calls() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let control = support::Control::of(&mock);
    let rules = json!({"faults": [
        {"match": {"operation": "createDataSet"}, "times": 1, "action": {"error": "FLOW-1103-503"}},
        {"match": {"path": "/mappingSets"}, "times": 1, "action": {"error": "FLOW-1400-500"}},
    ]});
    let added = control.send(Method::POST, "/faults", "application/json", rules.to_string()).await;
    assert!(added.status.is_success() && added.json().get("warnings").is_none(), "{added}");
    post(&tenant, DATA_SETS, &json!({"name": "x"})).await.expect_error("FLOW-1103-503");
    post(&tenant, "/mappingSets", &json!({"mappings": []})).await.expect_error("FLOW-1400-500");
    create_data_set(&tenant, "orders", "s").await;
    get(&tenant, "/catalog/batches/1").await.expect_status(404);
    get(&tenant, &format!("{DATA_SETS}?foo=1")).await.expect_error("FLOW-1451-400");
    let operations: Vec<_> = mock
        .requests(&flowmock::RequestFilter::default())
        .iter()
        .filter_map(|entry| entry.operation.clone())
        .collect();
    assert_eq!(operations.iter().filter(|name| **name == "createDataSet").count(), 2, "{operations:?}");
    let report = mock.contract_report();
    let broken: Vec<&str> = report.consumers[0].broken.iter().map(|broken| &*broken.rule).collect();
    assert!(broken.contains(&"parameter-unknown") && !broken.contains(&"call-unknown"), "{broken:?}");
}
