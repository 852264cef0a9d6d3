//! `POST /_flowmock/reset`: restores the seed, completely or in part.

use super::{ONE, ORG, prod, seed, whole};
use crate::support::{self, Control, Tenant, landing_zone as new, rename};
use flowmock::FlowMock;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A server that was started with [`whole`]. The seed file no longer exists, since a reset does not read it again.
fn seeded(change: impl FnOnce(&mut flowmock::Config)) -> FlowMock {
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("seed.json");
    fs::write(&file, whole().to_string()).unwrap();
    support::server(|config| {
        config.seed_files = vec![file];
        change(config);
    })
}

/// Changes and adds entities in the sandbox.
async fn disturb(tenant: &Tenant) {
    tenant.create(new("made")).await;
    let listed = tenant.walk("/connections").await;
    let oldest = listed.last().unwrap()["id"].as_str().unwrap().to_owned();
    tenant.patch_if("*", &oldest, rename("changed")).await.expect_status(200);
    let spec = json!({ "name": "added", "authSpec": [] });
    tenant.post("/connectionSpecs", &spec).await.expect_status(201);
}

#[tokio::test]
async fn a_reset_restores_the_seeded_state() {
    let mock = seeded(|_| {});
    let control = Control::of(&mock);
    let seed_state = control.export().await;
    assert!(seed_state.contains(ONE));
    for _ in 0..3 {
        for tenant in [
            prod(&mock),
            prod(&mock).in_sandbox("dev"),
            prod(&mock).in_sandbox("new"),
            prod(&mock).of_org("new"),
        ] {
            disturb(&tenant).await;
        }
        seed(&mock, &super::with_connections(json!([super::landing_zone(super::TWO, "replaced")]))).await;
        prod(&mock).delete(&format!("/connections/{ONE}")).await.expect_status(204);
        assert_ne!(control.export().await, seed_state);
        control.post("/reset").await.expect_status(204);
        assert_eq!(control.export().await, seed_state);
        control.replace(&json!({})).await.expect_status(204);
        control.post("/reset").await.expect_status(204);
        assert_eq!(control.export().await, seed_state);
    }
}

#[tokio::test]
async fn a_reset_without_a_seed_removes_everything() {
    let mock = super::server();
    let control = Control::of(&mock);
    disturb(&prod(&mock)).await;
    control.post("/reset").await.expect_status(204);
    assert_eq!(control.export().await, r#"{"organisations":[]}"#);
    assert_eq!(prod(&mock).count().await, 0);
}

#[tokio::test]
async fn a_reset_can_be_limited_to_an_organisation_or_a_sandbox() {
    let mock = seeded(|_| {});
    let control = Control::of(&mock);
    let seed_state: Value = serde_json::from_str(&control.export().await).unwrap();
    let sandbox = |state: &Value, ims_org: &str, name: &str| {
        let organisations = state["organisations"].as_array().unwrap();
        let of_org = organisations.iter().find(|organisation| organisation["imsOrgId"] == ims_org)?;
        of_org["sandboxes"].as_array().unwrap().iter().find(|sandbox| sandbox["name"] == name).cloned()
    };
    let all = [(ORG, "prod"), (ORG, "dev"), (ORG, "new"), ("OTHER@AdobeOrg", "prod")];
    for (query, reset) in [
        ("imsOrgId=STATE@AdobeOrg&sandbox=prod", vec![(ORG, "prod")]),
        ("imsOrgId=STATE@AdobeOrg&sandbox=new", vec![(ORG, "new")]),
        ("imsOrgId=STATE@AdobeOrg", vec![(ORG, "prod"), (ORG, "dev"), (ORG, "new")]),
        ("imsOrgId=OTHER@AdobeOrg", vec![("OTHER@AdobeOrg", "prod")]),
        ("imsOrgId=NOBODY@AdobeOrg", vec![]),
        ("imsOrgId=OTHER@AdobeOrg&sandbox=dev", vec![]),
    ] {
        control.post("/reset").await.expect_status(204);
        for (ims_org, name) in all {
            disturb(&prod(&mock).of_org(ims_org).in_sandbox(name)).await;
        }
        let disturbed = mock.state();
        control.post(&format!("/reset?{query}")).await.expect_status(204);
        let after = mock.state();
        for (ims_org, name) in all {
            let expected = if reset.contains(&(ims_org, name)) { &seed_state } else { &disturbed };
            assert_eq!(
                sandbox(&after, ims_org, name),
                sandbox(expected, ims_org, name),
                "{query}: {ims_org} {name}"
            );
        }
    }
}

#[tokio::test]
async fn a_full_reset_restores_the_clock_and_a_partial_one_does_not() {
    let mock = seeded(|config| config.clock = Some(std::time::UNIX_EPOCH));
    let control = Control::of(&mock);
    let now = async || control.get("/clock").await.json()["epochMs"].clone();
    control.set_clock(json!({ "now": 5000, "running": true })).await;
    control.post(&format!("/reset?imsOrgId={ORG}")).await.expect_status(204);
    assert!(now().await.as_i64() >= Some(5000));
    control.post("/reset").await.expect_status(204);
    let clock = control.get("/clock").await.json();
    assert_eq!((&clock["epochMs"], &clock["running"]), (&json!(0), &json!(false)));
}

#[tokio::test]
async fn snapshots_outlive_a_reset() {
    let mock = seeded(|_| {});
    let control = Control::of(&mock);
    disturb(&prod(&mock)).await;
    let disturbed = control.export().await;
    control.put("/snapshots/disturbed").await.expect_status(204);
    control.post("/reset").await.expect_status(204);
    control.post("/snapshots/disturbed/restore").await.expect_status(204);
    assert_eq!(control.export().await, disturbed);
}

#[tokio::test]
async fn continuation_tokens_and_etags_from_before_a_reset_are_harmless() {
    let mock = seeded(|_| {});
    let tenant = prod(&mock);
    let made = tenant.create(new("made")).await;
    let (_, next) = tenant.page("/connections?limit=2").await;
    Control::of(&mock).post("/reset").await.expect_status(204);
    tenant.patch(&made, rename("x")).await.expect_error("FLOW-1439-404");
    let (items, _) = tenant.page(&next.unwrap()).await;
    assert_eq!(items.len(), 2, "the connections after that position");
}
