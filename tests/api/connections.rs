//! A connection from its creation to its end.

use crate::support::{self, ats, rename};

#[tokio::test]
async fn what_was_created_can_be_read_changed_and_deleted() {
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
async fn of_two_patches_with_one_etag_the_second_is_refused_and_changes_nothing() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    tenant.patch(&made, rename("first")).await.expect_status(200);
    tenant.patch(&made, rename("second")).await.expect_error("FLOW-1404-412").naming(&made.etag);
    assert_eq!(tenant.read(&made.id).await["name"], "first");
}
