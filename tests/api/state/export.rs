//! `GET /_flowmock/state`: seeding another server with an export gives the same state.

use super::{
    AT, LANDING_ZONE, ONE, ORG, landing_zone, own_spec, prod, seed, server, whole, with_connections,
};
use crate::support::{self, ATS, CREDENTIAL, Control, Tenant, ats, draft, landing_zone as new, rename, with};
use flowmock::FlowMock;
use reqwest::Method;
use serde_json::{Value, json};

/// The answers to reads of all entities of a sandbox.
async fn everything(tenant: &Tenant) -> Vec<Vec<u8>> {
    let mut answers = Vec::new();
    let listed = tenant.walk("/connections?limit=1000").await;
    for item in &listed {
        let path = format!("/connections/{}", item["id"].as_str().unwrap());
        for path in [path.clone(), path.clone() + "/explore?objectType=root", path + "/test"] {
            let answer = tenant.get(&path).await;
            let body =
                if answer.status == 200 { answer.body } else { answer.json()["type"].to_string().into() };
            answers.push(body);
        }
    }
    for path in [
        "/connections?limit=1000",
        "/connections?orderby=name",
        "/connectionSpecs",
        "/connections?count=true",
    ] {
        answers.push(tenant.get(path).await.expect_status(200).body);
    }
    answers
}

/// Asserts that the export gives the same state when it seeds a new server by PUT or by POST, and the server itself.
async fn survives(mock: &FlowMock, tenants: &[Tenant]) -> Value {
    let control = Control::of(mock);
    let export = control.export().await;
    let document: Value = serde_json::from_str(&export).unwrap();
    let (put, posted) = (support::server(|_| {}), support::server(|config| config.worker_threads = 2));
    prod(&put).create(new("gone")).await;
    Control::of(&put).replace(&document).await.expect_status(204);
    Control::of(&posted).merge(&document).await.expect_status(204);
    for other in [&put, &posted] {
        assert_eq!(Control::of(other).export().await, export);
        for tenant in tenants {
            let there = Tenant::on(other).of_org(&tenant.ims_org).in_sandbox(&tenant.sandbox);
            assert_eq!(everything(&there).await, everything(tenant).await);
        }
    }
    control.replace(&document).await.expect_status(204);
    assert_eq!(control.export().await, export);
    document
}

#[tokio::test]
async fn a_state_written_by_clients_survives_export_and_seeding() {
    let mock = server();
    let tenant = prod(&mock);
    let (dev, other) = (tenant.in_sandbox("dev"), tenant.of_org("OTHER@AdobeOrg"));
    let request =
        tenant.request(Method::POST, "/connectionSpecs").body(own_spec("mine", "my-source").to_string());
    support::Answer::to(request).await.expect_status(201);
    // This spec replaces a built-in one.
    let request = dev.request(Method::PUT, &format!("/connectionSpecs/{LANDING_ZONE}"));
    let replaced = with(own_spec(LANDING_ZONE, "zone"), "/x-flowmock", json!({ "patchAllowed": false }));
    support::Answer::to(request.body(replaced.to_string())).await.expect_status(200);
    for tenant in [&tenant, &dev, &other] {
        for name in ["one", "two", "é\u{1F600}\n\"\\\u{0}", &"long".repeat(100)] {
            let own = json!({ "b": [1, null, { "z": {}, "a": [] }], "a": 1e-7, "big": 18_446_744_073_709_551_615_u64 });
            tenant.with_api_key("k e/y").create(with(ats(name), "/own", own)).await;
        }
        let made = tenant.create(ats("patched")).await;
        let operations = json!([
            { "op": "add", "path": "/zeta", "value": -0.0 },
            { "op": "add", "path": "/alpha", "value": 123_456_789.012_345_67 },
            { "op": "remove", "path": "/description" },
        ]);
        let made = tenant.with_api_key("other").patch(&made, operations).await.expect_status(200).written();
        tenant.action(&made.id, "op=disable").await.expect_status(200);
        tenant.create_draft(draft("later")).await;
        let set_up = json!([{ "op": "replace", "path": "/state", "value": "initializing" }]);
        let made = tenant.create(ats("set up")).await;
        tenant.patch(&made, set_up).await.expect_status(200);
        tenant.create(new("zone")).await;
    }
    tenant.create(json!({ "name": "mine", "connectionSpec": { "id": "mine", "note": "kept" } })).await;
    let document = survives(&mock, &[tenant, dev, other]).await;
    assert!(document.to_string().contains(CREDENTIAL), "an export contains credentials");
}

