//! How the page and its files are served.

use crate::support::{self, Answer, Control, Tenant};
use flowmock::{FlowMock, RequestFilter};
use reqwest::Method;
use serde_json::json;

const PAGE: &str = "/_flowmock/ui";
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

async fn get(mock: &FlowMock, path: &str) -> Answer {
    Answer::to(support::request(mock, Method::GET, path)).await
}

/// What a browser sends that opens `path`.
async fn visit(mock: &FlowMock, path: &str) -> Answer {
    Answer::to(support::request(mock, Method::GET, path).header("Accept", BROWSER)).await
}

/// The addresses of the files that the page names.
fn files_of(page: &Answer) -> Vec<String> {
    let html = String::from_utf8(page.body.clone()).expect("UTF-8");
    let texts = html.split('"').filter(|text| text.starts_with("/_flowmock/ui/files/"));
    texts.map(str::to_owned).collect()
}

/// Asserts that a browser runs a response only as a part of the page.
fn assert_protected(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for directive in
        ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"]
    {
        assert!(policy.contains(directive), "{answer}");
    }
    assert!(!policy.contains("unsafe"), "{answer}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer}");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{answer}");
}

#[tokio::test]
async fn every_view_is_the_page_and_the_page_names_files_that_may_be_cached_for_ever() {
    let mock = support::server(|_| {});
    let page = get(&mock, PAGE).await.expect_status(200);
    for view in ["", "/", "/requests", "/state", "/faults", "/contract", "/overview", "/requests?status=4xx"]
    {
        let answer = get(&mock, &format!("{PAGE}{view}")).await.expect_status(200);
        assert_eq!(answer.body, page.body, "{view}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{answer}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{answer}");
        assert_protected(&answer);
    }
    let files = files_of(&page);
    assert!(!files.is_empty(), "{page}");
    for file in files {
        let answer = get(&mock, &file).await.expect_status(200);
        let expected = match file.rsplit_once('.').expect("an ending").1 {
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("{other} has no content type"),
        };
        assert_eq!(answer.header("content-type"), expected, "{answer}");
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{answer}");
        assert_protected(&answer);
        let head = Answer::to(support::request(&mock, Method::HEAD, &file)).await.expect_status(200);
        assert_eq!(head.header("content-length"), answer.body.len().to_string(), "{head}");
        let (base, name) = file.rsplit_once("/files/").expect("a hash");
        let (_, name) = name.split_once('/').expect("a name");
        get(&mock, &format!("{base}/files/0123456789abcdef/{name}")).await.expect_error("FLOW-1003-404");
    }
    assert!(mock.requests(&RequestFilter::new()).is_empty(), "nothing is recorded");
}

