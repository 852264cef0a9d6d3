//! The names of consumers and tests.

use super::{Api, broken, names};
use crate::support::{self, Answer, RawConnection, document};
use flowmock::contract::{NamedBy, Severity};
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;

#[tokio::test]
async fn parallel_consumers_and_tests_are_reported_separately() {
    let api = Api::new(|config| config.journal_requests = 2000);
    let suite = async |consumer: &str, wrong: u64| {
        for test in ["a", "b", "c"] {
            for number in 0..20 {
                let path = if number < wrong { "/connections?x=1" } else { "/connections" };
                Answer::to(api.by(consumer, Method::GET, path).header("x-flowmock-test", test)).await;
            }
        }
    };
    tokio::join!(suite("one", 1), suite("two", 2), suite("three", 0), suite("four", 20));
    let report = api.report().await;
    assert_eq!(names(&report), ["four", "one", "three", "two"]);
    assert_eq!((report.version, report.examined, report.skipped, report.enabled), (2, 240, 0, true));
    for (name, wrong) in [("one", 1), ("two", 2), ("three", 0), ("four", 20)] {
        let consumer = report.consumer(name).unwrap();
        assert_eq!((consumer.requests, consumer.named_by), (60, NamedBy::Header), "{name}");
        assert_eq!(
            broken(consumer).get("parameter-unknown").copied().unwrap_or_default(),
            3 * wrong,
            "{name}"
        );
        let tests: Vec<_> = consumer
            .tests
            .iter()
            .map(|test| {
                (test.name.as_str(), test.requests, test.broken.iter().map(|one| one.count).sum::<u64>())
            })
            .collect();
        assert_eq!(tests, [("a", 20, wrong), ("b", 20, wrong), ("c", 20, wrong)], "{name}");
    }
}

#[tokio::test]
async fn an_unnamed_consumer_is_named_by_its_api_key_and_user_agent() {
    let api = Api::new(|_| {});
    for (key, agent) in
        [("key-1", "python-requests/2.31"), ("key-1", "python-requests/2.32"), ("key-2", "okhttp")]
    {
        let tenant = api.tenant.with_api_key(key);
        Answer::to(tenant.request(Method::GET, "/connections").header("User-Agent", agent))
            .await
            .expect_status(200);
    }
    let token = format!(
        "{}/ims/token/v3?grant_type=client_credentials&client_id=key-2&client_secret=s",
        api.mock.url()
    );
    let token = support::client().post(token).header("User-Agent", "okhttp/4");
    let token = Answer::to(token).await.expect_status(200).json();
    // A client also names itself in Basic authorization, in a multipart form and by its token.
    let of_ims = |method: Method, path: &str| {
        support::client()
            .request(method, format!("{}/ims/{path}", api.mock.url()))
            .header("User-Agent", "okhttp/4")
    };
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let form =
        part("grant_type", "client_credentials") + &part("client_secret", "s") + &part("client_id", "key-2");
    for request in [
        of_ims(Method::POST, "token/v3?grant_type=client_credentials").basic_auth("key-2", Some("s")),
        of_ims(Method::POST, "token/v2")
            .header("Content-Type", "multipart/form-data; boundary=b")
            .body(form + "--b--\r\n"),
        of_ims(Method::GET, "profile/v1").bearer_auth(token["access_token"].as_str().unwrap()),
    ] {
        Answer::to(request).await.expect_status(200);
    }
    let report = api.report().await;
    let found: Vec<_> =
        report.consumers.iter().map(|one| (one.name.as_str(), one.named_by, one.requests)).collect();
    let key = NamedBy::ApiKey;
    assert_eq!(found, [("key-1 python-requests", key, 2), ("key-2 okhttp", key, 5)]);
}

#[tokio::test]
async fn consumers_beyond_the_limit_are_counted_together() {
    let api = Api::new(|config| {
        config.journal_requests = 500;
        config.header_read_timeout = Duration::from_secs(300); // the client takes long to check the report
    });
    for number in 0..103 {
        api.wrong(&format!("{number:03}")).await;
    }
    let report = api.report().await;
    assert_eq!(report.consumers.len(), 101);
    let others = report.consumer("(others)").unwrap();
    assert_eq!((others.requests, others.named_by), (3, NamedBy::Nobody));
    assert_eq!(broken(others)["parameter-unknown"], 3);
    let answer = api.control.get("/contract?consumer=100").await.expect_status(404);
    let reason = answer.json()["errors"][0]["reason"].as_str().unwrap().to_owned();
    assert!(
        reason.contains("there are: (others), 000, 001, ") && reason.ends_with(" and 81 more"),
        "{reason}"
    );
}

