//! Attribution to consumers, limits and resets of the history, and configuration.

use super::support::{Api, broken, consumer, landing_zone, rules_of, server};
use crate::base::config::Config;
use crate::base::operation::Operation;
use crate::mock::{FlowMock, StartError};
use crate::services::world::Part;
use crate::testkit::contract::model::{NamedBy, Severity};
use crate::testkit::faults::FaultRule;
use crate::testkit::journal::RequestFilter;
use std::time::{Duration, Instant};

#[test]
fn a_consumer_is_named_by_its_header_or_by_its_key_and_its_user_agent() {
    let mock = server(|_| {});
    let api = Api::of(&mock);
    api.with("user-agent", "python-requests/2.31").get("/connections?x=1");
    api.with("user-agent", "Mozilla (something)").get("/connections");
    api.without("x-api-key").get("/connections");
    api.with("x-flowmock-consumer", " team a ").get("/connections?limit=0");
    api.with("x-flowmock-consumer", "a\u{e9}").get("/connections");
    let snapshot = api.snapshot();
    let names: Vec<(&str, NamedBy)> =
        snapshot.consumers.iter().map(|consumer| (consumer.name.as_str(), consumer.named_by)).collect();
    let (header, key) = (NamedBy::Header, NamedBy::ApiKey);
    let expected = [
        ("(no key)", key),
        ("a\u{e9}", header),
        ("key Mozilla", key),
        ("key python-requests", key),
        ("team a", header),
    ];
    assert_eq!(names, expected);
    assert!(rules_of(consumer(&snapshot, "key python-requests")).contains("parameter-unknown"));
    assert!(rules_of(consumer(&snapshot, "team a")).contains("value-undocumented"));
    assert!(rules_of(consumer(&snapshot, "key Mozilla")).is_empty());
    assert_eq!((snapshot.examined, snapshot.skipped, snapshot.is_on), (5, 0, true));
}

#[test]
fn a_test_is_judged_by_its_own_requests_and_may_use_etags_of_its_consumer() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me");
    let made = api.create("orders"); // outside of any test
    let (one, two) = (api.with("x-flowmock-test", "one"), api.with("x-flowmock-test", "two"));
    // Each reads three times, which would be polling if they were one consumer.
    for _ in 0..3 {
        one.read(&made.id);
        two.read(&made.id);
    }
    one.rename(&made.id, &made.etag, "a");
    two.rename(&made.id, &made.etag, "b"); // a 412: its first
    one.rename(&made.id, &made.etag, "c"); // its first, too
    assert_eq!(api.broken(), [""; 0]);
    one.rename(&made.id, &made.etag, "d");
    let snapshot = api.snapshot();
    let me = consumer(&snapshot, "me");
    let tests: Vec<(&str, u64, Vec<&str>)> = me
        .tests
        .iter()
        .map(|test| {
            let broken = test.broken.iter().map(|broken| broken.rule.rule().id).collect();
            (test.name.as_str(), test.requests, broken)
        })
        .collect();
    assert_eq!(tests, [("one", 6, vec!["etag-stale-again"]), ("two", 4, vec![])]);
    let [broken] = &me.broken[..] else { panic!("{me:?}") };
    assert_eq!(
        (broken.rule.rule().id, broken.severity, broken.count),
        ("etag-stale-again", Severity::Error, 1)
    );
    let first = &broken.first;
    assert_eq!((first.operation, first.method.as_str()), (Some(Operation::UpdateConnection), "PATCH"));
    assert!(first.path.ends_with(&made.id) && first.detail.contains("412"), "{first:?}");
    let recorded = mock.requests(&RequestFilter::new().request_id(&first.request_id));
    assert_eq!(recorded.first().map(|recorded| recorded.id), Some(first.entry), "it is in the journal");
}

#[test]
fn a_consumer_may_not_use_etags_of_another() {
    let mock = server(|_| {});
    let api = Api::of(&mock);
    let made = api.with("x-flowmock-consumer", "maker").create("orders");
    api.with("x-flowmock-consumer", "changer").rename(&made.id, &made.etag, "sales");
    let snapshot = api.snapshot();
    assert!(rules_of(consumer(&snapshot, "changer")).contains("etag-never-read"));
    assert!(rules_of(consumer(&snapshot, "maker")).is_empty());
}