#[tokio::test]
async fn a_seeded_state_survives_export_and_seeding() {
    let mock = server();
    seed(&mock, &whole()).await;
    let tenant = prod(&mock);
    let document = survives(&mock, &[tenant.in_sandbox("dev"), tenant]).await;
    let (before, after) = (whole(), &document);
    // Sandboxes are in the order of their names.
    let prod = |document: &Value, at: usize| document["organisations"][1]["sandboxes"][at].clone();
    assert_eq!(after["organisations"][0]["imsOrgId"], "OTHER@AdobeOrg");
    assert_eq!(
        prod(after, 1)["sources"].to_string().len(),
        before["organisations"][0]["sandboxes"][0]["sources"].to_string().len()
    );
    assert!(prod(after, 1).get("counters").is_none(), "a server with random ids has no counters");
    assert_eq!(prod(after, 0)["name"], "dev");
}

#[tokio::test]
async fn an_export_lists_connections_oldest_first_with_ties_by_id() {
    let mock = server();
    let at = |id: &str, time: i64| with(landing_zone(id, "x"), "/createdAt", json!(time));
    let ids: Vec<String> =
        (0..4).map(|number| format!("{number}1111111-1111-4111-8111-111111111111")).collect();
    let connections = json!([at(&ids[3], 7), at(&ids[0], 9), at(&ids[2], 7), at(&ids[1], 7)]);
    seed(&mock, &with_connections(connections)).await;
    let document = mock.state();
    let exported = document.pointer(&format!("{AT}/connections")).unwrap().as_array().unwrap();
    assert_eq!(support::ids(exported), [&ids[1], &ids[2], &ids[3], &ids[0]]);
}

#[tokio::test]
async fn an_export_can_be_limited_to_an_organisation_or_a_sandbox() {
    let mock = server();
    let control = Control::of(&mock);
    seed(&mock, &whole()).await;
    let sandboxes = async |query: &str| {
        let document = control.get(&format!("/state{query}")).await.expect_status(200).json();
        let organisations = document["organisations"].as_array().unwrap().clone();
        let names = organisations.iter().flat_map(|organisation| {
            let sandboxes = organisation["sandboxes"].as_array().unwrap();
            sandboxes.iter().map(|sandbox| {
                format!(
                    "{}/{}",
                    organisation["imsOrgId"].as_str().unwrap(),
                    sandbox["name"].as_str().unwrap()
                )
            })
        });
        names.collect::<Vec<_>>()
    };
    let dev = format!("{ORG}/dev");
    let here = format!("{ORG}/prod");
    assert_eq!(sandboxes("").await, ["OTHER@AdobeOrg/prod", &dev, &here]);
    assert_eq!(sandboxes("?imsOrgId=STATE%40AdobeOrg").await, [&*dev, &here]);
    assert_eq!(sandboxes("?sandbox=dev&imsOrgId=STATE@AdobeOrg").await, [&*dev]);
    assert!(sandboxes("?imsOrgId=NOBODY@AdobeOrg").await.is_empty());
    assert!(sandboxes("?imsOrgId=STATE@AdobeOrg&sandbox=PROD").await.is_empty());
    let one = control.get("/state?imsOrgId=OTHER@AdobeOrg").await.json();
    let other = server();
    prod(&other).create(new("stays")).await;
    Control::of(&other).merge(&one).await.expect_status(204);
    assert_eq!((prod(&other).count().await, prod(&other).of_org("OTHER@AdobeOrg").count().await), (1, 1));
}

#[tokio::test]
async fn an_export_supports_every_name_that_requests_can_use() {
    let mock = server();
    let tenant = prod(&mock);
    let names = ["a b", "a\tb", &"n".repeat(5000), "~!@#$%^&()'\"<>", "-"];
    let mut tenants = Vec::new();
    for name in names {
        tenants.push(tenant.in_sandbox(name));
        tenants.push(tenant.of_org(name));
    }
    for tenant in &tenants {
        tenant.create(new("x")).await;
    }
    survives(&mock, &tenants).await;
}

