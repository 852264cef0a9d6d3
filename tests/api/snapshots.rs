//! `/_flowmock/snapshots`: save, list, restore, delete.

use crate::support::{self, Control, Tenant, landing_zone, rename};
use flowmock::FlowMock;
use serde_json::{Value, json};

const ORG: &str = "SNAPSHOTS@AdobeOrg";

fn server() -> (FlowMock, Control, Tenant) {
    let mock = support::server(|_| {});
    let (control, tenant) = (Control::of(&mock), Tenant::on(&mock).of_org(ORG));
    (mock, control, tenant)
}

async fn save(control: &Control, name: &str) {
    control.put(&format!("/snapshots/{name}")).await.expect_status(204);
}

async fn restore(control: &Control, name: &str) {
    control.post(&format!("/snapshots/{name}/restore")).await.expect_status(204);
}

async fn listed(control: &Control) -> Vec<Value> {
    control.get("/snapshots").await.expect_status(200).json()["snapshots"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_snapshot_restores_the_same_bytes_every_time() {
    let (_mock, control, tenant) = server();
    save(&control, "empty").await;
    let made = tenant.create(landing_zone("one")).await;
    tenant.in_sandbox("dev").create(landing_zone("two")).await;
    tenant
        .post("/connectionSpecs", &json!({ "id": "mine", "name": "mine", "authSpec": [] }))
        .await
        .expect_status(201);
    let state = control.export().await;
    save(&control, "full").await;
    for _ in 0..3 {
        tenant.patch_if("*", &made.id, rename("changed")).await.expect_status(200);
        tenant.in_sandbox("new").create(landing_zone("three")).await;
        tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
        assert_ne!(control.export().await, state);
        restore(&control, "full").await;
        assert_eq!(control.export().await, state);
        assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
        restore(&control, "empty").await;
        assert_eq!(control.export().await, r#"{"organisations":[]}"#);
        restore(&control, "full").await;
    }
}

#[tokio::test]
async fn restoring_a_partial_snapshot_leaves_other_tenants_unchanged() {
    let (_mock, control, tenant) = server();
    let all = [tenant.in_sandbox("one"), tenant.in_sandbox("two"), tenant.of_org("OTHER@AdobeOrg")];
    let counts = async || {
        let mut counts = Vec::new();
        for tenant in &all {
            counts.push(tenant.count().await);
        }
        counts
    };
    let add_to_all = async || {
        for tenant in &all {
            tenant.create(landing_zone("x")).await;
        }
    };
    add_to_all().await;
    control.put("/snapshots/one?imsOrgId=SNAPSHOTS@AdobeOrg&sandbox=one").await.expect_status(204);
    control.put("/snapshots/org?imsOrgId=SNAPSHOTS@AdobeOrg").await.expect_status(204);
    control.put("/snapshots/new?imsOrgId=SNAPSHOTS@AdobeOrg&sandbox=new").await.expect_status(204);
    add_to_all().await;
    tenant.in_sandbox("new").create(landing_zone("x")).await;
    restore(&control, "one").await;
    assert_eq!(counts().await, [1, 2, 2]);
    add_to_all().await;
    restore(&control, "org").await;
    assert_eq!(counts().await, [1, 1, 3]);
    assert_eq!(
        tenant.in_sandbox("new").count().await,
        0,
        "the snapshot of the organisation does not contain it"
    );
    tenant.in_sandbox("new").create(landing_zone("x")).await;
    restore(&control, "new").await;
    assert_eq!(tenant.in_sandbox("new").count().await, 0, "restoring an empty sandbox empties it");
    assert_eq!(counts().await, [1, 1, 3]);
}

#[tokio::test]
async fn snapshots_are_listed_by_name_with_scope_and_time() {
    let (_mock, control, _) = server();
    assert_eq!(listed(&control).await, [Value::Null; 0]);
    control.set_clock(json!({ "now": "2026-05-06T07:08:09.010Z" })).await;
    save(&control, "b").await;
    control.put("/snapshots/a?imsOrgId=x%40y&sandbox=s%20t").await.expect_status(204);
    control.set_clock(json!({ "advanceMs": 1 })).await;
    control.put("/snapshots/C?imsOrgId=x%40y").await.expect_status(204);
    assert_eq!(
        listed(&control).await,
        [
            json!({ "name": "C", "takenAt": "2026-05-06T07:08:09.011Z", "imsOrgId": "x@y" }),
            json!({ "name": "a", "takenAt": "2026-05-06T07:08:09.010Z", "imsOrgId": "x@y", "sandbox": "s t" }),
            json!({ "name": "b", "takenAt": "2026-05-06T07:08:09.010Z" }),
        ]
    );
}

#[tokio::test]
async fn saving_a_snapshot_replaces_the_one_with_its_name() {
    let (_mock, control, tenant) = server();
    save(&control, "same").await;
    tenant.create(landing_zone("x")).await;
    control.put("/snapshots/same?imsOrgId=SNAPSHOTS@AdobeOrg").await.expect_status(204);
    assert_eq!(listed(&control).await.len(), 1);
    control.post("/reset").await.expect_status(204);
    restore(&control, "same").await;
    assert_eq!(tenant.count().await, 1);
}

#[tokio::test]
async fn an_unknown_snapshot_is_a_404_that_lists_the_existing_ones() {
    let (_mock, control, _) = server();
    let missing = |name: &str| [format!("/snapshots/{name}/restore"), format!("/snapshots/{name}")];
    let [restored, deleted] = missing("nope");
    control.post(&restored).await.refused_for(404, "there is no snapshot nope; there is none");
    save(&control, "a").await;
    save(&control, "b").await;
    control.delete(&deleted).await.refused_for(404, "there is no snapshot nope; there is a, b");
    control.delete("/snapshots/a").await.expect_status(204);
    control.delete("/snapshots/a").await.refused_for(404, "there is b");
    control.post("/snapshots/A/restore").await.refused_for(404, "there is b");
    restore(&control, "b").await;
}

#[tokio::test]
async fn the_name_of_a_snapshot_has_letters_digits_and_a_few_other_characters() {
    let (_mock, control, _) = server();
    for name in ["a", "A-b_c.9", "...", &"x".repeat(100)] {
        save(&control, name).await;
        restore(&control, name).await;
    }
    for name in ["a%20b", "%C3%A4", "a%2Fb", "a%00", "a:b", &"x".repeat(101)] {
        control
            .put(&format!("/snapshots/{name}"))
            .await
            .refused_for(400, "1 to 100 letters, digits, and . _ -");
    }
    assert_eq!(control.put("/snapshots/").await.status, 405, "this path is the list");
    assert_eq!(control.put("/snapshots/%FF").await.status, 404);
    assert_eq!(listed(&control).await.len(), 4);
}

#[tokio::test]
async fn a_hundred_snapshots_can_be_saved() {
    let (_mock, control, tenant) = server();
    for number in 0..100 {
        save(&control, &format!("n{number}")).await;
    }
    tenant.create(landing_zone("x")).await;
    control.put("/snapshots/one-more").await.refused_for(400, "there are 100 snapshots already");
    save(&control, "n7").await; // an existing snapshot
    control.delete("/snapshots/n8").await.expect_status(204);
    save(&control, "one-more").await;
    control.post("/reset").await.expect_status(204);
    restore(&control, "n7").await;
    assert_eq!(tenant.count().await, 1);
}

#[tokio::test]
async fn a_snapshot_restores_the_next_generated_ids() {
    let mock = support::server(|config| config.deterministic = Some(5));
    let (control, tenant) = (Control::of(&mock), Tenant::on(&mock).of_org(ORG));
    tenant.create(landing_zone("before")).await;
    save(&control, "here").await;
    let run = async || (tenant.create(landing_zone("x")).await, tenant.get("/connections").await);
    let (made, list) = run().await;
    for _ in 0..2 {
        restore(&control, "here").await;
        let (again, other) = run().await;
        assert_eq!(again, made);
        assert_eq!((other.body, other.headers), (list.body.clone(), list.headers.clone()));
    }
}

#[tokio::test]
async fn a_snapshot_does_not_contain_the_clock() {
    let (_mock, control, _) = server();
    control.set_clock(json!({ "now": 1000 })).await;
    save(&control, "x").await;
    control.set_clock(json!({ "now": 2000 })).await;
    restore(&control, "x").await;
    assert_eq!(control.get("/clock").await.json()["epochMs"], 2000);
}

#[tokio::test]
async fn a_snapshot_is_read_as_the_export_of_its_part_at_that_time() {
    let (_mock, control, tenant) = server();
    tenant.create(support::ats("one")).await;
    tenant.in_sandbox("dev").create(landing_zone("two")).await;
    let part = format!("imsOrgId={ORG}&sandbox=prod");
    let (all, prod) = (control.export().await, control.get(&format!("/state?{part}")).await.body);
    save(&control, "all").await;
    control.put(&format!("/snapshots/prod?{part}")).await.expect_status(204);
    tenant.create(landing_zone("three")).await;
    let read = async |name: &str| control.get(&format!("/snapshots/{name}")).await;
    assert_eq!(read("all").await.expect_status(200).body, all.into_bytes());
    let of_prod = read("prod").await.expect_status(200);
    assert_eq!(of_prod.body, prod);
    assert!(String::from_utf8_lossy(&of_prod.body).contains(support::CREDENTIAL), "like an export");
    // The document seeds a server.
    control.replace(&of_prod.json()).await.expect_status(204);
    assert_eq!(tenant.count().await, 1);
    read("none").await.refused_for(404, "there is all, prod");
    control.get("/snapshots/all?imsOrgId=x").await.refused_for(400, "imsOrgId");
}
