//! `POST /connections` and reading the new connection. Reference: "A base connection", "Operations on
//! /connections".

use crate::support::{self, ATS, Answer, Tenant, ats, landing_zone, rename, with, without};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// Asserts the documented form of an etag and returns the time in it, in seconds since the epoch.
fn second_of(etag: &str) -> u64 {
    let bare = etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).expect("double quotes");
    let parts: Vec<_> = bare.split('-').collect();
    let [write, "0000", "0200", "0000", time] = parts[..] else { panic!("{etag}") };
    let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    assert!(write.len() == 8 && time.len() == 12 && is_hex(write) && is_hex(time), "{etag}");
    u64::from_str_radix(time.strip_suffix("0000").expect("four zeros"), 16).unwrap()
}

#[tokio::test]
async fn a_create_answers_201_with_a_location_an_id_and_an_etag() {
    let tenant = support::tenant().await;
    let answer = tenant.post("/connections", &ats("orders")).await.expect_status(201);
    let made = answer.written(); // asserts that there are no other keys
    assert_eq!(answer.header("location"), format!("{}/connections/{}", flowmock::BASE_PATH, made.id));
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(uuid::Uuid::try_parse(&made.id).is_ok());
    second_of(&made.etag);
}

#[tokio::test]
async fn a_read_returns_one_item_with_exactly_the_documented_keys() {
    let before = now_ms();
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let answer = tenant.get(&format!("/connections/{}", made.id)).await.expect_status(200);
    let body = answer.json();
    let stored = &body["items"][0];
    let (created_at, created_by) =
        (stored["createdAt"].as_u64().unwrap(), stored["createdBy"].as_str().unwrap());
    let expected = json!({
        "id": made.id,
        "createdAt": created_at,
        "updatedAt": created_at,
        "createdBy": created_by,
        "updatedBy": created_by,
        "createdClient": tenant.api_key,
        "updatedClient": tenant.api_key,
        "sandboxId": stored["sandboxId"],
        "sandboxName": tenant.sandbox,
        "imsOrgId": tenant.ims_org,
        "name": "orders",
        "description": "for a test",
        "connectionSpec": { "id": ATS, "version": "1.0" },
        "state": "enabled",
        "auth": ats("orders")["auth"],
        "version": made.etag,
        "etag": made.etag,
        "lastOperation": { "started": created_at, "updated": created_at, "operation": "create" },
    });
    assert_eq!(body, json!({ "items": [expected] }), "{answer}");
    assert!((before..=now_ms()).contains(&created_at), "{created_at}");
    assert_eq!(second_of(&made.etag), created_at / 1000);
    assert!(created_by.ends_with("@AdobeID"));
    assert!(uuid::Uuid::try_parse(stored["sandboxId"].as_str().unwrap()).is_ok());
}

#[tokio::test]
async fn an_update_changes_the_keys_of_the_last_write_and_keeps_those_of_the_creation() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let created = tenant.read(&made.id).await;
    let other_client = tenant.with_api_key("other-client");
    let patched = other_client.patch(&made, rename("sales")).await.expect_status(200).written();
    let stored = tenant.read(&made.id).await;
    for key in ["id", "createdAt", "createdBy", "createdClient", "sandboxId", "imsOrgId", "auth", "state"] {
        assert_eq!(stored[key], created[key], "{key}");
    }
    assert_eq!(stored["updatedClient"], "other-client");
    assert_ne!(stored["updatedBy"], created["updatedBy"]);
    assert!(stored["updatedAt"].as_u64() >= created["updatedAt"].as_u64());
    assert_eq!((&stored["etag"], &stored["version"]), (&json!(patched.etag), &json!(patched.etag)));
    assert_eq!(second_of(&patched.etag), stored["updatedAt"].as_u64().unwrap() / 1000);
}

