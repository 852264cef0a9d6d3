//! Single requests, beyond the examples in the documentation, by their `x-flowmock-violations`.

use super::support::{Api, landing_zone, server};
use crate::mock::FlowMock;
use reqwest::Method;
use reqwest::blocking::{RequestBuilder, Response};
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

fn telling() -> FlowMock {
    server(|config| config.contract_headers = true)
}

fn violations(answer: &Response) -> String {
    answer
        .headers()
        .get("x-flowmock-violations")
        .map_or(String::new(), |ids| ids.to_str().unwrap().to_owned())
}

#[track_caller]
fn expect(request: RequestBuilder, expected: &str) {
    let shown = format!("{request:?}");
    let answer = request.send().unwrap();
    assert_eq!(violations(&answer), expected, "{shown}\n{}", answer.text().unwrap());
}

#[test]
fn queries_are_compared_with_the_parameters_of_calls() {
    let mock = telling();
    let api = Api::of(&mock);
    let id = api.create("orders").id;
    let known = "/connectionSpecs/ecde33f2-c56f-46cc-bdea-ad151c16cd69";
    for (path, expected) in [
        ("/connections", ""),
        ("/connections/", ""),
        ("/connections?limit=&unknown=", ""),
        ("/connections?Limit=5", "parameter-unknown"),
        ("/connections?limit=0", "value-undocumented"),
        ("/connections?limit=abc", "value-undocumented"),
        ("/connections?limit=100000", ""),
        ("/connections?count=True", ""),
        ("/connections?count=FALSE", "letter-case"),
        ("/connections?count=1", "value-undocumented"),
        ("/connections?count=False&limit=5", ""),
        ("/connections?count=TRUE&limit=5", "letter-case,limit-with-count"),
        ("/connections?property=name,state", ""),
        ("/connections?property=name%3D%3Da%3Db", ""),
        ("/connections?property=name%3Da", "filter-single-equals"),
        ("/connections?property=createdAt%3E%3D5", ""),
        ("/connections?property=unknown==1", ""),
        ("/connections?orderby=%20name&property=name!=a", ""),
        ("/connections?orderby=nowhere", ""),
        ("/connections?property=description==%C3%28", "query-malformed"),
        ("/connections?sig=abc", "parameter-unknown,credential-in-url"),
        ("/connections?property=auth.specName==a", ""),
        ("/connections/00000000-0000-4000-8000-000000000000", ""),
        ("/connections/no-id?x=1", "parameter-unknown"),
        ("/connections/AccountKey=c2VjcmV0", "credential-in-url"),
        (&format!("/connections/{id}/explore?objectType=root"), ""),
        (&format!("/connections/{id}/explore?objectType=ROOT&preview=True"), ""),
        (&format!("/connections/{id}/explore?objectType=Root"), "letter-case"),
        (&format!("/connections/{id}/explore?objectType=views"), "value-undocumented"),
        (
            &format!(
                "/connections/{id}/explore?objectType=table&object=a&preview=true&previewCount=10&primaryKey=id"
            ),
            "",
        ),
        (&format!("/connections/{id}/explore"), "openapi-mismatch"),
        (&format!("/connections/{id}/configs"), ""),
        (&format!("{known}/explore?objectType=table&object=Orders"), ""),
        ("/connectionSpecs?property=name==mysql", ""),
        ("/connectionSpecs?filter=name==mysql", "parameter-unknown"),
        ("/runs?whatever=1", "parameter-unknown"),
        ("/flows?whatever=1", "parameter-unknown"),
        ("/sourceConnections/1", ""),
        ("/Connections", "call-unknown"),
        ("", "call-unknown"),
    ] {
        expect(api.request(Method::GET, path), expected);
    }
    expect(api.request(Method::HEAD, "/connections"), "");
    expect(api.request(Method::OPTIONS, "/connections"), "");
    expect(api.request(Method::PUT, "/connections"), "call-unknown");
}

