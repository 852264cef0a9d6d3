//! `/data/foundation/connectors/privateEndpoints`. Reference: "Private endpoints". The behaviour that all kinds of entity
//! share is tested with the crate's unit tests.

use crate::support::{
    self, ATS, Answer, Control, PRIVATE_ENDPOINTS as PATH, Tenant, ats, ids, private_endpoint as endpoint,
    rename, state_of, with, without,
};
use flowmock::RequestFilter;
use reqwest::Method;
use serde_json::{Value, json};

async fn call(
    tenant: &Tenant, method: Method, rest: &str, etag: Option<&str>, body: Option<&Value>,
) -> Answer {
    let request = tenant.absolute(method, &format!("{PATH}{rest}"));
    let mut request = support::with_headers(request, tenant.headers());
    if let Some(etag) = etag {
        request = request.header("If-Match", etag);
    }
    Answer::to(match body {
        Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
        None => request,
    })
    .await
}

async fn get(tenant: &Tenant, rest: &str) -> Answer {
    call(tenant, Method::GET, rest, None, None).await
}

#[tokio::test]
async fn a_private_endpoint_is_approved_at_once_and_lives_like_a_connection() {
    let tenant = support::tenant().await;
    let answer = call(&tenant, Method::POST, "/", None, Some(&endpoint("orders"))).await.expect_status(201);
    let made = answer.written();
    assert_eq!(answer.header("location"), format!("{PATH}/{}", made.id));
    let item = get(&tenant, &format!("/{}/", made.id)).await.expect_status(200).json()["items"][0].clone();
    for (key, value) in endpoint("orders").as_object().expect("an object") {
        assert_eq!(&item[key], value, "{key}");
    }
    assert_eq!((&item["state"], &item["etag"]), (&json!("approved"), &json!(made.etag)));
    assert_eq!(item["lastOperation"]["operation"], "create");
    let rest = format!("/{}", made.id);
    let pending = json!([{ "op": "replace", "path": "/state", "value": "pending" }]);
    let patched = call(&tenant, Method::PATCH, &rest, Some(&made.etag), Some(&pending)).await;
    let patched = patched.expect_status(200).written();
    assert_eq!(get(&tenant, &rest).await.json()["items"][0]["state"], "pending");
    let stale = call(&tenant, Method::PATCH, &rest, Some(&made.etag), Some(&rename("x"))).await;
    stale
        .expect_error("FLOW-1404-412")
        .naming("the private endpoint is at")
        .naming(patched.etag.trim_matches('"'));
    call(&tenant, Method::DELETE, &rest, None, None).await.expect_status(204);
    let gone = get(&tenant, &rest).await.expect_error("FLOW-1439-404").json();
    assert_eq!(
        (&gone["report"]["type"], &gone["report"]["id"]),
        (&json!("privateEndpoints"), &json!(made.id))
    );
    // Connections are apart, and may name an endpoint that does not exist.
    assert_eq!(tenant.count().await, 0);
    let named = with(ats("orders"), "/auth/params/privateEndpointId", json!(made.id));
    tenant.create(with(named, "/auth/params/usePrivateLink", json!(true))).await;
}

#[tokio::test]
async fn private_endpoints_are_filtered_and_paged_like_connections() {
    let tenant = support::tenant().await;
    let mut made = Vec::new();
    for name in ["one", "two", "three"] {
        made.push(tenant.create_private_endpoint(&endpoint(name)).await.id);
    }
    let page = get(&tenant, "?limit=2&orderby=name").await.expect_status(200).json();
    assert_eq!(ids(page["items"].as_array().expect("items")), [&*made[0], &*made[2]]);
    let next = page["_links"]["next"]["href"].as_str().expect("a link");
    let rest = next.strip_prefix("/privateEndpoints").expect("a path below the base path");
    let last = get(&tenant, rest).await.expect_status(200).json();
    assert_eq!(ids(last["items"].as_array().expect("items")), [&*made[1]]);
    for (query, count) in [
        (format!("property=connectionSpec.id=={ATS}"), 3),
        ("property=resourceName==shopstorage&property=name==two".into(), 1),
        ("property=fqdns[]==shopstorage.table.core.windows.net&property=state==approved".into(), 3),
        ("property=state==pending".into(), 0),
    ] {
        let counted = get(&tenant, &format!("?count=true&{query}")).await.expect_status(200).json();
        assert_eq!(counted, json!({ "count": count }), "{query}");
    }
    get(&tenant, "?property=other==1").await.expect_error("FLOW-1449-400").naming("other");
    get(&tenant, "?start=1").await.expect_error("FLOW-1451-400");
}

