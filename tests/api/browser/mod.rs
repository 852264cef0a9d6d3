//! Tests of attacks by web pages on a server, in a real browser, Chromium. Without it, the test is skipped with a message.

mod web_server;

use crate::common::PATIENCE;
use crate::support::{self, Control, Tenant, landing_zone};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use web_server::WebServer;

/// A headless browser, which stops when this is dropped.
struct Browser(Child);

impl Browser {
    /// Opens `url` in a new browser; `None` if this machine has no browser.
    fn open(url: &str, profile: &std::path::Path) -> Option<Self> {
        let mut command = ["chromium", "chromium-browser"].into_iter().map(|name| {
            let mut command = Command::new(name);
            command
                .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
                .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
                .arg("--host-resolver-rules=MAP evil.example 127.0.0.1")
                .arg(format!("--user-data-dir={}", profile.display()))
                .args(["--remote-debugging-port=0", url]) // without it, a headless browser ends when it has loaded
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.spawn()
        });
        command.find_map(Result::ok).map(Self)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The reports of the pages with these names.
fn reports<const N: usize>(server: &WebServer, names: [&str; N]) -> [Value; N] {
    // A browser takes seconds to start while other tests use the processor.
    let deadline = Instant::now() + 3 * PATIENCE;
    let mut reports = BTreeMap::new();
    while !names.iter().all(|name| reports.contains_key(*name)) {
        let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let report = server.reports.recv_timeout(left);
        let (name, report) = report.unwrap_or_else(|_| panic!("only {reports:?} came of {names:?}"));
        reports.insert(name, report);
    }
    names.map(|name| reports[name].clone())
}

#[tokio::test]
async fn a_page_of_another_origin_can_neither_change_nor_read_anything() {
    let mock = support::server(|_| {});
    let tenant = Tenant::on(&mock);
    tenant.create(landing_zone("orders")).await;
    let trap = json!({"id": "trap", "match": {"path": "/trap"}, "action": {
        "status": 200,
        "headers": {"Content-Type": "text/html"},
        "body": "<script>parent.postMessage('ran', '*'); fetch('/_flowmock/reset', {method: 'POST'})</script>",
    }});
    Control::of(&mock).send(reqwest::Method::PUT, "/faults", "application/json", trap.to_string()).await;

    let (url, org) = (mock.url(), tenant.ims_org.clone());
    let server = WebServer::start(mock.address(), move |path, own| {
        let page = match path {
            "/attacker" => include_str!("attacker.html"),
            "/rebound" => include_str!("rebound.html"),
            "/own" => include_str!("own.html"),
            path => return path.starts_with("/report/").then(String::new),
        };
        let port = own.port().to_string();
        Some(page.replace("FLOWMOCK", &url).replace("PORT", &port).replace("ORG", &org))
    });
    let profile = tempfile::tempdir().expect("a folder");
    let page = |name: &str| format!("http://localhost:{}/{name}", server.address.port());
    let Some(browser) = Browser::open(&page("attacker"), profile.path()) else {
        eprintln!("skipped: this machine has no Chromium (Debian: chromium)");
        return;
    };
    let ([attacker, rebound], browser, server) =
        tokio::task::spawn_blocking(move || (reports(&server, ["attacker", "rebound"]), browser, server))
            .await
            .expect("the reports");
    drop(browser);

    // An opaque response to a request without CORS tells nothing; the assertions below show that the request had no effect.
    let opaque = ["reset", "seed", "plant"];
    for url in [mock.url(), mock.url().replace("127.0.0.1", "localhost")] {
        let attempts = attacker[&url].as_object().unwrap_or_else(|| panic!("{attacker}"));
        for (attempt, outcome) in attempts {
            let expected = if opaque.contains(&attempt.as_str()) { "opaque" } else { "blocked" };
            assert_eq!(outcome, expected, "{attempt} at {url}");
        }
        assert_eq!(attempts.len(), 7, "{attacker}");
    }
    assert_eq!(attacker["trapRan"], false, "the script of an injected page ran");
    assert_eq!(rebound, json!({"state": 403, "reset": 403, "api": 403}));
    assert_eq!(tenant.count().await, 1);
    let faults = Control::of(&mock).get("/faults").await.json();
    assert_eq!(faults["faults"].as_array().map(Vec::len), Some(1), "{faults}");
    assert_eq!(faults["faults"][0]["fired"], 1, "the browser asked for the injected page: {faults}");

    let profile = tempfile::tempdir().expect("a folder");
    let page = format!("http://localhost:{}/own", server.address.port());
    let browser = Browser::open(&page, profile.path()).expect("a second browser");
    let own = tokio::task::spawn_blocking(move || (reports(&server, ["own"]), browser))
        .await
        .expect("the report")
        .0;
    assert_eq!(own, [json!({"state": 200, "snapshot": 204, "remove": 204})], "a page of the same origin may");

    Control::of(&mock).post("/reset").await.expect_status(204);
    assert_eq!(tenant.count().await, 0, "a client that is no browser may");
}
