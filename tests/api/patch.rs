//! What a PATCH does and refuses. Reference: "Updating"; `errors.csv`, FLOW-1414-400, FLOW-1417-400,
//! FLOW-1434-400, FLOW-1445-400, FLOW-1455-400, FLOW-1456-400. The precondition is `if_match`'s.

use crate::support::{self, Answer, Tenant, ats, landing_zone, rename, with};
use reqwest::Method;
use serde_json::{Value, json};

/// Asserts that each body is refused with that code and pointer, and that nothing changes.
async fn refused(cases: impl IntoIterator<Item = (Value, &'static str, &'static str)>) {
    let tenant = support::tenant().await;
    let made = tenant.create(with(ats("orders"), "/tags", json!(["a", "b"]))).await;
    let before = tenant.read(&made.id).await;
    for (operations, code, pointer) in cases {
        tenant.patch(&made, operations).await.expect_error(code).at(pointer);
        assert_eq!(tenant.read(&made.id).await, before);
    }
}

#[tokio::test]
async fn operations_apply_in_order_in_any_letter_case() {
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
async fn a_single_operation_may_stand_without_its_array() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let answer = tenant.patch(&made, rename("sales")[0].clone()).await.expect_status(200);
    assert_eq!(answer.written().id, made.id);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(tenant.read(&made.id).await["name"], "sales");
}

#[tokio::test]
async fn a_key_set_to_null_is_left_out_afterwards() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let operations = json!([{ "op": "replace", "path": "/description", "value": null }]);
    tenant.patch(&made, operations).await.expect_status(200);
    assert!(tenant.read(&made.id).await.get("description").is_none());
}

#[tokio::test]
async fn of_several_operations_all_apply_or_none() {
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
async fn a_path_that_leads_nowhere_or_is_no_pointer_is_refused() {
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
async fn a_body_that_holds_no_operations_is_refused() {
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
async fn the_connection_spec_and_the_keys_that_the_service_owns_cannot_be_touched() {
    let owned = [
        "connectionSpec",
        "connectionSpec/id",
        "connectionSpec/version",
        "id",
        "etag",
        "version",
        "createdAt",
        "updatedAt",
        "createdBy",
        "updatedBy",
        "createdClient",
        "updatedClient",
        "sandboxId",
        "sandboxName",
        "imsOrgId",
    ];
    for op in ["add", "replace", "remove"] {
        refused(owned.map(|key| {
            (json!([{ "op": op, "path": format!("/{key}"), "value": "x" }]), "FLOW-1414-400", "/0/path")
        }))
        .await;
    }
}

#[tokio::test]
async fn the_result_must_be_as_valid_as_a_new_connection() {
    let replace = |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    let remove = |path: &str| json!([{ "op": "remove", "path": path }]);
    let connection_string = "/auth/params/connectionString";
    refused([
        (remove("/name"), "FLOW-1000-400", "/name"),
        (replace("/name", json!("")), "FLOW-1000-400", "/name"),
        (replace("/name", json!(5)), "FLOW-1000-400", "/name"),
        (replace("/name", Value::Null), "FLOW-1000-400", "/name"),
        (replace("/description", json!({})), "FLOW-1000-400", "/description"),
        (replace("/auth", json!("x")), "FLOW-1000-400", "/auth"),
        (remove("/auth"), "FLOW-1415-400", "/auth/specName"),
        (replace("/auth/specName", json!("Basic Authentication")), "FLOW-1415-400", "/auth/specName"),
        (remove("/auth/params"), "FLOW-1100-400", connection_string),
        (remove(connection_string), "FLOW-1100-400", connection_string),
        (replace(connection_string, json!(5)), "FLOW-1100-400", connection_string),
        (replace(connection_string, json!("AccountName=acme")), "FLOW-1100-400", connection_string),
    ])
    .await;
}

#[tokio::test]
async fn a_refused_patch_never_repeats_the_credential() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let secret = "aHVudGVyMg";
    for value in
        [json!(format!("AccountName=acme;AccountKey={secret}!")), json!([secret]), json!({ secret: 1 })]
    {
        let operations =
            json!([{ "op": "replace", "path": "/auth/params/connectionString", "value": value }]);
        tenant.patch(&made, operations).await.expect_error("FLOW-1100-400").without(secret);
    }
}

#[tokio::test]
async fn the_deepest_connection_that_is_taken_can_be_patched_but_not_deepened() {
    let tenant = support::tenant().await;
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let made = tenant.create(with(ats("orders"), "/deep", nested(120))).await;
    let too_deep = with(ats("x"), "/deep", nested(121));
    tenant.post("/connections", &too_deep).await.expect_error("FLOW-1000-400").naming("121 levels");
    tenant.read(&made.id).await; // an export has six more around it, and a client reads 127
    let made = tenant.patch(&made, rename("sales")).await.expect_status(200).written();
    let deepen = json!([{ "op": "replace", "path": "/deep/0/0", "value": nested(119) }]);
    tenant.patch(&made, deepen).await.expect_error("FLOW-1000-400").at("/0/value");
    assert_eq!(tenant.read(&made.id).await["deep"], nested(120));
}

#[tokio::test]
async fn the_state_can_be_set_to_enabled_disabled_and_initializing_alone() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let set = async |state: Value| {
        let operations = json!([{ "op": "replace", "path": "/state", "value": state }]);
        tenant.patch_if("*", &made.id, operations).await
    };
    for state in ["disabled", "disabled", "enabled"] {
        set(json!(state)).await.expect_status(200);
        assert_eq!(tenant.read(&made.id).await["state"], state);
    }
    for state in [
        json!("draft"),
        json!("deleting"),
        json!("updating"),
        json!("Enabled"),
        json!(""),
        json!(1),
        Value::Null,
    ] {
        set(state).await.expect_error("FLOW-1456-400").at("/state");
        assert_eq!(tenant.read(&made.id).await["state"], "enabled");
    }
    set(json!("initializing")).await.expect_status(200);
    assert_eq!(tenant.read(&made.id).await["state"], "initializing");
}

#[tokio::test]
async fn a_connection_in_state_initializing_is_out_of_a_users_reach() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let operations = json!([{ "op": "replace", "path": "/state", "value": "initializing" }]);
    let made = tenant.patch(&made, operations).await.expect_status(200).written();
    for answer in [
        tenant.patch(&made, rename("x")).await,
        tenant.delete(&format!("/connections/{}", made.id)).await,
        tenant.action(&made.id, "op=enable").await,
    ] {
        answer.expect_error("FLOW-1417-400").naming("initializing");
    }
    let stored = tenant.read(&made.id).await;
    assert_eq!((&stored["etag"], &stored["name"]), (&json!(made.etag), &json!("orders")));
}