#[tokio::test]
async fn an_invalid_private_endpoint_is_refused_with_the_culprit() {
    let tenant = support::tenant().await;
    let whole = || endpoint("orders");
    for (body, code, pointer) in [
        (without(whole(), "/name"), "FLOW-1000-400", "/name"),
        (with(whole(), "/subscriptionId", json!("")), "FLOW-1000-400", "/subscriptionId"),
        (with(whole(), "/resourceGroupName", json!(5)), "FLOW-1000-400", "/resourceGroupName"),
        (without(whole(), "/resourceName"), "FLOW-1000-400", "/resourceName"),
        (with(whole(), "/fqdns", json!("a.example.com")), "FLOW-1000-400", "/fqdns"),
        (with(whole(), "/fqdns", json!(["a.example.com", 5])), "FLOW-1000-400", "/fqdns/1"),
        (without(whole(), "/connectionSpec"), "FLOW-1413-400", "/connectionSpec"),
        (with(whole(), "/connectionSpec/id", json!("x")), "FLOW-1413-400", "/connectionSpec/id"),
        (with(whole(), "/connectionSpec/version", json!("9")), "FLOW-1413-400", "/connectionSpec/version"),
    ] {
        let answer = call(&tenant, Method::POST, "", None, Some(&body)).await;
        answer.expect_error(code).at(pointer);
    }
    let made = tenant.create_private_endpoint(&without(whole(), "/fqdns")).await;
    for (operation, code) in [
        (json!({ "op": "remove", "path": "/resourceName" }), "FLOW-1000-400"),
        (json!({ "op": "replace", "path": "/connectionSpec/id", "value": "x" }), "FLOW-1414-400"),
        (json!({ "op": "replace", "path": "/state", "value": "enabled" }), "FLOW-1456-400"),
    ] {
        let path = format!("/{}", made.id);
        call(&tenant, Method::PATCH, &path, Some("*"), Some(&json!([operation]))).await.expect_error(code);
    }
    let path = format!("/{}", made.id);
    call(&tenant, Method::PATCH, &path, None, Some(&rename("x"))).await.expect_error("FLOW-1403-400");
    call(&tenant, Method::POST, "?mode=draft", None, Some(&whole())).await.expect_error("FLOW-1451-400");
    call(&tenant, Method::POST, "/search", None, Some(&json!({}))).await.expect_status(405);
    call(&tenant, Method::GET, "/a/b", None, None).await.expect_error("FLOW-1003-404");
    let bare = tenant.absolute(Method::GET, PATH);
    let bare = support::with_headers(bare, tenant.headers_except("x-sandbox-name"));
    Answer::to(bare).await.expect_error("FLOW-2105-400");
}