#[test]
fn outcomes_are_counted_by_operation_status_and_error() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me");
    api.get("/connections");
    api.get("/connections");
    api.read("00000000-0000-4000-8000-000000000000");
    api.get("/nowhere");
    let snapshot = api.snapshot();
    type OutcomeCount<'a> = (Option<Operation>, Option<u16>, Option<&'a str>, u64);
    let counted: Vec<OutcomeCount<'_>> = consumer(&snapshot, "me")
        .outcomes
        .iter()
        .map(|counted| {
            (counted.operation, counted.status, counted.error.map(|code| code.code()), counted.count)
        })
        .collect();
    let expected = [
        (None, Some(404), Some("FLOW-1003-404"), 1),
        (Some(Operation::ListConnections), Some(200), None, 2),
        (Some(Operation::GetConnection), Some(404), Some("FLOW-1439-404"), 1),
    ];
    assert_eq!(counted, expected);
}

#[test]
fn consumers_and_tests_beyond_the_limits_are_counted_together() {
    let mock = server(|config| config.journal_requests = 5000);
    let api = Api::of(&mock);
    for number in 0..102 {
        api.with("x-flowmock-consumer", number.to_string()).get("/connections?x=1");
    }
    for number in 0..1002 {
        api.with("x-flowmock-consumer", "7")
            .with("x-flowmock-test", number.to_string())
            .get("/connections?x=1");
    }
    let snapshot = api.snapshot();
    assert_eq!(snapshot.consumers.len(), 101);
    let others = consumer(&snapshot, "(others)");
    assert_eq!((others.requests, others.named_by), (2, NamedBy::Nobody));
    assert_eq!(others.broken[0].count, 2, "what one request shows is judged all the same");
    let seven = consumer(&snapshot, "7");
    assert_eq!((seven.tests.len(), seven.requests), (1001, 1003));
    assert_eq!(seven.tests.iter().find(|test| test.name == "(others)").map(|test| test.requests), Some(2));
    assert_eq!(seven.tests.iter().map(|test| test.broken.len()).sum::<usize>(), 1001);
}

#[test]
fn resets_and_clearing_the_journal_keep_the_reports() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me").with("x-sandbox-name", "prod");
    api.create("orders");
    api.get("/connections?x=1");
    assert_eq!(api.broken(), ["left-in-production", "parameter-unknown"]);
    mock.clear_requests();
    api.get("/connections?limit=0");
    let all = ["left-in-production", "parameter-unknown", "value-undocumented"];
    assert_eq!(api.broken(), all);
    mock.reset_organisation("OTHER@AdobeOrg");
    assert_eq!(api.broken(), all);
    mock.reset_sandbox("ACME@AdobeOrg", "prod");
    assert_eq!(api.broken(), all[1..], "what was created in it is gone");
    api.post("/connections?y=1", &landing_zone("sales"));
    mock.reset();
    let snapshot = api.snapshot();
    assert_eq!((snapshot.examined, snapshot.skipped), (4, 0));
    let unknown =
        consumer(&snapshot, "me").broken.iter().find(|broken| broken.rule.rule().id == "parameter-unknown");
    assert_eq!(unknown.map(|broken| broken.count), Some(2), "what was not examined yet was, before it went");
    mock.reset_contract();
    let snapshot = api.snapshot();
    assert!(snapshot.consumers.is_empty() && (snapshot.examined, snapshot.skipped) == (0, 0), "{snapshot:?}");
    api.get("/connections?x=1");
    assert_eq!(api.broken(), ["parameter-unknown"]);
}

#[test]
fn after_a_reset_no_rule_depends_on_earlier_requests() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me");
    for reset in [FlowMock::reset, |mock: &FlowMock| mock.reset_sandbox("ACME@AdobeOrg", "dev")] {
        mock.fault(FaultRule::new().times(1).error("FLOW-1103-503"));
        assert_eq!(api.get("/connections").status(), 503);
        reset(&mock);
        api.get("/connections");
        assert_eq!(api.broken(), [""; 0], "that is no retry");
    }
}

#[test]
fn the_reset_of_a_sandbox_keeps_the_history_of_others() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me").with("x-sandbox-name", "mine");
    let made = api.create("orders");
    api.rename(&made.id, &made.etag, "a");
    api.rename(&made.id, &made.etag, "b"); // a 412
    mock.reset_sandbox("ACME@AdobeOrg", "dev");
    api.rename(&made.id, &made.etag, "c"); // the same again
    assert_eq!(api.broken(), ["etag-stale-again"]);
}