#[tokio::test]
async fn the_sandbox_id_depends_on_the_organisation_and_the_sandbox_only() {
    let tenant = support::tenant().await;
    let sandbox_id = async |tenant: &Tenant| {
        let made = tenant.create(ats("orders")).await;
        tenant.read(&made.id).await["sandboxId"].clone()
    };
    let first = sandbox_id(&tenant).await;
    assert_eq!(sandbox_id(&tenant).await, first);
    assert_ne!(sandbox_id(&tenant.in_sandbox("dev")).await, first);
    let elsewhere = support::server(|_| {});
    let same_there = Tenant::on(&elsewhere).of_org(&tenant.ims_org);
    assert_eq!(sandbox_id(&same_there).await, first);
}

#[tokio::test]
async fn unknown_keys_are_stored_and_returned_unchanged() {
    let tenant = support::tenant().await;
    let extra = json!({
        "providerId": "0ed90a81-07f4-4586-8190-b40eccef1c5a",
        "inheritedAttributes": { "deep": [1, { "er": true }], "": "" },
        "clé": "日本語 \u{1f600} \" \\ \u{7f}\n",
        "numbers": [0, -1, 0.1, 122.416_294_033_786_58, 5e-324, f64::MAX, u64::MAX, i64::MIN],
    });
    let mut body = with(ats("orders"), "/auth/hint", json!("kept"));
    body["connectionSpec"]["hint"] = json!("kept");
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let made = tenant.create(body.clone()).await;
    let kept = |stored: &Value| {
        for (key, value) in body.as_object().unwrap() {
            assert_eq!(&stored[key], value, "{key}");
        }
    };
    kept(&tenant.read(&made.id).await);
    tenant.patch(&made, rename("orders")).await.expect_status(200);
    kept(&tenant.read(&made.id).await);
}

#[tokio::test]
async fn keys_without_a_value_are_omitted_and_a_null_counts_as_absent() {
    let tenant = support::tenant().await;
    let without_description = without(ats("orders"), "/description");
    let without_auth = landing_zone("files");
    for body in [
        without_description.clone(),
        with(without_description, "/description", Value::Null),
        with(with(ats("orders"), "/providerId", Value::Null), "/auth/params/other", Value::Null),
        without_auth.clone(),
        with(without_auth.clone(), "/auth", Value::Null),
        with(without_auth, "/connectionSpec/version", Value::Null),
    ] {
        let made = tenant.create(body.clone()).await;
        let stored = tenant.read(&made.id).await;
        assert!(!stored.to_string().contains("null"), "{stored}");
        for key in ["description", "auth", "providerId"] {
            assert_eq!(
                stored.get(key).is_some(),
                body.get(key).is_some_and(|v| !v.is_null()),
                "{key} of {stored}"
            );
        }
    }
}

#[tokio::test]
async fn without_a_version_the_newest_version_of_the_spec_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("connection-specs");
    std::fs::create_dir(&specs).unwrap();
    for version in ["1.9", "1.10", "1.2"] {
        let spec = json!({ "id": "mine", "name": "mine", "version": version, "authSpec": [] });
        std::fs::write(specs.join(format!("{version}.json")), spec.to_string()).unwrap();
    }
    let mock = support::server(|config| config.fixtures = Some(folder.path().into()));
    let tenant = Tenant::on(&mock);
    for (spec, version) in [
        (json!({ "id": "mine" }), "1.10"),
        (json!({ "id": "mine", "version": "1.9" }), "1.9"),
        (json!({ "id": ATS }), "1.0"),
    ] {
        let mut body = ats("orders");
        if spec["id"] == "mine" {
            body = without(body, "/auth");
        }
        let made = tenant.create(with(body, "/connectionSpec", spec.clone())).await;
        assert_eq!(tenant.read(&made.id).await["connectionSpec"]["version"], version, "{spec}");
    }
}

