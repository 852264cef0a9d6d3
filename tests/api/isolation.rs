//! Organisations and sandboxes do not see each other's entities. Reference: "Base path and headers"; `errors.csv`,
//! FLOW-1439-404.

use crate::support::{self, Tenant, ats, draft, rename};

/// Asserts that no call of `stranger` reaches an entity of `owner`.
async fn never_meet(owner: &Tenant, stranger: &Tenant) {
    let made = owner.create(ats("secret")).await;
    owner.create(ats("second")).await;
    let unpublished = owner.create_draft(draft("later")).await;
    let strangers = stranger.create(ats("own")).await;
    let path = format!("/connections/{}", made.id);
    for answer in [
        stranger.get(&path).await,
        stranger.get(&format!("{path}/test")).await,
        stranger.patch(&made, rename("stolen")).await,
        stranger.patch_if("*", &made.id, rename("stolen")).await,
        stranger.patch_if("stale", &made.id, rename("stolen")).await,
        stranger.action(&made.id, "op=disable").await,
        stranger.action(&unpublished.id, "op=publish").await,
        stranger.delete(&path).await,
    ] {
        answer.expect_error("FLOW-1439-404").without("secret").without(&made.etag);
    }
    let listed = stranger.get("/connections").await.expect_status(200).json();
    let ids: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [strangers.id.as_str()]);
    assert_eq!((stranger.count().await, owner.count().await), (1, 3));

    let page = owner.get("/connections?limit=1").await.expect_status(200).json();
    let href = page["_links"]["next"]["href"].as_str().unwrap();
    stranger.get(href).await.expect_error("FLOW-1452-400").naming("continuationToken");
    owner.get(href).await.expect_status(200);

    stranger.delete(&format!("/connections/{}", strangers.id)).await.expect_status(204);
    let stored = owner.read(&made.id).await;
    assert_eq!((&stored["etag"], &stored["name"]), (&made.etag.as_str().into(), &"secret".into()));
    assert_eq!(owner.read(&unpublished.id).await["state"], "draft");
}

#[tokio::test]
async fn two_organisations_never_see_each_others_connections() {
    never_meet(&support::tenant().await, &support::tenant().await).await;
}

#[tokio::test]
async fn two_sandboxes_of_an_organisation_never_see_each_others_connections() {
    let prod = support::tenant().await;
    never_meet(&prod, &prod.in_sandbox("dev")).await;
}

#[tokio::test]
async fn tenants_whose_joined_names_are_equal_are_still_separate() {
    let tenant = support::tenant().await;
    let named =
        |ims_org: &str, sandbox: &str| tenant.of_org(&(tenant.ims_org.clone() + ims_org)).in_sandbox(sandbox);
    never_meet(&named("a", "bc"), &named("ab", "c")).await;
}