#[test]
fn unfollowed_pages_before_a_reset_count_until_a_link_is_followed() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me").with("x-flowmock-test", "one");
    let fill = || ["a", "b", "c"].map(|name| api.with("x-flowmock-test", "setup").create(name));
    fill();
    api.get("/connections?limit=2");
    mock.reset();
    let snapshot = api.snapshot();
    let me = consumer(&snapshot, "me");
    assert_eq!(rules_of(me).into_iter().collect::<Vec<_>>(), ["page-not-followed"]);
    assert_eq!(me.tests.iter().map(|test| test.broken.len()).collect::<Vec<_>>(), [1, 0]);
    fill();
    let page: serde_json::Value = api.get("/connections?limit=2").json().unwrap();
    let snapshot = api.snapshot();
    assert_eq!(consumer(&snapshot, "me").broken[0].count, 2);
    assert_eq!(consumer(&snapshot, "me").broken[0].first.entry, 4);
    api.get(page["_links"]["next"]["href"].as_str().unwrap());
    assert_eq!(api.broken(), [""; 0], "it does follow links");
}

#[test]
fn the_omissions_of_a_test_count_when_its_history_is_evicted() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me");
    let test = |name: &str| api.with("x-flowmock-test", name);
    for name in ["a", "b", "c"] {
        test("first").create(name);
    }
    test("first").get("/connections?limit=2");
    for number in 0..300 {
        test(&number.to_string()).get("/connections?limit=1");
    }
    let snapshot = api.snapshot();
    let me = consumer(&snapshot, "me");
    assert_eq!(
        me.broken.iter().map(|broken| (broken.rule.rule().id, broken.count)).collect::<Vec<_>>(),
        [("page-not-followed", 1)]
    );
    let first = me.tests.iter().find(|test| test.name == "first").unwrap();
    assert_eq!(first.broken.len(), 1);
}

#[test]
fn a_consumer_may_use_etags_from_before_its_report_was_emptied() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "me");
    let rival = api.with("x-flowmock-consumer", "rival");
    let made = api.create("orders");
    mock.reset_contract();
    mock.reset_contract();
    api.rename(&made.id, &made.etag, "a");
    assert_eq!(api.broken(), [""; 0]);
    rival.rename(&made.id, &made.etag, "b");
    assert_eq!(api.broken(), ["etag-never-read"]);
}

#[test]
fn a_consumer_can_be_forgotten() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-sandbox-name", "prod");
    for name in ["one", "two"] {
        api.with("x-flowmock-consumer", name).create("orders");
    }
    assert_eq!(api.snapshot().consumers.len(), 2);
    mock.app().forget_consumer("one").unwrap();
    assert!(mock.app().forget_consumer("one").is_err());
    let snapshot = api.snapshot();
    assert_eq!(snapshot.consumers.len(), 1);
    assert_eq!(broken(&snapshot).into_iter().collect::<Vec<_>>(), ["left-in-production"]);
    mock.app().contract_rewound(&Part::All);
    assert_eq!(api.broken(), [""; 0]);
}

#[test]
fn requests_that_the_journal_dropped_are_counted_and_break_no_rule() {
    let mock = server(|config| config.journal_requests = 2);
    let api = Api::of(&mock);
    let app = mock.app();
    let made = api.create("orders");
    app.catch_up();
    // The new etag was told in one of the next ten requests, which are forgotten before they are examined.
    let held = app.contract.hold();
    let mut etag = made.etag.clone();
    for name in ["a", "b", "c", "d", "e"] {
        etag = super::support::written(api.rename(&made.id, &etag, name)).etag;
        api.get("/connections");
    }
    api.rename(&made.id, &etag, "f");
    drop(held);
    let snapshot = api.snapshot();
    assert_eq!((snapshot.examined, snapshot.skipped), (3, 9));
    assert_eq!(api.broken(), [""; 0]);
}

