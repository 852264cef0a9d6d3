//! Reading, filtering and clearing the journal.

use super::{control, list, server};
use crate::support::{Answer, Tenant, ats, rename};
use flowmock::BASE_PATH;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_journal_can_be_filtered_and_lists_the_newest_first() {
    let mock = server();
    let (one, two) = (Tenant::on(&mock), Tenant::on(&mock).in_sandbox("dev"));
    let made = one.create(ats("orders")).await; // 1
    one.get(&format!("/connections/{}/", made.id)).await.expect_status(200); // 2
    two.get(&format!("/connections/{}", made.id)).await.expect_error("FLOW-1439-404"); // 3
    two.get("/connections?limit=1&property=name%3D%3Dx").await.expect_status(200); // 4
    one.patch_if("stale", &made.id, rename("x")).await.expect_error("FLOW-1404-412"); // 5
    let named = one.request(Method::GET, "/connections").header("x-request-id", "mine");
    Answer::to(named).await.expect_status(200); // 6
    Answer::to(one.bare(Method::GET, "/connections")).await.expect_error("403000"); // 7

    let all: Vec<u64> = list(&mock, "").await.iter().map(|recorded| recorded.id).collect();
    assert_eq!(all, [7, 6, 5, 4, 3, 2, 1]);
    let time = list(&mock, "limit=1").await[0].time.clone();
    let path = format!("path={BASE_PATH}/connections/{}", made.id);
    for (query, ids) in [
        ("operation=getConnection", &[3, 2][..]),
        ("method=get", &[7, 6, 4, 3, 2]),
        ("method=PATCH&status=412", &[5]),
        (&path, &[5, 3, 2]),
        ("path=/connections", &[7, 6, 4, 1]),
        ("path=/connections/*", &[5, 3, 2]),
        (&format!("imsOrgId={}", one.ims_org), &[6, 5, 2, 1]),
        (&format!("imsOrgId={}&sandbox=dev", two.ims_org), &[4, 3]),
        ("sandbox=nowhere", &[]),
        ("status=200", &[6, 4, 2]),
        ("status=4xx", &[7, 5, 3]),
        ("errorCode=FLOW-1404-412", &[5]),
        ("errorCode=403000", &[7]),
        ("requestId=mine", &[6]),
        ("sinceId=5", &[7, 6]),
        ("sinceId=7", &[]),
        ("limit=2&method=GET", &[7, 6]),
        ("limit=2&limit=1", &[7]),
        ("since=2020-01-01T00:00:00Z&limit=1", &[7]),
        ("since=9999-01-01T00:00:00Z", &[]),
        ("since=0&sinceId=6", &[7]),
        (&format!("since={time}&sinceId=6"), &[7]),
        ("status=&method=&limit=1", &[7]),
    ] {
        let found: Vec<u64> = list(&mock, query).await.iter().map(|recorded| recorded.id).collect();
        assert_eq!(found, ids, "{query}");
        let of_library = mock.requests(&query.parse().unwrap());
        assert!(of_library.iter().map(|recorded| recorded.id).eq(ids.iter().copied()), "{query}");
    }
    let answer = control(&mock, Method::GET, "/requests?limit=1").await;
    assert_eq!(answer.json()["lastId"], 7);
    let one_of_them = control(&mock, Method::GET, "/requests/5").await.expect_status(200).json();
    assert_eq!(one_of_them["errorCode"], "FLOW-1404-412");
    assert_eq!(list(&mock, "sinceId=4&method=PATCH").await, [serde_json::from_value(one_of_them).unwrap()]);
}

#[tokio::test]
async fn an_invalid_journal_query_is_refused_with_every_reason() {
    let mock = server();
    Tenant::on(&mock).get("/connections").await.expect_status(200);
    for (method, path, places) in [
        (Method::GET, "/requests?operation=x&status=abc&user=me", &["operation", "status", "user"][..]),
        (Method::GET, "/requests.har?limit=many", &["limit"]),
        (Method::DELETE, "/requests?operation=getConnection&imsOrgId=a", &["operation"]),
        (Method::GET, "/requests?path=%zz", &[""]),
        (Method::GET, "/requests?replicas=some", &["replicas"]),
        (Method::GET, "/requests?replicas=", &["replicas"]),
        (Method::GET, "/requests?replicas", &["replicas"]),
        (Method::GET, "/requests?replicas=all&sinceId=1", &["sinceId"]),
        (Method::GET, "/requests.har?replicas=all", &["replicas"]),
        (Method::GET, "/events?replicas=all", &["replicas"]),
        (Method::DELETE, "/requests?replicas=1&imsOrgId=a", &["replicas"]),
    ] {
        let answer = control(&mock, method, path).await.expect_status(400);
        let body = answer.json();
        let errors = body["errors"].as_array().unwrap();
        assert!(
            errors.iter().map(|error| error["path"].as_str().unwrap()).eq(places.iter().copied()),
            "{answer}"
        );
        assert!(errors.iter().all(|error| !error["reason"].as_str().unwrap().is_empty()), "{answer}");
    }
    for id in ["2", "0", "x", "-1", "99999999999999999999"] {
        let answer = control(&mock, Method::GET, &format!("/requests/{id}")).await.expect_status(404);
        assert_eq!(answer.json()["errors"][0]["path"], "", "{answer}");
    }
    assert_eq!(list(&mock, "").await.len(), 1, "nothing was cleared");
}