#[test]
fn headers_are_compared_with_the_required_ones() {
    let mock = telling();
    let api = Api::of(&mock);
    let list = |api: &Api<'_>, expected: &str| expect(api.request(Method::GET, "/connections"), expected);
    for name in ["authorization", "x-api-key", "x-gw-ims-org-id", "x-sandbox-name"] {
        list(&api.without(name), "header-missing");
        list(&api.with(name, " "), "header-missing");
    }
    for (name, value, expected) in [
        ("authorization", "bearer token", ""),
        ("authorization", "BEARER token", "letter-case"),
        ("authorization", "Basic abc", "authorization-malformed"),
        ("authorization", "Bearer", "authorization-malformed"),
        ("authorization", "Bearer a b", "authorization-malformed"),
        ("authorization", "Bearer ${TOKEN}", "header-malformed"),
        ("x-gw-ims-org-id", "{ORG_ID}", "header-malformed"),
        ("x-gw-ims-org-id", "acme@example.com", "organisation-malformed"),
        ("x-sandbox-name", "*", "header-malformed"),
        ("x-sandbox-id", "not-a-uuid", "header-malformed"),
        ("x-sandbox-id", "139f6a5f-a78b-4744-9f6a-5fa78bd74431", ""),
        ("x-unknown", "anything", ""),
        ("x-flowmock-consumer", "me", ""),
        ("x-flowmock-test", "a test", ""),
        ("if-match", "*", ""),
    ] {
        list(&api.with(name, value), expected);
    }
    let umlaut = HeaderValue::from_bytes("é".as_bytes()).unwrap();
    expect(
        api.without("x-api-key").request(Method::GET, "/connections").header("x-api-key", umlaut),
        "header-malformed",
    );
    let sandboxes = |api: &Api<'_>| {
        let url = format!("{}/data/foundation/sandbox-management/sandboxes", mock.url());
        let request = api.request(Method::GET, "/connections").build().unwrap();
        let mut request =
            RequestBuilder::from_parts(reqwest::blocking::Client::new(), request).build().unwrap();
        *request.url_mut() = url.parse().unwrap();
        violations(&reqwest::blocking::Client::new().execute(request).unwrap())
    };
    assert_eq!(sandboxes(&api.without("x-sandbox-name")), "");
    assert_eq!(sandboxes(&api.without("x-gw-ims-org-id")), "header-missing");
    let nothing = api.without("authorization").without("x-gw-ims-org-id");
    let answer = nothing.get("/connections");
    assert_eq!(violations(&answer), "header-missing", "one finding, whatever is missing");
    let snapshot = api.snapshot();
    let details: Vec<&str> = snapshot
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.broken)
        .map(|broken| broken.first.detail.as_str())
        .collect();
    assert!(
        details.iter().all(|detail| !detail.contains("token") || !detail.contains("Bearer a")),
        "{details:?}"
    );
}

#[test]
fn bodies_are_compared_with_the_description() {
    let mock = telling();
    let api = Api::of(&mock);
    let whole = landing_zone("orders");
    let with = |more: Value| {
        let mut body = whole.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (body, expected) in [
        (whole.clone(), ""),
        (with(json!({"description": null, "auth": null})), ""),
        (with(json!({"providerId": "0ed90a81-07f4-4586-8190-b40eccef1c5a"})), ""),
        (with(json!({"rank": 1, "tags": []})), "own-field"),
        (with(json!({"Name": "x"})), "body-field-unknown"),
        (with(json!({"id": "x", "etag": "y"})), "body-field-ignored"),
        (with(json!({"auth": {"specName": "", "parameters": {}}})), "body-field-unknown"),
        (with(json!({"connectionSpec": {"id": "unknown"}})), ""),
        (with(json!({"connectionSpec": {}})), "openapi-mismatch"),
        (with(json!({"connectionSpec": {"name": "mysql"}})), "body-field-unknown"),
        (with(json!({"name": "password=hunter2"})), "credential-in-text"),
        (with(json!({"description": "see eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"})), "credential-in-text"),
        (with(json!({"auth": {"params": {"password": "hunter2"}}})), ""),
        (json!([]), "openapi-mismatch"),
        (json!("text"), "openapi-mismatch"),
    ] {
        expect(api.request(Method::POST, "/connections").body(body.to_string()), expected);
    }
    let creation = || api.request(Method::POST, "/connections");
    expect(creation().body("{\"name\":"), "openapi-mismatch");
    expect(creation(), "openapi-mismatch");
    expect(creation().body(" \n"), "openapi-mismatch");
    let typed = |content_type: &'static str| {
        let request = api.without("content-type").request(Method::POST, "/connections");
        let mut request = request.build_split().1.unwrap();
        request.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        *request.body_mut() = Some(whole.to_string().into());
        RequestBuilder::from_parts(reqwest::blocking::Client::new(), request)
    };
    expect(typed("application/json; charset=UTF-8"), "");
    expect(typed("Application/JSON;charset=\"utf-8\""), "");
    expect(typed("application/json; charset=latin1"), "content-type-wrong");
    expect(typed("text/json"), "content-type-wrong");
    expect(typed("application/json-patch+json"), "content-type-wrong");
    expect(typed("multipart/form-data; boundary=x"), "content-type-wrong");
}