#[test]
fn without_checks_or_a_journal_the_report_says_that_nothing_is_examined() {
    let mock = server(|config| config.journal_requests = 0);
    let api = Api::of(&mock);
    api.get("/connections?x=1");
    let report = mock.contract_report();
    assert!(!report.enabled && report.consumers.is_empty());
    let mock = server(|config| config.contract = false);
    Api::of(&mock).get("/connections?x=1");
    let report = mock.contract_report();
    assert!(!report.enabled && report.consumers.is_empty());
    assert_eq!(mock.requests(&RequestFilter::new()).len(), 1, "the journal goes on");
}

#[test]
fn rules_can_be_switched_off_and_raised_for_all_and_for_one() {
    let rules = ["parameter-unknown=off", "strict:parameter-unknown=info", "own-field=error"];
    let mock = server(|config| config.contract_rules = rules.map(str::to_owned).into());
    let api = Api::of(&mock);
    let (strict, lax) = (api.with("x-flowmock-consumer", "strict"), api.with("x-flowmock-consumer", "lax"));
    strict.get("/connections?x=1");
    lax.get("/connections?x=1&limit=0");
    let mut body = landing_zone("orders");
    body["rank"] = 1.into();
    lax.post("/connections", &body);
    let snapshot = api.snapshot();
    let counted = |name: &str| -> Vec<(&'static str, Severity)> {
        consumer(&snapshot, name)
            .broken
            .iter()
            .map(|broken| (broken.rule.rule().id, broken.severity))
            .collect()
    };
    assert_eq!(counted("strict"), [("parameter-unknown", Severity::Info)]);
    assert_eq!(counted("lax"), [("value-undocumented", Severity::Error), ("own-field", Severity::Error)]);
}

#[test]
fn an_invalid_setting_stops_the_start() {
    let start = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        match FlowMock::with_config(config) {
            Err(StartError::Contract(refused)) => refused.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let reason = start(|config| config.contract_rules = vec!["ettag-never-read=off".into(), "x".into()]);
    assert!(
        reason.contains("did you mean etag-never-read?") && reason.contains("--contract-rule x: "),
        "{reason}"
    );
    let reason = start(|config| (config.contract_headers, config.journal_requests) = (true, 0));
    assert!(reason.contains("--journal-requests 0"), "{reason}");
    let reason = start(|config| (config.contract_headers, config.contract) = (true, false));
    assert!(reason.contains("--contract off"), "{reason}");
}

#[test]
fn requests_are_examined_in_the_background() {
    let mock = server(|_| {});
    let api = Api::of(&mock);
    for round in 1..=3 {
        api.get("/connections");
        let deadline = Instant::now() + Duration::from_secs(30);
        while mock.app().contract.examined() < round {
            assert!(Instant::now() < deadline, "request {round} was not examined");
            std::thread::yield_now();
        }
    }
}

#[test]
fn responses_list_broken_rules_and_each_request_is_examined_once() {
    let mock = server(|config| config.contract_headers = true);
    let api = Api::of(&mock).with("x-flowmock-consumer", "me");
    let answer = api.get("/connections?limit=0&x=1");
    assert_eq!(answer.headers()["x-flowmock-violations"], "value-undocumented,parameter-unknown");
    assert!(!api.get("/connections").headers().contains_key("x-flowmock-violations"));
    let snapshot = api.snapshot();
    assert_eq!(consumer(&snapshot, "me").requests, 2);
    assert!(consumer(&snapshot, "me").broken.iter().all(|broken| broken.count == 1));
    let silent = server(|_| {});
    let answer = Api::of(&silent).get("/connections?x=1");
    assert!(!answer.headers().contains_key("x-flowmock-violations"));
}

#[test]
fn no_report_contains_a_credential() {
    let mock = server(|_| {});
    let api = Api::of(&mock).with("x-flowmock-consumer", "password=hunter2");
    api.with("authorization", "hunter2").get("/connections?password=hunter2");
    api.with("x-flowmock-test", "sig=hunter2").get("/connections?limit=password=hunter2&password=hunter2=1");
    api.get("/password=hunter2");
    let mut body = landing_zone("AccountKey=hunter2");
    body["auth"] = serde_json::json!({"params": "hunter2", "password=hunter2": 1});
    body["password=hunter2"] = 1.into();
    api.post("/connections", &body);
    let snapshot = format!("{:?}", api.snapshot());
    assert!(snapshot.contains("CredentialInUrl") && !snapshot.contains("hunter2"), "{snapshot}");
}
