//! The journal: `/_flowmock/requests`, and the same as methods of the library.

use crate::support::{self, Answer, CREDENTIAL, Raw, Tenant, ats, rename};
use flowmock::{BASE_PATH, FlowMock, RecordedOutcome, RecordedRequest, RequestFilter};
use proptest::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// Asks a control call, which is no tenant's.
async fn control(mock: &FlowMock, method: Method, path: &str) -> Answer {
    let client = reqwest::Client::new();
    Answer::to(client.request(method, format!("{}/_flowmock{path}", mock.url()))).await
}

/// What the list there holds.
async fn list(mock: &FlowMock, query: &str) -> Vec<RecordedRequest> {
    let answer = control(mock, Method::GET, &format!("/requests?{query}")).await.expect_status(200);
    serde_json::from_value(answer.json()["requests"].clone()).expect("requests")
}

fn server() -> FlowMock {
    support::server(|_| {})
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_is_recorded_with_its_answer() {
    let mock = server();
    for tenant in [Tenant::on(&mock), Tenant::over_http2(&mock)] {
        mock.clear_requests();
        let answer = tenant.post("/connections?mode=draft", &ats("orders")).await.expect_status(201);
        let [recorded] = list(&mock, "").await.try_into().unwrap();
        assert_eq!(recorded.operation.as_deref(), Some("createConnection"));
        assert_eq!(recorded.method, "POST");
        assert_eq!(recorded.path, format!("{BASE_PATH}/connections"));
        assert_eq!(recorded.query, "mode=draft");
        assert_eq!(recorded.ims_org_id.as_deref(), Some(tenant.ims_org.as_str()));
        assert_eq!(recorded.sandbox.as_deref(), Some("prod"));
        assert_eq!(recorded.api_key.as_deref(), Some("key"));
        assert_eq!(recorded.request_id.as_deref(), Some(answer.header("x-request-id")));
        assert_eq!((recorded.outcome, recorded.status), (RecordedOutcome::Answered, Some(201)));
        assert_eq!(recorded.error_code, None);
        assert!(recorded.duration_micros > 0 && recorded.time.ends_with('Z'), "{recorded:?}");
        assert_eq!(header(&recorded.headers, "content-type"), Some("application/json"));
        assert_eq!(header(&recorded.headers, "host"), Some(mock.address().to_string().as_str()));
        assert_eq!(header(&recorded.headers, "authorization"), Some("Bearer [redacted]"));
        assert_eq!(header(&recorded.response_headers, "location"), Some(answer.header("location")));
        let body = recorded.body.unwrap();
        assert_eq!(body.bytes, ats("orders").to_string().len() as u64);
        let body = body.json.unwrap();
        assert_eq!(body["name"], "orders");
        assert_eq!(body["auth"]["params"]["connectionString"], "[redacted]");
        assert_eq!(recorded.response_body.unwrap().json.unwrap(), answer.json());
    }
}

#[tokio::test]
async fn every_refusal_is_recorded_with_its_code_and_the_body_that_nobody_read() {
    let mock = support::server(|config| {
        config.cors = true;
        config.max_body_bytes = 1000;
        config.request_timeout = Duration::from_millis(200);
    });
    let tenant = Tenant::on(&mock);
    let refusals: [(_, u16, Option<&str>, Option<&str>); 6] = [
        (tenant.bare(Method::POST, "/connections"), 403, Some("403000"), Some("createConnection")),
        (tenant.request(Method::PUT, "/connections"), 405, Some("FLOW-1003-405"), None),
        (tenant.request(Method::POST, "/nowhere"), 404, Some("FLOW-1003-404"), None),
        (
            tenant.untyped(Method::POST, "/connections").header("Content-Type", "text/plain"),
            400,
            None,
            Some("createConnection"),
        ),
        (
            tenant.request(Method::POST, "/connections").header("Content-Encoding", "gzip"),
            415,
            Some("FLOW-1004-415"),
            Some("createConnection"),
        ),
        (
            tenant.request(Method::PATCH, "/connections/nobody"),
            400,
            Some("FLOW-1403-400"),
            Some("updateConnection"),
        ),
    ];
    for (request, status, code, operation) in refusals {
        mock.clear_requests();
        Answer::to(request.body("{\"name\":\"unread\"}")).await.expect_status(status);
        let [recorded] = list(&mock, "").await.try_into().unwrap();
        assert_eq!((recorded.status, recorded.error_code.as_deref()), (Some(status), code), "{recorded:?}");
        assert_eq!(recorded.operation.as_deref(), operation);
        assert_eq!(
            recorded.body.unwrap().json,
            Some(json!({"name": "unread"})),
            "what was sent is known all the same"
        );
        assert!(recorded.response_body.unwrap().json.is_some());
    }

    mock.clear_requests();
    tenant.post("/connections", &json!({"name": "x".repeat(1000)})).await.expect_error("FLOW-1004-413");
    let preflight = tenant.bare(Method::OPTIONS, "/connections").header("Origin", "http://localhost");
    Answer::to(preflight.header("Access-Control-Request-Method", "POST")).await.expect_status(200);
    let mut raw = Raw::to(&mock);
    raw.send(tenant.head("POST", "/connections", &["Content-Length: 100"])).send("{\"name\":");
    raw.answer().expect_error("FLOW-1004-408");
    let recorded = list(&mock, "").await;
    let seen: Vec<(&str, Option<u16>)> =
        recorded.iter().map(|recorded| (recorded.method.as_str(), recorded.status)).collect();
    assert_eq!(seen, [("POST", Some(408)), ("OPTIONS", Some(200)), ("POST", Some(413))]);
    let body = recorded[0].body.clone().unwrap();
    assert_eq!((body.bytes, body.json, body.text), (8, None, None));
    assert!(body.omitted.is_some(), "half a body may hold half a credential");
    assert_eq!(recorded[2].body.as_ref().unwrap().bytes, 1011);
}

#[tokio::test]
async fn its_own_calls_are_not_in_it() {
    let mock = server();
    for path in ["/health", "/errors", "/requests", "/requests.har", "/metrics", "/info", "/nowhere", ""] {
        control(&mock, Method::GET, path).await;
    }
    control(&mock, Method::DELETE, "/health").await;
    assert_eq!(mock.requests(&RequestFilter::new()), []);
}

#[tokio::test]
async fn a_list_is_what_its_query_asks_for_newest_first() {
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
async fn a_query_that_cannot_be_meant_is_refused_with_every_reason() {
    let mock = server();
    Tenant::on(&mock).get("/connections").await.expect_status(200);
    for (method, path, places) in [
        (Method::GET, "/requests?operation=x&status=abc&user=me", &["operation", "status", "user"][..]),
        (Method::GET, "/requests.har?limit=many", &["limit"]),
        (Method::DELETE, "/requests?operation=getConnection&imsOrgId=a", &["operation"]),
        (Method::GET, "/requests?path=%zz", &[""]),
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
async fn it_can_be_emptied_for_a_tenant_or_for_all() {
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
    assert_eq!(list(&mock, "").await[0].id, 4, "an id is not used again");
    assert_eq!(mock.clear_requests(), 1);
}

#[tokio::test]
async fn it_is_bounded_and_can_be_switched_off() {
    let few = support::server(|config| config.journal_requests = 2);
    let off = support::server(|config| config.journal_requests = 0);
    let short = support::server(|config| config.journal_max_body_bytes = 100);
    for mock in [&few, &off, &short] {
        let tenant = Tenant::on(mock);
        for name in ["a", "b", "c"] {
            tenant.create(ats(name)).await;
        }
        tenant.get("/connections").await.expect_status(200);
    }
    assert_eq!(list(&few, "").await.iter().map(|recorded| recorded.id).collect::<Vec<_>>(), [4, 3]);
    assert_eq!(list(&off, "").await, []);
    let recorded = list(&short, "").await;
    let page = recorded[0].response_body.clone().unwrap();
    assert!(page.truncated && page.bytes > 1000 && page.json.is_none() && page.omitted.is_some(), "{page:?}");
    let request = recorded[1].body.clone().unwrap();
    assert_eq!((request.truncated, request.bytes), (true, ats("c").to_string().len() as u64));
    let answer = recorded[1].response_body.clone().unwrap();
    assert!(!answer.truncated && answer.json.is_some(), "{answer:?}");
}

#[tokio::test]
async fn it_shows_credentials_where_it_is_told_to() {
    let mock = support::server(|config| {
        config.journal_secrets = true;
        config.journal_max_body_bytes = 600;
    });
    let tenant = Tenant::on(&mock);
    let id = tenant.create(ats("orders")).await.id;
    let whole = tenant.get(&format!("/connections/{id}")).await.body;
    let cut = list(&mock, "limit=1").await[0].response_body.clone().unwrap();
    assert_eq!((cut.truncated, cut.bytes), (true, whole.len() as u64));
    assert_eq!(cut.text.as_deref(), str::from_utf8(&whole[..600]).ok());
    Answer::to(tenant.request(Method::POST, "/connections").body("{\"not\": json")).await.expect_status(400);
    let [malformed, _, made] = list(&mock, "").await.try_into().unwrap();
    assert_eq!(header(&made.headers, "authorization"), Some("Bearer token"));
    let string = made.body.unwrap().json.unwrap()["auth"]["params"]["connectionString"].clone();
    assert!(string.as_str().unwrap().contains(CREDENTIAL), "{string}");
    assert_eq!(malformed.body.unwrap().text.as_deref(), Some("{\"not\": json"));
    assert!(mock.har().contains(CREDENTIAL));
}

#[tokio::test]
async fn a_har_file_has_what_the_format_asks_for() {
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

/// A request that holds `secret` where a credential is documented to stand; it need not be a good one.
fn with_secret(tenant: &Tenant, secret: &str, place: usize) -> reqwest::RequestBuilder {
    let request = |method, path: &str| tenant.request(method, path);
    let body = |body: Value| tenant.request(Method::POST, "/connections").body(body.to_string());
    match place {
        0 => tenant
            .untyped(Method::GET, "/connections")
            .header("Proxy-Authorization", format!("Basic {secret}")),
        1 => tenant.bare(Method::GET, "/connections").header("Authorization", format!("Bearer {secret}")),
        2 => tenant.bare(Method::GET, "/connections").header("Authorization", secret),
        3 => request(Method::GET, "/connections").header("Cookie", format!("session={secret}")),
        4 => request(Method::GET, "/connections").header("x-flowmock-control-token", secret),
        5 => request(Method::GET, &format!("/connections?property=auth.params.connectionString=={secret}")),
        6 => request(Method::GET, &format!("/connections?property=auth.params.password%20{secret}")),
        7 => request(
            Method::GET,
            &format!("/connections?client_secret={secret}&access_token={secret}&code={secret}"),
        ),
        8 => request(
            Method::GET,
            &format!("/connections?sig={secret}&property=name%3D%3DAccountKey%3D{secret}"),
        ),
        9 => {
            let search = json!({"queryString": format!("property=auth.params.connectionString=={secret}")});
            request(Method::POST, "/connections/search").body(search.to_string())
        }
        10 => body(
            json!({"auth": {"specName": "Basic", "params": {"username": secret, "deep": [{"x": secret}]}}}),
        ),
        11 => {
            let mut whole = ats("kept");
            let string = format!("AccountName=acme;SharedAccessSignature=sv=1&sig={secret}");
            whole["auth"]["params"]["connectionString"] = string.into();
            body(whole)
        }
        12 => body(json!({"name": "x", "clientSecret": secret, "own": {"refresh_token": [secret]}})),
        13 => body(
            json!({"name": format!("Server=s;Password={secret}"), "description": format!("AccountKey = {secret}")}),
        ),
        14 => body(json!([secret, "unknown"]))
            .header("Content-Type", "text/plain")
            .body(format!("{{\"password\": {secret}")),
        15 => {
            let operations = json!([
                {"op": "replace", "path": "/auth/params/connectionString", "value": secret},
                {"op": "add", "path": "/auth", "value": {"specName": "x", "params": {"a": secret}}},
            ]);
            request(Method::PATCH, "/connections/nobody").header("If-Match", "*").body(operations.to_string())
        }
        16 => {
            let form =
                format!("grant_type=client_credentials&client_id=a&client_secret={secret}&code={secret}");
            request(Method::POST, "/ims/token/v3")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form)
        }
        _ => request(Method::GET, "/connections")
            .header("Referer", format!("https://a.example.com/?sig={secret}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_credential_never_comes_out_of_it(secret in "S[a-zA-Z0-9]{10,30}T") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mock = server();
            let tenant = Tenant::on(&mock);
            // What orders by it has tokens that hold it.
            tenant.create(support::with(ats("own"), "/clientSecret", secret.clone().into())).await;
            tenant.create(support::with(ats("own"), "/clientSecret", format!("{secret}2").into())).await;
            let (_, next) = tenant.page("/connections?limit=1&orderby=clientSecret").await;
            let next = next.unwrap();
            tenant.page(&next).await;
            let elsewhere = tenant.in_sandbox("dev").get(&next).await;
            elsewhere.expect_error("FLOW-1452-400");
            for place in 0..18 {
                Answer::to(with_secret(&tenant, &secret, place)).await;
            }
            let pages = [
                control(&mock, Method::GET, "/requests").await,
                control(&mock, Method::GET, "/requests.har").await,
                control(&mock, Method::GET, "/requests/1").await,
            ];
            let recorded = mock.requests(&RequestFilter::new());
            assert_eq!(recorded.len(), 23);
            let token = base64_text(&secret);
            for text in pages.map(|page| page.expect_status(200)).iter().map(ToString::to_string).chain([format!("{recorded:?}")]) {
                for part in [&secret, &token] {
                    let at = text.find(part.as_str());
                    assert!(at.is_none(), "{}", at.map_or("", |at| &text[at.saturating_sub(300)..at + 100]));
                }
            }
        });
    }
}

/// The middle of what the secret is in base64, behind the byte that a token begins with.
fn base64_text(secret: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bytes: Vec<u8> = std::iter::once(b'#').chain(secret.bytes()).collect();
    let whole = bytes.chunks_exact(3).flat_map(|chunk| {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift) as usize & 63]))
    });
    whole.skip(4).collect()
}