#[tokio::test]
async fn state_documents_faults_journal_and_contract_reports_know_private_endpoints() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    let pending = with(endpoint("seeded"), "/state", json!("pending"));
    let document = state_of(&tenant.ims_org, "prod", json!({ "privateEndpoints": [pending] }));
    Control::of(&mock).merge(&document).await.expect_status(204);
    let items = get(&tenant, "").await.expect_status(200).json()["items"].clone();
    assert_eq!((&items[0]["name"], &items[0]["state"]), (&json!("seeded"), &json!("pending")));
    let exported = mock.state();
    assert_eq!(exported["organisations"][0]["sandboxes"][0]["privateEndpoints"], items);
    let wrong = state_of(
        "A@AdobeOrg",
        "prod",
        json!({ "privateEndpoints": [with(endpoint("x"), "/state", json!("draft"))] }),
    );
    let refused = Control::of(&mock).merge(&wrong).await.expect_status(400);
    let at = "/organisations/0/sandboxes/0/privateEndpoints/0/state";
    assert_eq!(refused.json()["errors"][0]["path"], at, "{refused}");

    let rules = json!({ "faults": [
        { "match": { "operation": "createPrivateEndpoint" }, "times": 1, "action": { "error": "FLOW-1103-503" } },
        { "match": { "path": "/privateEndpoints" }, "times": 1, "action": { "error": "FLOW-1400-500" } },
    ] });
    let control = Control::of(&mock);
    let added = control.send(Method::POST, "/faults", "application/json", rules.to_string()).await;
    assert!(added.status.is_success() && added.json().get("warnings").is_none(), "{added}");
    let new = endpoint("new");
    call(&tenant, Method::POST, "", None, Some(&new)).await.expect_error("FLOW-1103-503");
    call(&tenant, Method::POST, "", None, Some(&new)).await.expect_error("FLOW-1400-500");
    let made = tenant.create_private_endpoint(&with(new, "/fqnds", json!([]))).await;
    let journal = mock.requests(&RequestFilter::default());
    let creations =
        journal.iter().filter(|entry| entry.operation.as_deref() == Some("createPrivateEndpoint"));
    assert_eq!(creations.count(), 3);
    let report = mock.contract_report();
    let broken: Vec<&str> = report.consumers[0].broken.iter().map(|broken| &*broken.rule).collect();
    assert!(broken.contains(&"body-field-unknown"), "{broken:?}");
    assert!(!broken.contains(&"call-unknown"), "{broken:?}");
    let metrics = control.get("/metrics").await.expect_status(200);
    let sample =
        format!("flowmock_private_endpoints{{ims_org_id=\"{}\",sandbox=\"prod\"}} 2\n", tenant.ims_org);
    assert!(String::from_utf8_lossy(&metrics.body).contains(&sample), "{metrics}");
    assert!(!made.id.is_empty());
}

#[tokio::test]
async fn one_refusal_names_all_texts_that_a_private_endpoint_lacks() {
    let tenant = support::tenant().await;
    let refused = call(&tenant, Method::POST, "", None, Some(&json!({}))).await.expect_error("FLOW-1000-400");
    refused.at("/name").naming("name, subscriptionId, resourceGroupName, resourceName are absent or empty");
    let one =
        call(&tenant, Method::POST, "", None, Some(&without(endpoint("orders"), "/resourceName"))).await;
    one.expect_error("FLOW-1000-400").at("/resourceName").naming("resourceName is absent or empty");
}

#[tokio::test]
async fn a_connection_names_a_private_endpoint_by_a_uuid_or_by_the_placeholder_of_the_documentation() {
    let tenant = support::tenant().await;
    let naming = |id: &str| with(ats("orders"), "/auth/params/privateEndpointId", json!(id));
    tenant.create(naming("6D0F6A1E-43c4-4b52-8f7c-9f2c1a3f5e10")).await;
    tenant.create(naming("{PRIVATE_ENDPOINT_ID}")).await;
    for other in ["", "x", "6d0f6a1e43c44b528f7c9f2c1a3f5e10", "6d0f6a1e-43c4-4b52-8f7c-9f2c1a3f5e10\n", "{}"]
    {
        let refused = tenant.post("/connections", &naming(other)).await.expect_error("FLOW-1100-400");
        refused.naming("1312-400").at("/auth/params/privateEndpointId");
    }
}