#[tokio::test]
async fn the_precondition_is_judged_after_the_body_and_before_the_operations_apply() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let path = format!("/connections/{}", made.id);
    Answer::to(tenant.request(Method::PATCH, &path)).await.expect_error("FLOW-1403-400");
    tenant
        .patch_if("stale", &made.id, json!([{ "op": "remove", "path": "/nowhere" }]))
        .await
        .expect_error("FLOW-1404-412");
    tenant.patch_if("*", "nobody", rename("x")).await.expect_error("FLOW-1439-404");
}

#[tokio::test]
async fn patching_is_refused_where_the_spec_switches_it_off() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("connection-specs");
    std::fs::create_dir(&specs).unwrap();
    let spec = json!({
        "id": "fixed", "name": "fixed-source", "version": "1.0", "authSpec": [],
        "x-flowmock": { "patchAllowed": false },
    });
    std::fs::write(specs.join("fixed.json"), spec.to_string()).unwrap();
    let mock = support::server(|config| config.fixtures = Some(folder.path().into()));
    let tenant = Tenant::on(&mock);
    let fixed = json!({ "name": "fixed", "connectionSpec": { "id": "fixed" } });
    let made = tenant.create(fixed).await;
    tenant.patch(&made, rename("x")).await.expect_error("FLOW-1445-400").naming("fixed-source");
    tenant.patch_if("stale", &made.id, rename("x")).await.expect_error("FLOW-1404-412");
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
    // Another spec's connections are patched as ever.
    let other = tenant.create(landing_zone("files")).await;
    tenant.patch(&other, rename("x")).await.expect_status(200);
    tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
}

#[tokio::test]
async fn a_connection_cannot_grow_beyond_twice_the_body_limit_a_patch_at_a_time() {
    let mock = support::server(|config| config.max_body_bytes = 4096);
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    let add = |key: &str| json!([{"op": "add", "path": format!("/{key}"), "value": "x".repeat(3000)}]);
    tenant.patch_if("*", &made.id, add("a")).await.expect_status(200);
    tenant.patch_if("*", &made.id, add("b")).await.expect_status(200);
    tenant.patch_if("*", &made.id, add("c")).await.expect_error("FLOW-1004-413").naming("8192 bytes");
    assert!(tenant.read(&made.id).await.get("c").is_none());
    tenant.patch_if("*", &made.id, json!({"op": "remove", "path": "/a"})).await.expect_status(200);
    tenant.patch_if("*", &made.id, add("c")).await.expect_status(200);
}