#[tokio::test]
async fn keys_owned_by_the_service_are_ignored_in_the_body() {
    let tenant = support::tenant().await;
    let owned = json!({
        "id": "00000000-0000-4000-8000-000000000000", "createdAt": 1, "updatedAt": "yesterday",
        "createdBy": "me", "updatedBy": "me", "createdClient": "mine", "updatedClient": "mine",
        "sandboxId": "mine", "sandboxName": "mine", "imsOrgId": "mine", "version": "1", "etag": "\"1\"",
        "state": "disabled", "lastOperation": { "started": 1, "updated": 2, "operation": "mine" },
    });
    let mut body = ats("orders");
    body.as_object_mut().unwrap().extend(owned.as_object().unwrap().clone());
    let made = tenant.create(body).await;
    let stored = tenant.read(&made.id).await;
    for (key, value) in owned.as_object().unwrap() {
        assert_ne!(&stored[key], value, "{key}");
    }
    assert_eq!(stored["state"], "enabled");
}

#[tokio::test]
async fn a_connection_that_was_read_can_be_created_again() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let copy = tenant.create(tenant.read(&made.id).await).await;
    assert_ne!((&copy.id, &copy.etag), (&made.id, &made.etag));
    assert_eq!(tenant.read(&copy.id).await["auth"], ats("orders")["auth"]);
    assert_eq!(tenant.count().await, 2);
}

#[tokio::test]
async fn two_connections_may_have_the_same_name() {
    let tenant = support::tenant().await;
    let (one, two) = (tenant.create(ats("orders")).await, tenant.create(ats("orders")).await);
    assert_ne!(one.id, two.id);
    assert_ne!(one.etag, two.etag);
}

#[tokio::test]
async fn missing_and_unknown_required_values_are_refused() {
    let tenant = support::tenant().await;
    let cases = [
        (without(ats("x"), "/name"), "FLOW-1000-400", "/name"),
        (with(ats("x"), "/name", Value::Null), "FLOW-1000-400", "/name"),
        (with(ats("x"), "/name", json!("")), "FLOW-1000-400", "/name"),
        (without(ats("x"), "/connectionSpec"), "FLOW-1413-400", "/connectionSpec"),
        (with(ats("x"), "/connectionSpec", json!({})), "FLOW-1413-400", "/connectionSpec/id"),
        (with(ats("x"), "/connectionSpec/id", Value::Null), "FLOW-1413-400", "/connectionSpec/id"),
        (with(ats("x"), "/connectionSpec/id", json!("")), "FLOW-1413-400", "/connectionSpec/id"),
        (with(ats("x"), "/connectionSpec/id", json!("nobody's")), "FLOW-1413-400", "/connectionSpec/id"),
        (with(ats("x"), "/connectionSpec/version", json!("9.9")), "FLOW-1413-400", "/connectionSpec/version"),
    ];
    for (body, code, pointer) in cases {
        let name = pointer.trim_start_matches('/').replace('/', ".");
        tenant.post("/connections", &body).await.expect_error(code).at(pointer).naming(&name);
    }
    tenant.post("/connections?mode=daft", &ats("x")).await.expect_error("FLOW-1452-400").naming("mode=daft");
    tenant.post("/connections?limit=1", &ats("x")).await.expect_error("FLOW-1451-400").naming("limit");
    assert_eq!(tenant.count().await, 0);
}

#[tokio::test]
async fn every_call_refuses_unknown_query_parameters() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let path = format!("/connections/{}", made.id);
    let patch = tenant.request(reqwest::Method::PATCH, &format!("{path}?nonsense=1")).header("If-Match", "*");
    for answer in [
        tenant.get("/connections?nonsense=1").await,
        tenant.post("/connections?nonsense=1", &ats("x")).await,
        tenant.get(&format!("{path}?nonsense=1")).await,
        tenant.get(&format!("{path}/test?nonsense=1")).await,
        tenant.action(&made.id, "op=disable&nonsense=1").await,
        Answer::to(patch.body(rename("x").to_string())).await,
        tenant.delete(&format!("{path}?nonsense=1")).await,
    ] {
        answer.expect_error("FLOW-1451-400").naming("nonsense");
    }
    assert_eq!(tenant.read(&made.id).await["etag"], made.etag.as_str());
    // A parameter without a value counts as absent.
    tenant.get(&format!("{path}?nonsense=")).await.expect_status(200);
    tenant.get("/connections?nonsense").await.expect_status(200);
}
