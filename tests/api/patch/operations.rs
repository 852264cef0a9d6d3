//! The operations of a PATCH and their paths.

use super::refused;
use crate::support::{self, ats, rename};
use serde_json::{Value, json};

#[tokio::test]
async fn operations_are_applied_in_order_and_read_in_any_letter_case() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let operations = json!([
        { "op": "replace", "path": "/name", "value": "sales" },
        { "op": "Add", "path": "/providerId", "value": "p" },
        { "op": "REMOVE", "path": "/description" },
        { "op": "add", "path": "/tags", "value": ["b"] },
        { "op": "add", "path": "/tags/0", "value": "a" },
        { "op": "aDD", "path": "/tags/-", "value": "x" },
        { "op": "remove", "path": "/tags/2", "value": "is ignored" },
        { "op": "add", "path": "/a~1b~0c", "value": 1 },
        { "op": "Replace", "path": "/a~1b~0c", "value": { "deep": { "er": null } } },
        { "op": "add", "path": "/name", "value": "again" },
    ]);
    tenant.patch(&made, operations).await.expect_status(200);
    let stored = tenant.read(&made.id).await;
    assert_eq!(stored["name"], "again");
    assert_eq!(stored["providerId"], "p");
    assert_eq!(stored["tags"], json!(["a", "b"]));
    assert_eq!(stored["a/b~c"], json!({ "deep": {} }));
    assert!(stored.get("description").is_none());
}

#[tokio::test]
async fn a_single_operation_needs_no_array() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let answer = tenant.patch(&made, rename("sales")[0].clone()).await.expect_status(200);
    assert_eq!(answer.written().id, made.id);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(tenant.read(&made.id).await["name"], "sales");
}

#[tokio::test]
async fn a_key_set_to_null_is_removed() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let operations = json!([{ "op": "replace", "path": "/description", "value": null }]);
    tenant.patch(&made, operations).await.expect_status(200);
    assert!(tenant.read(&made.id).await.get("description").is_none());
}

#[tokio::test]
async fn operations_are_applied_all_or_none() {
    let good = rename("changed")[0].clone();
    let bad = |op: Value| json!([good, op]);
    refused([
        (bad(json!({ "op": "remove", "path": "/nowhere" })), "FLOW-1455-400", "/1/path"),
        (bad(json!({ "op": "copy", "from": "/name", "path": "/x" })), "FLOW-1434-400", "/1/op"),
        (bad(json!({ "op": "replace", "path": "/id", "value": "x" })), "FLOW-1414-400", "/1/path"),
        (bad(json!({ "op": "replace", "path": "/state", "value": "draft" })), "FLOW-1456-400", "/state"),
        (bad(json!(1)), "FLOW-1000-400", "/1"),
    ])
    .await;
}

#[tokio::test]
async fn a_path_without_a_target_or_an_invalid_pointer_is_refused() {
    let paths = [
        "/nowhere",
        "/nowhere/deeper",
        "/name/deeper",
        "/tags/2",
        "/tags/01",
        "/tags/-",
        "/tags/a",
        "/tags/-1",
        "name",
        "",
        "/~",
        "/~2",
        "/a~",
        "#/name",
        "/",
        "//name",
        "/Name",
    ];
    for op in ["replace", "remove"] {
        refused(
            paths.map(|path| (json!([{ "op": op, "path": path, "value": 1 }]), "FLOW-1455-400", "/0/path")),
        )
        .await;
    }
    refused([
        (json!([{ "op": "add", "path": "/nowhere/deeper", "value": 1 }]), "FLOW-1455-400", "/0/path"),
        (json!([{ "op": "add", "path": "/tags/3", "value": 1 }]), "FLOW-1455-400", "/0/path"),
        (json!([{ "op": "add", "path": "name", "value": 1 }]), "FLOW-1455-400", "/0/path"),
        (json!([{ "op": "add", "value": 1 }]), "FLOW-1455-400", "/0/path"),
        (json!({ "op": "remove", "path": "/nowhere" }), "FLOW-1455-400", "/path"),
    ])
    .await;
}

#[tokio::test]
async fn an_op_other_than_add_replace_and_remove_is_refused() {
    for op in ["move", "copy", "test", "", "delete", " add"] {
        let operations = json!([{ "op": op, "path": "/name", "from": "/name", "value": "x" }]);
        refused([(operations, "FLOW-1434-400", "/0/op")]).await;
    }
    refused([(json!([{ "path": "/name", "value": "x" }]), "FLOW-1434-400", "/0/op")]).await;
}

#[tokio::test]
async fn a_body_without_operations_is_refused() {
    refused([
        (json!("replace"), "FLOW-1000-400", ""),
        (json!(1), "FLOW-1000-400", ""),
        (json!(null), "FLOW-1000-400", ""),
        (json!([]), "FLOW-1405-400", ""),
        (json!([[]]), "FLOW-1000-400", "/0"),
        (json!([null]), "FLOW-1000-400", "/0"),
        (json!([{ "op": 1, "path": "/name", "value": "x" }]), "FLOW-1000-400", "/0/op"),
        (json!([{ "op": "add", "path": "/name" }]), "FLOW-1000-400", "/0/value"),
        (json!([{ "op": "replace", "path": "/name" }]), "FLOW-1000-400", "/0/value"),
    ])
    .await;
}

#[tokio::test]
async fn operations_that_move_a_long_array_again_and_again_are_refused_and_change_nothing() {
    let tenant = support::tenant().await;
    let made = tenant.create(support::with(ats("orders"), "/big", json!(vec![0; 400_000]))).await;
    let many = |path: &str| json!(vec![json!({ "op": "add", "path": path, "value": 1 }); 1000]);
    let refused = tenant.patch(&made, many("/big/0")).await.expect_error("FLOW-1000-400");
    refused.naming("more than 5000000 elements").naming("append with /-").at("/12/path");
    tenant.patch(&made, many("/big/-")).await.expect_status(200);
    assert_eq!(tenant.read(&made.id).await["big"].as_array().unwrap().len(), 401_000);
}
