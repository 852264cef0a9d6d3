//! Which requests a rule matches, and whether these requests reach the service.

use crate::support::{self, Answer, RawConnection, Tenant, ats, rename};
use flowmock::{Delay, Effect, FaultRule, FlowMock, Matcher, Per};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

fn server(rules: impl IntoIterator<Item = FaultRule>) -> (FlowMock, Tenant) {
    let mock = support::server(|_| {});
    for rule in rules {
        mock.fault(rule);
    }
    let tenant = Tenant::on(&mock);
    (mock, tenant)
}

fn unavailable() -> FaultRule {
    FaultRule::new().error("FLOW-1103-503")
}

#[tokio::test]
async fn a_retry_succeeds_once_the_rule_is_used_up() {
    let (mock, tenant) = server([unavailable().id("flaky").operation("createConnection").after(1).times(2)]);
    let statuses = [201, 503, 503, 201];
    for (number, status) in statuses.into_iter().enumerate() {
        let answer = tenant.post("/connections", &ats(&number.to_string())).await.expect_status(status);
        assert_eq!(answer.header("x-flowmock-fault"), if status == 503 { "flaky" } else { "" }, "{answer}");
    }
    assert_eq!(tenant.count().await, 2);
    let fault = &mock.faults()[0];
    assert_eq!((fault.id.as_str(), fault.matched, fault.fired), ("flaky", 4, 2));
}

#[tokio::test]
async fn a_rule_can_match_every_part_of_a_request() {
    let create = || unavailable().operation("createConnection");
    for (rule, is_struck) in [
        (create(), true),
        (create().path("/connections/"), true),
        (create().path("/data/foundation/flowservice/connections"), true),
        (unavailable().path("/connections/{id}"), false),
        (unavailable().method("post"), true),
        (unavailable().method("GET"), false),
        (create().sandbox("prod"), true),
        (create().sandbox("dev"), false),
        (create().ims_org("OTHER@AdobeOrg"), false),
        (create().header("X-Api-Key", "key").header("authorization", Matcher::contains("Bearer ")), true),
        (create().header("x-api-key", Matcher::not("key")), false),
        (create().query("mode", "draft"), true),
        (create().query("mode", Matcher::absent()), false),
        (create().body_at("/name", Matcher::matches("^ord")), true),
        (create().body_at("/name", "order"), false),
        (create().body(Matcher::subset(json!({"connectionSpec": {"version": "1.0"}}))), true),
        (create().body_at("/connectionSpec", Matcher::equal(json!({"version": "1.0"}))), false),
    ] {
        let document = rule.to_json();
        let (mock, tenant) = server([rule]);
        let answer = tenant.post("/connections/?mode=draft", &ats("orders")).await;
        let expected = if is_struck { 503 } else { 201 };
        assert_eq!(answer.status.as_u16(), expected, "{document}\n{answer}");
        mock.clear_faults();
        assert_eq!(tenant.count().await, u64::from(!is_struck), "{document}");
    }
}

#[tokio::test]
async fn a_body_that_a_rule_inspects_reaches_the_service_unchanged() {
    let (_mock, tenant) = server([unavailable().body_at("/name", "struck")]);
    let large = support::with(ats("large"), "/description", "x".repeat(500_000).into());
    let made = tenant.create(large.clone()).await;
    assert_eq!(tenant.read(&made.id).await["description"], large["description"]);
    tenant.patch(&made, rename("renamed")).await.expect_status(200);
    tenant.post("/connections", &ats("struck")).await.expect_error("FLOW-1103-503");
    for (body, code) in [
        ("{".to_owned(), "FLOW-1000-400"),
        (String::new(), "FLOW-1405-400"),
        (format!("\"{}\"", "x".repeat(1024 * 1024)), "FLOW-1004-413"),
    ] {
        let request = tenant.request(Method::POST, "/connections").body(body);
        Answer::to(request).await.expect_error(code);
    }
}

