//! `POST /connections/search`.

use crate::support::{self, Answer, Tenant, ats};
use serde_json::{Value, json};

async fn search(tenant: &Tenant, body: Value) -> Answer {
    tenant.post("/connections/search", &body).await
}

async fn names(tenant: &Tenant, body: Value) -> Vec<String> {
    let answer = search(tenant, body).await.expect_status(200).json();
    answer["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

async fn four() -> Tenant {
    let tenant = support::tenant().await;
    for name in ["c", "a", "d", "b & c"] {
        tenant.create(ats(name)).await;
    }
    tenant
}

#[tokio::test]
async fn a_search_returns_the_same_as_the_list() {
    let tenant = four().await;
    let bodies = [
        (json!({}), ""),
        (json!({"queryString": ""}), ""),
        (json!({"queryString": null, "count": null}), ""),
        (json!({"queryString": "property=name%3E=b&orderby=name"}), "?property=name%3E=b&orderby=name"),
        (json!({"queryString": "property=name==\"b %26 c\""}), "?property=name==%22b%20%26%20c%22"),
        (
            json!({"queryString": "property=name", "orderby": "-name", "limit": 2}),
            "?property=name&orderby=-name&limit=2",
        ),
        (json!({"limit": "3", "orderby": "+name", "count": false}), "?limit=3&orderby=%2Bname"),
        (json!({"count": true, "queryString": "property=name!=a"}), "?count=true&property=name!=a"),
        (json!({"queryString": "count=True"}), "?count=true"),
    ];
    for (body, query) in bodies {
        let listed = tenant.get(&format!("/connections{query}")).await.expect_status(200).json();
        let mut found = search(&tenant, body.clone()).await.expect_status(200).json();
        let links = found.get_mut("_links").map(Value::take).unwrap_or_default();
        assert_eq!(found["items"], listed["items"], "{body}");
        assert_eq!(found["count"], listed["count"], "{body}");
        assert_eq!(links["next"].is_null(), listed["_links"]["next"].is_null(), "{body}");
    }
}

#[tokio::test]
async fn keys_of_the_body_take_precedence_over_the_query_string() {
    let tenant = four().await;
    let query = "limit=1&orderby=name&count=true";
    let body = json!({"queryString": query, "limit": 3, "orderby": "-name", "count": false});
    assert_eq!(names(&tenant, body).await, ["d", "c", "b & c"]);
}

#[tokio::test]
async fn a_search_continues_by_its_link_or_by_its_token_with_the_same_body() {
    let tenant = four().await;
    let body = json!({"queryString": "property=name!=\"b %26 c\"", "limit": 2, "orderby": "name"});
    let first = search(&tenant, body.clone()).await.expect_status(200).json();
    let next = first["_links"]["next"]["href"].as_str().expect("a next page");
    let by_link = tenant.get(next).await.expect_status(200).json();
    assert_eq!(by_link["items"].as_array().unwrap().len(), 1);
    assert_eq!(by_link["items"][0]["name"], "d");
    let token = next.split(['=', '&']).nth(1).expect("a token");
    let again = format!("/connections/search?continuationToken={token}");
    assert_eq!(tenant.post(&again, &body).await.expect_status(200).json(), by_link);
    // The token carries the filter.
    let less = json!({"limit": 2, "orderby": "name"});
    assert_eq!(tenant.post(&again, &less).await.expect_status(200).json(), by_link);
    let other = json!({"queryString": "property=name!=a", "limit": 2, "orderby": "name"});
    let refused = tenant.post(&again, &other).await.expect_error("FLOW-1452-400").naming("continuationToken");
    assert_eq!(refused.header("x-flowmock-pointer"), "");
}

#[tokio::test]
async fn each_error_in_a_search_points_at_its_key() {
    let tenant = four().await;
    let cases = [
        (json!([]), "FLOW-1000-400", ""),
        (json!({"queryString": 1}), "FLOW-1000-400", "/queryString"),
        (json!({"limit": [1]}), "FLOW-1000-400", "/limit"),
        (json!({"orderby": {}}), "FLOW-1000-400", "/orderby"),
        (json!({"limit": 0}), "FLOW-1452-400", "/limit"),
        (json!({"limit": 1001}), "FLOW-1452-400", "/limit"),
        (json!({"limit": 1.5}), "FLOW-1452-400", "/limit"),
        (json!({"limit": "abc"}), "FLOW-1452-400", "/limit"),
        (json!({"count": 1}), "FLOW-1452-400", "/count"),
        (json!({"count": true, "limit": 1}), "FLOW-1401-400", "/limit"),
        (json!({"count": true, "queryString": "limit=1"}), "FLOW-1401-400", "/queryString"),
        (json!({"queryString": "limit=0"}), "FLOW-1452-400", "/queryString"),
        (json!({"queryString": "a=%zz"}), "FLOW-1452-400", "/queryString"),
        (json!({"queryString": "continuationToken=abc"}), "FLOW-1452-400", "/queryString"),
        (json!({"queryString": "foo=1"}), "FLOW-1451-400", "/queryString"),
        (json!({"orderBy": "name"}), "FLOW-1451-400", "/orderBy"),
        (json!({"orderby": "*name"}), "FLOW-1432-400", "/orderby"),
        (json!({"orderby": "nosuch"}), "FLOW-1433-400", "/orderby"),
        (json!({"queryString": "orderby=nosuch"}), "FLOW-1433-400", "/queryString"),
        (json!({"queryString": "property=name~a"}), "FLOW-1440-400", "/queryString"),
        (json!({"queryString": "property=name<a,b"}), "FLOW-1443-400", "/queryString"),
        (json!({"queryString": "property=id<a"}), "FLOW-1448-400", "/queryString"),
        (json!({"queryString": "property=nosuch==a"}), "FLOW-1449-400", "/queryString"),
        (json!({"queryString": "property=name<>a"}), "FLOW-1450-400", "/queryString"),
        (json!({"queryString": "property=createdAt==a"}), "FLOW-1452-400", "/queryString"),
        (json!({"queryString": "property=name=="}), "FLOW-1453-400", "/queryString"),
    ];
    for (body, code, pointer) in cases {
        search(&tenant, body).await.expect_error(code).at(pointer);
    }
    tenant
        .post("/connections/search?limit=1", &json!({}))
        .await
        .expect_error("FLOW-1451-400")
        .naming("limit");
    let empty = Answer::to(tenant.request(reqwest::Method::POST, "/connections/search")).await;
    empty.expect_error("FLOW-1405-400");
}

#[tokio::test]
async fn a_query_string_is_limited_like_a_query() {
    let mock = support::server(|config| config.max_query_bytes = 50);
    let tenant = Tenant::on(&mock);
    let body = |bytes: usize| json!({"queryString": format!("property=name=={}", "x".repeat(bytes - 15))});
    search(&tenant, body(50)).await.expect_status(200);
    let refused = search(&tenant, body(51)).await.expect_error("FLOW-1004-414").at("/queryString");
    refused.naming("queryString has 51 bytes");
}

#[tokio::test]
async fn a_pointer_that_does_not_fit_a_header_is_omitted() {
    let tenant = support::tenant().await;
    let refused = |key: String| {
        let tenant = tenant.clone();
        async move { tenant.post("/connections/search", &json!({ key: 1 })).await.expect_error("FLOW-1451-400") }
    };
    refused("k".repeat(1000)).await.at(&format!("/{}", "k".repeat(1000)));
    assert_eq!(refused("k".repeat(100_000)).await.header("x-flowmock-pointer"), "");
}