#[test]
fn words_in_patches_actions_and_searches_are_checked() {
    let mock = telling();
    let api = Api::of(&mock);
    let made = api.create("orders");
    let patch = |body: Value, expected: &str| {
        let etag = serde_json::from_str::<Value>(&api.read(&made.id).text().unwrap()).unwrap();
        let etag = etag["items"][0]["etag"].as_str().unwrap().to_owned();
        let request =
            api.request(Method::PATCH, &format!("/connections/{}", made.id)).header("if-match", etag);
        expect(request.body(body.to_string()), expected);
    };
    let operation = |op: &str| json!({"op": op, "path": "/name", "value": "x"});
    patch(json!([operation("replace"), operation("ADD")]), "");
    patch(operation("replace"), "");
    patch(operation("Replace"), "letter-case");
    patch(operation("move"), "value-undocumented");
    patch(json!([{"op": "remove", "path": "/description"}]), "");
    patch(json!([{"op": "replace", "path": "/name", "from": "/x", "value": "y"}]), "body-field-unknown");
    patch(json!([{"op": "replace", "path": "/name"}]), "openapi-mismatch");
    patch(json!([]), "openapi-mismatch");
    patch(json!([{"op": "replace", "path": "/state", "value": "off"}]), "value-undocumented");
    patch(json!([{"op": "replace", "path": "/state", "value": "disabled"}]), "");
    patch(json!([{"op": "replace", "path": "/connectionSpec", "value": {}}]), "");
    patch(json!([{"op": "replace", "path": "/description", "value": "pwd=hunter2"}]), "credential-in-text");
    patch(json!([{"op": "add", "path": "/owner", "value": null}]), "");

    let act = |query: &str, expected: &str| {
        expect(api.request(Method::POST, &format!("/connections/{}/action?{query}", made.id)), expected);
    };
    act("op=enable", "");
    act("op=PUBLISH", "");
    act("op=Enable", "letter-case");
    act("op=FINALIZE&subOp=PROGRESS", "call-provider-only");
    act("subOp=apply", "openapi-mismatch");
    act("op=enable&subop=apply", "parameter-unknown");

    for (body, expected) in [
        (json!({"queryString": "property=name==x", "limit": 5}), ""),
        (json!({"queryString": "property=name=x"}), "filter-single-equals"),
        (json!({"queryString": "limit=5", "count": true}), "limit-with-count"),
        (json!({"queryString": "property=auth.params.password==hunter2"}), "credential-in-url"),
        (json!({"queryString": "orderby=%"}), "query-malformed"),
        (json!({"limit": 1001}), "openapi-mismatch"),
        (json!({"querystring": "limit=5"}), "body-field-unknown"),
    ] {
        expect(api.request(Method::POST, "/connections/search").body(body.to_string()), expected);
    }
}

#[test]
fn an_error_that_a_test_provokes_breaks_no_rule() {
    let mock = telling();
    let api = Api::of(&mock);
    let made = api.create("orders");
    for code in ["FLOW-1451-400", "403000", "FLOW-1103-503", "FLOW-1439-404", "FLOW-1434-400"] {
        let failing = api.with("x-flowmock-error", code);
        // One test after another, each with the same call.
        for _ in 0..3 {
            expect(failing.request(Method::GET, "/connections"), "");
        }
    }
    let stale = api.with("x-flowmock-error", "FLOW-1404-412");
    assert_eq!(violations(&stale.rename(&made.id, &made.etag, "a")), "");
    assert_eq!(
        violations(&api.rename(&made.id, &made.etag, "b")),
        "",
        "that test has nothing to do with this one"
    );
    // Within one test, this client does not read before it writes again.
    let (stale, api) = (stale.with("x-flowmock-test", "t"), api.with("x-flowmock-test", "t"));
    let made = api.create("sales");
    assert_eq!(violations(&stale.rename(&made.id, &made.etag, "a")), "");
    assert_eq!(violations(&api.rename(&made.id, &made.etag, "b")), "etag-stale-again");
}

#[test]
fn a_test_may_declare_the_rules_that_it_breaks_on_purpose() {
    let mock = telling();
    let api = Api::of(&mock);
    let allowed = api.with("x-flowmock-allow", "limit-with-count, parameter-unknown");
    expect(allowed.request(Method::GET, "/connections?limit=1&count=true&x=1"), "");
    expect(allowed.request(Method::GET, "/connections?limit=0"), "value-undocumented");
}
