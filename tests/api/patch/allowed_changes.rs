//! The changes that a PATCH may make.

use super::refused;
use crate::support::{self, Answer, Tenant, ats, landing_zone, rename, with};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_connection_spec_and_keys_owned_by_the_service_cannot_be_patched() {
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
        "lastOperation",
        "lastOperation/operation",
    ];
    for op in ["add", "replace", "remove"] {
        refused(owned.map(|key| {
            (json!([{ "op": op, "path": format!("/{key}"), "value": "x" }]), "FLOW-1414-400", "/0/path")
        }))
        .await;
    }
}

#[tokio::test]
async fn the_result_of_a_patch_must_be_a_valid_connection() {
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
async fn the_deepest_valid_connection_can_be_patched_but_not_deepened() {
    let tenant = support::tenant().await;
    let nested = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    let made = tenant.create(with(ats("orders"), "/deep", nested(120))).await;
    let too_deep = with(ats("x"), "/deep", nested(121));
    tenant.post("/connections", &too_deep).await.expect_error("FLOW-1000-400").naming("121 levels");
    tenant.read(&made.id).await; // an export nests it six levels deeper, and clients read up to 127 levels
    let made = tenant.patch(&made, rename("sales")).await.expect_status(200).written();
    let deepen = json!([{ "op": "replace", "path": "/deep/0/0", "value": nested(119) }]);
    tenant.patch(&made, deepen).await.expect_error("FLOW-1000-400").at("/0/value");
    assert_eq!(tenant.read(&made.id).await["deep"], nested(120));
}

#[tokio::test]
async fn a_patch_can_set_the_state_to_enabled_disabled_and_initializing_only() {
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
async fn a_user_cannot_change_an_initializing_connection() {
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
async fn the_precondition_is_checked_after_the_body_and_before_the_operations() {
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
async fn patching_is_refused_if_the_connection_spec_forbids_it() {
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
    // Connections of other specs can still be patched.
    let other = tenant.create(landing_zone("files")).await;
    tenant.patch(&other, rename("x")).await.expect_status(200);
    tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
}

#[tokio::test]
async fn patches_cannot_grow_a_connection_beyond_twice_the_body_limit() {
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