#[test]
fn a_rule_that_inspects_bodies_handles_chunks_expect_continue_and_broken_bodies() {
    let (mock, tenant) = server([unavailable().body_at("/name", "struck")]);
    let in_parts = |name: &str| {
        let body = ats(name).to_string();
        let chunks: String = body
            .as_bytes()
            .chunks(50)
            .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), String::from_utf8_lossy(chunk)))
            .collect();
        tenant.head("POST", "/connections", &["Transfer-Encoding: chunked"]) + &chunks + "0\r\n\r\n"
    };
    let mut raw = RawConnection::to(mock.address());
    raw.send(in_parts("struck")).answer().expect_error("FLOW-1103-503");
    raw.send(in_parts("whole")).answer().expect_status(201);
    let body = ats("struck").to_string();
    let length = format!("Content-Length: {}", body.len());
    raw.send(tenant.head("POST", "/connections", &["Expect: 100-continue", &length]));
    assert_eq!(raw.answer().status, 100);
    raw.send(body).answer().expect_error("FLOW-1103-503");
    raw.send(tenant.head("POST", "/connections", &["Transfer-Encoding: chunked"]))
        .send("5\r\n{\"nam\r\nzz\r\n");
    raw.answer().expect_error("FLOW-1000-400").naming("broke off");
    let mut raw = RawConnection::to(mock.address());
    let announced = tenant.head("POST", "/connections", &["Content-Length: 99999999"]);
    raw.send(announced).answer().expect_error("FLOW-1004-413");
}

#[tokio::test]
async fn an_injected_error_has_no_effect_on_the_state_unless_configured() {
    for (effect, count) in [(None, 0), (Some(Effect::None), 0), (Some(Effect::Before), 1)] {
        let rule = unavailable().operation("createConnection");
        let (_mock, tenant) = server([effect.into_iter().fold(rule, FaultRule::effect)]);
        tenant.post("/connections", &ats("lost")).await.expect_error("FLOW-1103-503");
        assert_eq!(tenant.count().await, count, "{effect:?}");
    }
}

#[tokio::test]
async fn faults_are_injected_before_the_gateway_checks() {
    let (_mock, tenant) = server([unavailable().path("/**")]);
    Answer::to(tenant.bare(Method::GET, "/connections")).await.expect_error("FLOW-1103-503");
    Answer::to(tenant.bare(Method::GET, "/no-such-path")).await.expect_error("FLOW-1103-503");
}

#[tokio::test]
async fn a_rule_can_define_the_whole_answer() {
    let page = FaultRule::new().status(502).answer_body("<html>").answer_header("Content-Type", "text/html");
    let json =
        FaultRule::new().status(200).answer_body(json!({"items": null})).answer_header("Set-Cookie", "a=b");
    let cookies = json.answer_header("set-cookie", "c=d").times(1);
    let empty = FaultRule::new().status(204);
    let (_mock, tenant) = server([cookies, page.times(1), empty]);
    let answer = tenant.get("/connections").await.expect_status(200);
    assert_eq!((answer.json(), answer.header("content-type")), (json!({"items": null}), "application/json"));
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=b", "c=d"]);
    let answer = tenant.get("/connections").await.expect_status(502);
    assert_eq!((answer.body.as_slice(), answer.header("content-type")), (&b"<html>"[..], "text/html"));
    assert_eq!(answer.headers.get_all("content-type").iter().count(), 1);
    let answer = tenant.get("/connections").await.expect_status(204);
    assert!(answer.body.is_empty(), "{answer}");
}

#[tokio::test]
async fn a_rate_limit_answers_429_with_retry_after_and_then_lets_requests_through() {
    let mock = support::server(|config| config.deterministic = Some(1));
    mock.fault(FaultRule::new().rate_limit(2.0, Per::Organisation));
    let (tenant, other) = (Tenant::on(&mock), Tenant::on(&mock));
    for status in [200, 200, 429, 429] {
        let answer = tenant.get("/connections").await.expect_status(status);
        assert_eq!(answer.header("retry-after"), if status == 429 { "1" } else { "" }, "{answer}");
    }
    tenant.get("/connections").await.expect_error("429050");
    other.get("/connections").await.expect_status(200);
    mock.advance(Duration::from_secs(1)).unwrap();
    tenant.get("/connections").await.expect_status(200);
    mock.clear_faults();
    mock.fault(FaultRule::new().rate_limit(0.05, Per::Sandbox));
    tenant.get("/connections").await.expect_status(200);
    let answer = tenant.get("/connections").await.expect_error("429050");
    assert_eq!(answer.header("retry-after"), "20");
    tenant.in_sandbox("dev").get("/connections").await.expect_status(200);
}

