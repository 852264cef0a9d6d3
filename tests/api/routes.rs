//! Paths and methods. Reference: "Base path and headers", "Operations on /connections";
//! `errors.csv`, FLOW-1003-404.

use crate::support::{self, Answer, Tenant, ats, draft, rename, shared, with_headers};
use flowmock::{Expectation, RequestFilter, Times};
use reqwest::Method;
use serde_json::Value;

#[tokio::test]
async fn an_unknown_path_below_the_base_path_is_a_404_for_every_method() {
    let tenant = support::tenant().await;
    let id = tenant.create(ats("orders")).await.id;
    let paths = [
        "",
        "/",
        "/nowhere",
        "/nowhere/",
        "/Connections",
        "/connectionz",
        &format!("/connections/{id}/nowhere"),
    ];
    for path in paths {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = Answer::to(tenant.request(method, path)).await.expect_error("FLOW-1003-404");
            assert_eq!(answer.json()["title"], "Resource not found");
            answer.naming(path.trim_end_matches('/'));
        }
    }
}

#[tokio::test]
async fn a_path_outside_the_base_path_is_a_404_without_header_checks() {
    let url = shared().url();
    for path in ["/", "/data/foundation/flow", "/connections", "/data/foundation/flowservices/connections"] {
        let request = support::client().get(format!("{url}{path}"));
        Answer::to(request).await.expect_error("FLOW-1003-404").naming(path).naming(flowmock::BASE_PATH);
    }
}

#[tokio::test]
async fn a_known_path_with_a_wrong_method_is_a_405_that_lists_the_allowed_ones() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let id = &made.id;
    let routes = [
        ("/connections".to_owned(), vec!["GET", "HEAD", "POST"]),
        (format!("/connections/{id}"), vec!["DELETE", "GET", "HEAD", "PATCH"]),
        (format!("/connections/{id}/test"), vec!["GET", "HEAD"]),
        (format!("/connections/{id}/action"), vec!["POST"]),
    ];
    for (path, takes) in routes {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            if takes.contains(&method) {
                continue;
            }
            for path in [path.clone(), path.clone() + "/"] {
                let request = tenant.request(method.parse().unwrap(), &path);
                let answer = Answer::to(request).await.expect_error("FLOW-1003-405").naming(method);
                let mut allow: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
                allow.sort_unstable();
                assert_eq!(allow, takes, "{answer}");
            }
        }
    }
    assert_eq!(tenant.read(id).await["etag"], made.etag.as_str());
}

#[tokio::test]
async fn a_path_with_needless_slashes_before_it_is_the_same_call_for_the_router_the_journal_and_contract_reports()
 {
    let mock = support::server(|config| config.contract_headers = true);
    let tenant = Tenant::on(&mock);
    for slashes in ["/", "///"] {
        let path = format!("{slashes}{}/connections", flowmock::BASE_PATH);
        let request = with_headers(support::request(&mock, Method::GET, &path), tenant.headers());
        let answer = Answer::to(request).await.expect_status(200);
        assert_eq!(answer.header("x-flowmock-violations"), "slash-doubled", "{answer}");
        let recorded = mock.requests(&RequestFilter::new()).remove(0);
        assert_eq!((recorded.operation.as_deref(), recorded.path), (Some("listConnections"), path));
    }
    let answer = tenant.get("//connections").await.expect_error("FLOW-1003-404");
    assert_eq!(answer.header("x-flowmock-violations"), "slash-doubled", "{answer}");
    let expected =
        Expectation::new().operation("listConnections").path("/connections").times(Times::exactly(2));
    mock.assert_received(&expected);
}

#[tokio::test]
async fn every_path_answers_with_and_without_a_trailing_slash() {
    for slash in ["", "/"] {
        let tenant = support::tenant().await;
        let collection = format!("/connections{slash}");
        let made = tenant.create_at(&collection, &ats("orders")).await;
        let path = format!("/connections/{}", made.id);
        let listed = tenant.get(&format!("{collection}?limit=1")).await.expect_status(200);
        assert_eq!(listed.json()["items"][0]["id"], made.id.as_str());
        tenant.get(&format!("{path}{slash}")).await.expect_status(200);
        tenant.get(&format!("{path}/test{slash}")).await.expect_status(200);
        let patch = tenant.request(Method::PATCH, &format!("{path}{slash}")).header("If-Match", "*");
        Answer::to(patch.body(rename("sales").to_string())).await.expect_status(200);
        let action = tenant.request(Method::POST, &format!("{path}/action{slash}?op=disable"));
        Answer::to(action).await.expect_status(200);
        tenant.delete(&format!("{path}{slash}")).await.expect_status(204);
        let made = tenant.create_at(&format!("{collection}?mode=draft"), &draft("later")).await;
        assert_eq!(tenant.read(&made.id).await["state"], "draft");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let tenant = support::tenant().await;
    let id = tenant.create(ats("orders")).await.id;
    for path in ["/connections".to_owned(), format!("/connections/{id}"), "/connections/nobody".to_owned()] {
        let get = tenant.get(&path).await;
        let head = Answer::to(tenant.request(Method::HEAD, &path)).await;
        assert_eq!(head.status, get.status);
        assert!(head.body.is_empty());
        assert_eq!(head.header("content-length"), get.body.len().to_string());
        assert_eq!(head.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn control_calls_need_no_headers() {
    let url = shared().url();
    let client = support::client();
    let health = Answer::to(client.get(url.clone() + flowmock::HEALTH_PATH)).await.expect_status(200);
    assert_eq!(health.json()["status"], "ok");
    let catalogue = Answer::to(client.get(format!("{url}/_flowmock/errors"))).await.expect_status(200).json();
    let codes: Vec<_> = catalogue["errors"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert!(codes.contains(&&Value::from("FLOW-1439-404")) && codes.contains(&&Value::from("403010")));
    let wrong = Answer::to(client.post(url + flowmock::HEALTH_PATH)).await.expect_error("FLOW-1003-405");
    assert_eq!(wrong.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn an_invalid_id_is_an_unknown_entity() {
    let tenant = support::tenant().await;
    let made = tenant.create(ats("orders")).await;
    let ids = [
        "nobody".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        made.id.to_uppercase(),
        made.id.replace('-', ""),
    ];
    for id in ids {
        for answer in calls_on(&tenant, &id).await {
            let answer = answer.expect_error("FLOW-1439-404").naming(&id);
            let body = answer.json();
            assert_eq!(body["title"], "Resource not found");
            assert_eq!(body["report"]["id"], id);
            assert_eq!(body["report"]["type"], "connections");
        }
    }
    tenant.get("/connections/%ff").await.expect_error("FLOW-1003-404");
}

async fn calls_on(tenant: &Tenant, id: &str) -> [Answer; 5] {
    let path = format!("/connections/{id}");
    [
        tenant.get(&path).await,
        tenant.get(&format!("{path}/test")).await,
        tenant.patch_if("*", id, rename("x")).await,
        tenant.action(id, "op=disable").await,
        tenant.delete(&path).await,
    ]
}