#[tokio::test]
async fn a_server_that_shares_no_state_has_the_requests_of_all_replicas() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    for limit in 1..=3 {
        tenant.get(&format!("/connections?limit={limit}")).await.expect_status(200);
    }
    let mut own = control(&mock, Method::GET, "/requests?limit=2").await.expect_status(200).json();
    let mut all =
        control(&mock, Method::GET, "/requests?limit=2&replicas=all").await.expect_status(200).json();
    // Whether they were examined by then is not the same.
    for request in [&mut own, &mut all].into_iter().flat_map(|list| list["requests"].as_array_mut().unwrap())
    {
        request.as_object_mut().unwrap().remove("brokenRules");
    }
    for request in all["requests"].as_array_mut().unwrap() {
        assert_eq!(request.as_object_mut().unwrap().remove("replica"), Some(json!("local")));
    }
    assert_eq!((&all["requests"], &all["replicas"]), (&own["requests"], &json!(["local"])));
    let cleared =
        control(&mock, Method::DELETE, "/requests?replicas=all&imsOrgId=other").await.expect_status(200);
    assert_eq!(cleared.json(), json!({"cleared": 0}));
    let cleared = control(&mock, Method::DELETE, "/requests?replicas=ALL").await.expect_status(200);
    assert_eq!(cleared.json(), json!({"cleared": 3}));
    assert!(list(&mock, "").await.is_empty());
}

#[tokio::test]
async fn the_journal_can_be_cleared_for_a_tenant_or_for_all() {
    let mock = server();
    let (one, two) = (Tenant::on(&mock), Tenant::on(&mock));
    let dev = one.in_sandbox("dev");
    for tenant in [&one, &dev, &two] {
        tenant.get("/connections").await.expect_status(200);
    }
    let cleared = |query: String| {
        let mock = &mock;
        async move {
            let answer =
                control(mock, Method::DELETE, &format!("/requests?{query}")).await.expect_status(200);
            answer.json()["cleared"].as_u64().unwrap()
        }
    };
    assert_eq!(cleared(format!("imsOrgId={}&sandbox=dev", one.ims_org)).await, 1);
    assert_eq!(list(&mock, "").await.len(), 2);
    assert_eq!(cleared(format!("imsOrgId={}", two.ims_org)).await, 1);
    assert_eq!(cleared(String::new()).await, 1);
    assert_eq!(cleared(String::new()).await, 0);
    one.get("/connections").await.expect_status(200);
    assert_eq!(list(&mock, "").await[0].id, 4, "ids are not reused");
    assert_eq!(mock.clear_requests(), 1);
}

#[tokio::test]
async fn a_har_file_has_every_required_member() {
    let mock = server();
    let tenant = Tenant::on(&mock);
    let made = tenant.create(ats("orders")).await;
    let page = tenant.request(Method::GET, "/connections?limit=1&orderby=-name").header("Cookie", "a=b; c=d");
    Answer::to(page).await.expect_status(200);
    tenant.delete(&format!("/connections/{}", made.id)).await.expect_status(204);
    let answer = control(&mock, Method::GET, "/requests.har").await.expect_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    let har = answer.json();
    assert_eq!(har["log"]["version"], "1.2");
    assert_eq!(har["log"]["creator"]["name"], "flowmock");
    let entries = har["log"]["entries"].as_array().unwrap();
    for (entry, (method, status)) in entries.iter().zip([("POST", 201), ("GET", 200), ("DELETE", 204)]) {
        let (request, response) = (&entry["request"], &entry["response"]);
        assert_eq!((&request["method"], &response["status"]), (&json!(method), &json!(status)));
        let url = request["url"].as_str().unwrap();
        assert!(url.starts_with(&mock.base_url()), "{url}");
        for key in ["cookies", "headers", "queryString"] {
            for pair in request[key].as_array().unwrap() {
                assert!(pair["name"].is_string() && pair["value"].is_string(), "{pair}");
            }
        }
        assert_eq!(request["httpVersion"], "HTTP/1.1");
        assert!(response["statusText"].is_string() && response["redirectURL"].is_string(), "{response}");
        assert!(
            response["content"]["size"].is_u64() && response["content"]["mimeType"].is_string(),
            "{response}"
        );
        assert!(response["cookies"].is_array() && response["headersSize"] == -1, "{response}");
        let timings = &entry["timings"];
        let sum: f64 = ["send", "wait", "receive"].iter().map(|key| timings[key].as_f64().unwrap()).sum();
        assert_eq!(entry["time"].as_f64(), Some(sum));
        assert!(entry["cache"].is_object() && entry["startedDateTime"].is_string(), "{entry}");
    }
    assert_eq!(entries.len(), 3);
    let post = &entries[0]["request"]["postData"];
    assert_eq!(post["mimeType"], "application/json");
    let body: Value = serde_json::from_str(post["text"].as_str().unwrap()).unwrap();
    assert_eq!(body["auth"]["params"]["connectionString"], "[redacted]");
    let query = &entries[1]["request"]["queryString"];
    assert_eq!(*query, json!([{"name": "limit", "value": "1"}, {"name": "orderby", "value": "-name"}]));
    let content = &entries[1]["response"]["content"];
    let page: Value = serde_json::from_str(content["text"].as_str().unwrap()).unwrap();
    assert_eq!(page["items"][0]["name"], "orders");
    assert!(entries[2]["response"]["content"].get("text").is_none());
    assert_eq!(har, serde_json::from_str::<Value>(&mock.har()).unwrap());
    let one = control(&mock, Method::GET, "/requests.har?method=GET").await.json();
    assert_eq!(one["log"]["entries"].as_array().unwrap().len(), 1);
}
