//! Drafts, from `?mode=draft` to `op=publish`. Reference: "Operations on /connections"; `errors.csv`,
//! FLOW-1416-400 (a draft may be updated and deleted).

use crate::support::{self, ats, draft, landing_zone, rename, with};
use serde_json::json;

#[tokio::test]
async fn a_draft_may_be_incomplete_and_is_returned_unchanged() {
    let tenant = support::tenant().await;
    for body in [
        draft("later"),
        ats("whole"),
        with(draft("x"), "/auth", json!({ "specName": "Connection String Based Authentication" })),
        with(ats("x"), "/auth/params/connectionString", json!("not one yet")),
    ] {
        let made = tenant.create_draft(body.clone()).await;
        let stored = tenant.read(&made.id).await;
        assert_eq!(stored["state"], "draft");
        assert_eq!(stored["etag"], made.etag.as_str());
        assert_eq!(stored.get("auth"), body.get("auth"));
        assert_eq!(stored["connectionSpec"]["version"], "1.0");
    }
    let body = ats("DRAFT");
    let made = tenant.create_at("/connections?mode=DRAFT", &body).await;
    assert_eq!(tenant.read(&made.id).await["state"], "draft");
    let made = tenant.create_at("/connections?mode=", &body).await;
    assert_eq!(tenant.read(&made.id).await["state"], "enabled");
}

#[tokio::test]
async fn a_draft_needs_a_name_and_a_known_spec() {
    let tenant = support::tenant().await;
    for (body, code) in [
        (json!({ "connectionSpec": draft("x")["connectionSpec"] }), "FLOW-1000-400"),
        (json!({ "name": "x" }), "FLOW-1413-400"),
        (with(draft("x"), "/connectionSpec/id", json!("nobody's")), "FLOW-1413-400"),
        (with(draft("x"), "/auth", json!([])), "FLOW-1000-400"),
    ] {
        tenant.post("/connections?mode=draft", &body).await.expect_error(code);
    }
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn publishing_enables_a_complete_draft() {
    let tenant = support::tenant().await;
    for body in [ats("orders"), landing_zone("files")] {
        let made = tenant.create_draft(body.clone()).await;
        let answer = tenant.action(&made.id, "op=publish").await.expect_status(200);
        let published = answer.written();
        assert_eq!(published.id, made.id);
        assert_ne!(published.etag, made.etag);
        let stored = tenant.read(&made.id).await;
        assert_eq!((&stored["state"], &stored["etag"]), (&json!("enabled"), &json!(published.etag)));
        tenant.action(&made.id, "op=publish").await.expect_error("FLOW-1422-400");
    }
}

#[tokio::test]
async fn publishing_an_invalid_draft_is_refused_and_leaves_it_a_draft() {
    let tenant = support::tenant().await;
    let cases = [
        (draft("x"), "FLOW-1415-400", "/auth/specName"),
        (with(ats("x"), "/auth/params", json!({})), "FLOW-1100-400", "/auth/params/connectionString"),
        (
            with(ats("x"), "/auth/params/connectionString", json!("nonsense")),
            "FLOW-1100-400",
            "/auth/params/connectionString",
        ),
        (with(ats("x"), "/auth/specName", json!("Basic")), "FLOW-1415-400", "/auth/specName"),
    ];
    for (body, code, pointer) in cases {
        let made = tenant.create_draft(body.clone()).await;
        tenant.action(&made.id, "op=publish").await.expect_error(code).at(pointer);
        let stored = tenant.read(&made.id).await;
        assert_eq!((&stored["state"], &stored["etag"]), (&json!("draft"), &json!(made.etag)));
    }
}

#[tokio::test]
async fn a_draft_may_be_updated_and_deleted() {
    let tenant = support::tenant().await;
    let made = tenant.create_draft(draft("later")).await;
    tenant.patch(&made, rename("sooner")).await.expect_status(200);
    let stored = tenant.read(&made.id).await;
    assert_eq!((&stored["state"], &stored["name"]), (&json!("draft"), &json!("sooner")));
    tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn only_publishing_changes_the_state_of_a_draft() {
    let tenant = support::tenant().await;
    let made = tenant.create_draft(ats("orders")).await;
    for state in ["enabled", "disabled", "initializing"] {
        let operations = json!([{ "op": "replace", "path": "/state", "value": state }]);
        tenant.patch(&made, operations).await.expect_error("FLOW-1421-400").at("/state");
    }
    for op in ["enable", "disable"] {
        tenant.action(&made.id, &format!("op={op}")).await.expect_error("FLOW-1422-400").naming("draft");
    }
    assert_eq!(tenant.read(&made.id).await["state"], "draft");
}

#[tokio::test]
async fn a_draft_can_be_completed_by_several_patches() {
    let tenant = support::tenant().await;
    let made = tenant.create_draft(draft("later")).await;
    for (path, value) in [
        ("/auth", json!({})),
        ("/auth/specName", ats("x")["auth"]["specName"].clone()),
        ("/auth/params", json!({ "connectionString": "not one yet" })),
        ("/auth/params/connectionString", ats("x")["auth"]["params"]["connectionString"].clone()),
    ] {
        let operations = json!([{ "op": "add", "path": path, "value": value }]);
        tenant.patch_if("*", &made.id, operations).await.expect_status(200);
    }
    tenant.action(&made.id, "op=publish").await.expect_status(200);
    assert_eq!(tenant.read(&made.id).await["auth"], ats("x")["auth"]);
}