#[tokio::test]
async fn faults_with_a_probability_are_reproducible() {
    let statuses = async |seed| {
        let mock = support::server(|config| config.deterministic = seed);
        mock.fault(unavailable().probability(0.5));
        let tenant = Tenant::on(&mock);
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(tenant.get("/connections").await.status.as_u16());
        }
        statuses
    };
    assert_eq!(statuses(Some(1)).await, statuses(Some(1)).await);
    assert_eq!(statuses(None).await, statuses(None).await);
    assert_ne!(statuses(Some(1)).await, statuses(Some(2)).await);
}

#[tokio::test]
async fn a_delay_holds_back_only_the_answer() {
    let (mock, tenant) = server([FaultRule::new().operation("createConnection").delay(Delay::ms(300_000))]);
    let body = ats("slow").to_string();
    let length = format!("Content-Length: {}", body.len());
    let mut raw = RawConnection::to(mock.address());
    raw.send(tenant.head("POST", "/connections", &[&length]) + &body);
    // The answer is delayed by minutes, but the connection exists already, and other requests are served.
    while tenant.count().await == 0 {}
    assert_eq!(mock.faults()[0].fired, 1);
}

#[tokio::test]
async fn delays_of_several_rules_add_up() {
    let (_mock, tenant) = server([
        FaultRule::new().id("slow").delay(Delay::uniform_ms(20, 30)),
        FaultRule::new().id("slower").delay(Delay::log_normal_ms(20, 0.0)),
        unavailable().id("last"),
    ]);
    let begun = std::time::Instant::now();
    let answer = tenant.get("/connections").await.expect_error("FLOW-1103-503");
    assert_eq!(answer.header("x-flowmock-fault"), "slow,slower,last");
    assert!(begun.elapsed() >= Duration::from_millis(40));
}

#[tokio::test]
async fn rules_in_a_file_apply_from_the_start_and_after_a_reset() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let json = write("faults.json", &json!([{"id": "a", "action": {"error": "FLOW-1103-503"}}]).to_string());
    let yaml = write("faults.yaml", "faults:\n- id: a\n  times: 1\n  action: {error: FLOW-1103-503}\n");
    for file in [json, yaml] {
        let mock = support::server(|config| config.faults_file = Some(file));
        let tenant = Tenant::on(&mock);
        tenant.get("/connections").await.expect_error("FLOW-1103-503");
        mock.clear_faults();
        mock.fault(FaultRule::new().status(418));
        tenant.get("/connections").await.expect_status(418);
        mock.reset();
        tenant.get("/connections").await.expect_error("FLOW-1103-503");
        assert_eq!((mock.faults().len(), mock.faults()[0].fired), (1, 1));
    }
    let broken = write("broken.json", &json!([{"action": {"error": "x"}}, {"id": ""}]).to_string());
    let config = |file: &std::path::Path| {
        let mut config = flowmock::Config::default();
        config.faults_file = Some(file.to_owned());
        config
    };
    let message = flowmock::FlowMock::with_config(config(&broken)).unwrap_err().to_string();
    for part in ["broken.json: ", "/0/action/error: ", "/1/id: ", "/1: needs action"] {
        assert!(message.contains(part), "{message}");
    }
    let nowhere = folder.path().join("nowhere.json");
    let message = flowmock::FlowMock::with_config(config(&nowhere)).unwrap_err().to_string();
    assert!(message.contains("cannot read") && message.contains("nowhere.json"), "{message}");
}

#[tokio::test]
async fn without_rules_answers_are_unchanged() {
    let (mock, tenant) = server([unavailable()]);
    tenant.get("/connections").await.expect_error("FLOW-1103-503");
    mock.clear_faults();
    let answer = tenant.get("/connections").await.expect_status(200);
    assert!(!answer.headers.contains_key("x-flowmock-fault"), "{answer}");
    assert_eq!(answer.json()["items"], Value::Array(Vec::new()));
}