#[tokio::test]
async fn a_browser_that_has_the_page_is_told_so() {
    let page = get(support::shared(), PAGE).await.expect_status(200);
    let etag = page.header("etag");
    for known in [etag.to_owned(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".to_owned()] {
        let request = support::request(support::shared(), Method::GET, PAGE).header("If-None-Match", &known);
        let answer = Answer::to(request).await.expect_status(304);
        assert!(answer.body.is_empty() && answer.header("etag") == etag, "{answer}");
        assert_protected(&answer);
    }
    let request = support::request(support::shared(), Method::GET, PAGE).header("If-None-Match", "\"other\"");
    Answer::to(request).await.expect_status(200);
}

#[tokio::test]
async fn unknown_views_and_files_are_unknown_paths_and_the_page_takes_no_writes() {
    let mock = support::shared();
    for path in ["/x", "/requests/1", "/files", "/files/x", "/files/x/index.html", "s"] {
        get(mock, &format!("{PAGE}{path}")).await.expect_error("FLOW-1003-404");
    }
    Answer::to(support::request(mock, Method::POST, PAGE)).await.expect_error("FLOW-1003-405");
}

#[tokio::test]
async fn a_browser_that_opens_the_server_is_sent_to_the_page_and_other_clients_are_told_of_it() {
    let mock = support::server(|_| {});
    for path in ["/", "/?utm_source=mail"] {
        let answer = visit(&mock, path).await.expect_status(303);
        assert_eq!(answer.header("location"), PAGE, "{answer}");
    }
    assert!(mock.requests(&RequestFilter::new()).is_empty(), "a visit is not recorded");
    get(&mock, "/").await.expect_error("FLOW-1003-404").naming("/_flowmock/ui");
    let json =
        support::request(&mock, Method::GET, "/").header("Accept", "application/json, text/plain, */*");
    Answer::to(json).await.expect_error("FLOW-1003-404").naming("/_flowmock/ui");
    assert_eq!(mock.requests(&RequestFilter::new()).len(), 2, "other requests are recorded");
    // A fault does not keep anybody from the page.
    let rule = json!({"action": {"status": 503}});
    Control::of(&mock).send(Method::POST, "/faults", "application/json", rule.to_string()).await;
    visit(&mock, "/").await.expect_status(303);
    get(&mock, PAGE).await.expect_status(200);
}

#[tokio::test]
async fn a_switched_off_page_leaves_no_trace() {
    for (ui, control) in [(false, true), (true, false)] {
        let mock = support::server(|config| (config.ui, config.control) = (ui, control));
        visit(&mock, PAGE).await.expect_error("FLOW-1003-404");
        visit(&mock, &format!("{PAGE}/requests")).await.expect_error("FLOW-1003-404");
        let answer = visit(&mock, "/").await.expect_error("FLOW-1003-404").without("/_flowmock/ui");
        assert!(answer.header("location").is_empty(), "{answer}");
    }
    let info = Control::of(&support::server(|config| config.ui = false)).get("/info").await.json();
    assert_eq!(info["configuration"]["ui"], false);
    assert!(!info["features"].as_array().unwrap().contains(&json!("ui")), "{info}");
}

#[tokio::test]
async fn the_page_needs_no_token_and_its_calls_do() {
    let mock = support::server(|config| config.control_token = Some("open-sesame".into()));
    let page = get(&mock, PAGE).await.expect_status(200).without("open-sesame");
    for file in files_of(&page) {
        get(&mock, &file).await.expect_status(200);
    }
    visit(&mock, "/").await.expect_status(303);
    for path in ["/_flowmock/requests", "/_flowmock/unrecorded/data/foundation/flowservice/connections"] {
        get(&mock, path).await.refused_for(401, "control token");
    }
    let mock = support::server(|config| {
        config.control_token = Some("open-sesame".into());
        config.ui = false;
    });
    get(&mock, PAGE).await.refused_for(401, "control token");
}

#[tokio::test]
async fn a_link_from_another_page_opens_the_page_but_other_names_of_the_server_do_not() {
    let mock = support::server(|_| {});
    let from_elsewhere = |method, path: &str| {
        let request = support::request(&mock, method, path).header("Sec-Fetch-Site", "cross-site");
        request.header("Sec-Fetch-Mode", "navigate").header("Accept", BROWSER)
    };
    Answer::to(from_elsewhere(Method::GET, "/")).await.expect_status(303);
    Answer::to(from_elsewhere(Method::GET, &format!("{PAGE}/requests"))).await.expect_status(200);
    Answer::to(from_elsewhere(Method::POST, PAGE)).await.refused_for(403, "another origin");
    for path in ["/", PAGE] {
        let request = support::request(&mock, Method::GET, path).header("Host", "evil.example");
        assert_eq!(Answer::to(request.header("Accept", BROWSER)).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn cors_does_not_open_the_page_to_other_origins() {
    let mock = support::server(|config| config.cors = true);
    let request = support::request(&mock, Method::GET, PAGE).header("Origin", "http://evil.example");
    let answer = Answer::to(request).await.expect_status(200);
    assert!(answer.header("access-control-allow-origin").is_empty(), "{answer}");
    visit(&mock, "/").await.expect_status(303);
    let call = Tenant::on(&mock);
    let path = "/_flowmock/unrecorded/data/foundation/flowservice/connections";
    let request = support::with_headers(support::request(&mock, Method::GET, path), call.headers());
    let answer = Answer::to(request.header("Origin", "http://evil.example")).await;
    answer.refused_for(403, "another origin");
}
