//! The life of a connection, from its creation to its deletion.

use crate::support::{self, ats, draft, landing_zone, rename};
use serde_json::json;

#[tokio::test]
async fn a_connection_can_be_created_read_changed_and_deleted() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    assert_eq!(tenant.read(&made.id).await["name"], "orders");
    let patched = tenant.patch(&made, rename("sales")).await.expect_status(200).written();
    assert_eq!(patched.id, made.id);
    assert_ne!(patched.etag, made.etag);
    assert_eq!(tenant.read(&made.id).await["name"], "sales");
    let path = format!("/connections/{}", made.id);
    assert!(tenant.delete(&path).await.expect_status(204).body.is_empty());
    tenant.delete(&path).await.expect_error("FLOW-1439-404").naming(&made.id);
}

#[tokio::test]
async fn deleting_a_connection_twice_is_a_404_and_leaves_the_others() {
    let tenant = support::tenant().await;
    let (one, two) = (tenant.create(ats("one")).await, tenant.create(ats("two")).await);
    let path = format!("/connections/{}", one.id);
    let gone = tenant.delete(&path).await.expect_status(204);
    assert!(gone.body.is_empty() && gone.header("content-type").is_empty(), "{gone}");
    for answer in [
        tenant.delete(&path).await,
        tenant.get(&path).await,
        tenant.get(&format!("{path}/test")).await,
        tenant.patch(&one, rename("x")).await,
        tenant.action(&one.id, "op=disable").await,
    ] {
        let report = answer.expect_error("FLOW-1439-404").json()["report"].clone();
        assert_eq!((&report["id"], &report["type"]), (&one.id.as_str().into(), &"connections".into()));
    }
    assert_eq!(tenant.count().await, 1);
    assert_eq!(tenant.read(&two.id).await["name"], "two");
}

#[tokio::test]
async fn the_test_call_reports_whether_the_source_is_reachable() {
    let tenant = support::tenant().await;
    for (path, body, result) in [
        ("/connections", ats("orders"), true),
        ("/connections", landing_zone("files"), true),
        ("/connections?mode=draft", draft("later"), false),
    ] {
        let made = tenant.create_at(path, &body).await;
        let tested = tenant.get(&format!("/connections/{}/test", made.id)).await.expect_status(200);
        assert_eq!(tested.json(), json!({ "result": result }), "{body}");
        assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
    }
}