#[tokio::test]
async fn the_deepest_and_the_largest_connection_survive_an_export() {
    let mock = support::server(|config| config.max_body_bytes = 4000);
    let tenant = prod(&mock);
    let nested = (0..120).fold(json!(1), |inner, _| json!([inner]));
    tenant.create(with(ats("deep"), "/deep", nested)).await;
    // Patches can grow a connection to about twice the limit of a body.
    let made = tenant.create(ats("large")).await;
    let grow = |key: &str, size: usize| json!([{ "op": "add", "path": format!("/{key}"), "value": "x".repeat(size) }]);
    let made = tenant.patch(&made, grow("a", 3800)).await.expect_status(200).written();
    let made = tenant.patch(&made, grow("b", 3000)).await.expect_status(200).written();
    tenant.patch(&made, grow("c", 3000)).await.expect_error("FLOW-1004-413");
    let export = Control::of(&mock).export().await;
    let document: Value = serde_json::from_str(&export).expect("serde_json reads it with its default limits");
    assert_eq!(mock.state(), document);
    Control::of(&mock).replace(&document).await.expect_status(204);
    assert_eq!(Control::of(&mock).export().await, export);
    let larger = with(document, &format!("{AT}/connections/1/c"), json!("x".repeat(3000)));
    let problems = Control::of(&mock).replace(&larger).await.problems(400);
    assert_eq!(super::places(&problems), [format!("{AT}/connections/1")]);
    assert!(problems[0].1.contains("FLOW-1004-413"), "{problems:?}");
}

#[tokio::test]
async fn an_export_works_at_the_latest_possible_time() {
    let mock = server();
    let control = Control::of(&mock);
    control.set_clock(json!({ "now": "9999-12-31T23:59:59.999Z" })).await;
    let tenant = prod(&mock);
    for name in ["one", "two", "three"] {
        let made = tenant.create(ats(name)).await;
        tenant.patch(&made, rename("x")).await.expect_status(200);
    }
    survives(&mock, &[tenant]).await;
}

#[tokio::test]
async fn an_item_read_from_another_sandbox_or_the_real_service_can_be_seeded() {
    let mock = server();
    let made = prod(&mock).create(ats("orders")).await;
    let item = prod(&mock).read(&made.id).await;
    seed(&mock, &support::state_of("ELSEWHERE@AdobeOrg", "dev", json!({ "connections": [item.clone()] })))
        .await;
    let there = prod(&mock).of_org("ELSEWHERE@AdobeOrg").in_sandbox("dev");
    let moved = there.read(&made.id).await;
    for key in ["etag", "createdAt", "createdBy", "auth", "name"] {
        assert_eq!(moved[key], item[key]);
    }
    assert_eq!((&moved["imsOrgId"], &moved["sandboxName"]), (&json!("ELSEWHERE@AdobeOrg"), &json!("dev")));
    assert_ne!(moved["sandboxId"], item["sandboxId"]);
    // An item as printed in the reference.
    let printed = json!({
        "id": "139f6a5f-a78b-4744-9f6a-5fa78bd74431", "createdAt": 1_597_973_312_000_i64,
        "updatedAt": 1_597_973_312_000_i64, "createdBy": "{CREATED_BY}", "updatedBy": "{UPDATED_BY}",
        "createdClient": "{CREATED_CLIENT}", "updatedClient": "{UPDATED_CLIENT}", "sandboxId": "{SANDBOX_ID}",
        "sandboxName": "{SANDBOX_NAME}", "imsOrgId": "{ORG_ID}", "name": "Azure Table Storage connection",
        "connectionSpec": { "id": ATS, "version": "1.0" }, "state": "enabled",
        "auth": ats("x")["auth"], "version": "\"1400dd53-0000-0200-0000-5f3f23450000\"",
        "etag": "\"1400dd53-0000-0200-0000-5f3f23450000\"",
    });
    seed(&mock, &with_connections(json!([printed, landing_zone(ONE, "x")]))).await;
    let read = prod(&mock).read("139f6a5f-a78b-4744-9f6a-5fa78bd74431").await;
    assert_eq!((&read["createdBy"], &read["imsOrgId"]), (&json!("{CREATED_BY}"), &json!(ORG)));
}