#[tokio::test]
async fn the_report_of_one_consumer_can_be_read_and_reset_and_an_unknown_one_is_refused() {
    let api = Api::new(|_| {});
    let reason = |answer: Answer| answer.json()["errors"][0]["reason"].as_str().unwrap().to_owned();
    let nobody = reason(api.control.get("/contract?consumer=one").await.expect_status(404));
    assert!(nobody.ends_with("there are: none so far"), "{nobody}");
    for consumer in ["one", "two & co"] {
        api.wrong(consumer).await;
    }
    let one = api.read("/contract?consumer=one").await;
    assert_eq!((names(&one), one.examined, one.rules.len()), (vec!["one"], 2, 41));
    assert_eq!(names(&api.read("/contract?consumer=two%20%26%20co").await), ["two & co"]);
    for answer in
        [api.control.get("/contract?consumer=One").await, api.control.delete("/contract?consumer=x").await]
    {
        let reason = reason(answer.expect_status(404));
        assert!(reason.ends_with("there are: one, two & co"), "{reason}");
    }
    for path in [
        "/contract?consumer=",
        "/contract?consumer=one&consumer=one",
        "/contract?client=one",
        "/contract?consumer=%ff",
    ] {
        api.control.get(path).await.expect_status(400);
        api.control.delete(path).await.expect_status(400);
    }
    assert_eq!(api.control.delete("/contract?consumer=one").await.status, 204);
    assert_eq!(names(&api.report().await), ["two & co"]);
    assert_eq!(api.control.delete("/contract").await.status, 204);
    let report = api.report().await;
    assert!(report.consumers.is_empty() && report.examined == 0 && report.enabled, "{report:?}");
    assert_eq!(report.worst(), None);
}

#[tokio::test]
async fn names_are_truncated_and_contain_neither_control_characters_nor_credentials() {
    let api = Api::new(|_| {});
    let long = "x".repeat(4000);
    for (consumer, test) in [
        (long.as_str(), long.as_str()),
        ("AccountName=acme;AccountKey=c2VjcmV0", "t"),
        ("c", "password=hunter2"),
        ("c", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"),
    ] {
        let request = api.by(consumer, Method::GET, "/connections").header("x-flowmock-test", test);
        Answer::to(request).await.expect_status(200);
    }
    // Bytes that HTTP libraries refuse to send.
    let head = api.tenant.head("GET", "/connections", &["x-flowmock-consumer: a\tb\u{1f600}\u{85}"]);
    RawConnection::to(api.mock.address()).send(head).answer().expect_status(200);
    let text = String::from_utf8(api.control.get("/contract").await.expect_status(200).body).unwrap();
    for secret in ["c2VjcmV0", "hunter2", "eyJhbGciOiJIUzI1NiJ9"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let json: Value = serde_json::from_str(&text).unwrap();
    let consumers = json["consumers"].as_array().unwrap();
    for consumer in consumers {
        let tests = consumer["tests"].as_array().unwrap().iter().map(|test| &test["name"]);
        for name in tests.chain([&consumer["name"]]).map(|name| name.as_str().unwrap()) {
            assert!(name.chars().count() <= 200 && !name.contains(char::is_control), "{name:?}");
        }
    }
    assert_eq!(names(&api.read("/contract?consumer=%5Bredacted%5D").await), ["[redacted]"]);
    let refused = api.control.get("/contract?consumer=AccountKey%3Dc2VjcmV0").await.expect_status(404);
    assert!(!String::from_utf8_lossy(&refused.body).contains("c2VjcmV0"));
}

#[tokio::test]
async fn the_headers_of_the_report_are_described() {
    let api = Api::new(|config| config.contract_headers = true);
    let operations = document().operations().filter(|operation| !operation.path.starts_with("/_flowmock"));
    for operation in operations {
        let taken = operation.parameters("header");
        for header in ["x-flowmock-consumer", "x-flowmock-test", "x-flowmock-allow"] {
            assert!(taken.contains(&header), "{} {header}", operation.name());
        }
        for (status, response) in operation.json["responses"].as_object().unwrap() {
            let headers = &document().resolved(response)["headers"];
            assert!(headers["x-flowmock-violations"].is_object(), "{} {status}", operation.name());
        }
    }
    let request = api.by("me", Method::GET, "/connections?x=1&limit=0");
    let answer = Answer::to(request).await.expect_status(400);
    assert_eq!(answer.header("x-flowmock-violations"), "value-undocumented,parameter-unknown");
    let allowed =
        api.by("me", Method::GET, "/connections?x=1").header("x-flowmock-allow", "parameter-unknown");
    assert!(!Answer::to(allowed).await.headers.contains_key("x-flowmock-violations"));
    assert_eq!(broken(api.report().await.consumer("me").unwrap()).values().sum::<u64>(), 2);
}

#[tokio::test]
async fn rules_switched_off_for_a_consumer_are_listed() {
    let rules = ["own-field=off", "lax:parameter-unknown=off", "strict:own-field=error"];
    let api = Api::new(|config| config.contract_rules = rules.map(str::to_owned).into());
    for consumer in ["lax", "strict"] {
        api.wrong(consumer).await;
    }
    let report = api.report().await;
    let (lax, strict) = (report.consumer("lax").unwrap(), report.consumer("strict").unwrap());
    assert_eq!(
        (&lax.switched_off[..], lax.worst()),
        (&["parameter-unknown".into(), "own-field".into()][..], None)
    );
    assert!(strict.switched_off.is_empty());
    let [broken] = &strict.broken[..] else { panic!("{strict:?}") };
    let rule = report.rules.iter().find(|rule| rule.id == broken.rule).unwrap();
    assert_eq!((&broken.explanation, &broken.remedy), (&rule.explanation, &rule.remedy));
    assert_eq!((broken.severity, report.worst()), (Severity::Error, Some(Severity::Error)));
}
