//! The requests that rules affect, and the documents that are rules.

use super::rule::{MAX_RULES, NewRule};
use super::*;
use crate::base::time::Millis;
use crate::services::world::Part;
use crate::testkit::expectation::Matcher;
use crate::testkit::matching::difference::Unredacted;
use crate::testkit::matching::parsed::ParsedRequest;
use crate::testkit::matching::parsed::tests::Request;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;

fn faults(rules: impl IntoIterator<Item = FaultRule>) -> Faults {
    Faults::new(7, rules.into_iter().map(NewRule::from).collect()).unwrap()
}

fn failing() -> FaultRule {
    FaultRule::new().error("FLOW-1103-503")
}

fn from(organisation: &str) -> Request {
    Request::new("GET", "/x", &[("x-gw-ims-org-id", organisation)])
}

/// The ids of the rules that affect a request at `now`, and the delay of its response in milliseconds.
fn struck_at(faults: &Faults, request: &Request, now: Millis) -> (Vec<String>, u128) {
    let found = faults.current().apply(request, now);
    (found.ids, found.delay.as_millis())
}

fn strikes(faults: &Faults, requests: usize) -> Vec<bool> {
    (0..requests).map(|_| !struck_at(faults, &from("A"), 0).0.is_empty()).collect()
}

#[test]
fn a_rule_skips_some_requests_affects_some_and_counts_all() {
    let faults = faults([failing().id("x").after(2).times(3)]);
    assert_eq!(strikes(&faults, 7), [false, false, true, true, true, false, false]);
    let state = faults.get("x").unwrap();
    assert_eq!((state.matched, state.fired), (7, 3));
    assert!(faults.any());
    faults.replace(Vec::new(), &Part::All).unwrap();
    assert!(!faults.any() && faults.list(&Part::All).is_empty());
}

#[test]
fn random_results_depend_on_the_seed_and_the_id_and_match_the_probability() {
    let decisions = |seed, id| {
        let rule = failing().id(id).probability(0.3);
        strikes(&Faults::new(seed, vec![rule.into()]).unwrap(), 500)
    };
    assert_eq!(decisions(1, "a"), decisions(1, "a"));
    assert_ne!(decisions(1, "a"), decisions(2, "a"));
    assert_ne!(decisions(1, "a"), decisions(1, "b"));
    let struck = decisions(1, "a").iter().filter(|struck| **struck).count();
    assert!((120..180).contains(&struck), "{struck}");
    assert!(!strikes(&faults([failing().probability(0.0)]), 50).contains(&true));
    assert!(!strikes(&faults([failing().probability(f64::NAN)]), 50).contains(&true));
}

#[test]
fn the_result_of_a_rule_does_not_depend_on_other_rules() {
    let flaky = || failing().id("flaky").header("x-gw-ims-org-id", "A").probability(0.5);
    let alone = strikes(&faults([flaky()]), 50);
    let late = FaultRule::new().delay(Delay::uniform_ms(1, 9)).probability(0.5);
    let together = faults([late, flaky(), failing().header("x-gw-ims-org-id", "B")]);
    let among_others: Vec<bool> = (0..50)
        .map(|_| {
            struck_at(&together, &from("B"), 0);
            struck_at(&together, &from("A"), 0).0.contains(&"flaky".to_owned())
        })
        .collect();
    assert_eq!(alone, among_others);
}

#[test]
fn the_first_rule_with_an_action_ends_the_search_and_delays_before_it_add_up() {
    let faults = faults([
        FaultRule::new().id("slow").delay(Delay::ms(100)),
        failing().id("other").header("x-gw-ims-org-id", "B"),
        FaultRule::new().id("slower").delay(Delay::ms(20)),
        failing().id("first").delay(Delay::ms(3)).times(1),
        failing().id("second"),
        FaultRule::new().id("never").delay(Delay::ms(1000)),
    ]);
    let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
    assert_eq!(struck_at(&faults, &from("A"), 0), (ids(&["slow", "slower", "first"]), 123));
    assert_eq!(struck_at(&faults, &from("A"), 0), (ids(&["slow", "slower", "second"]), 120));
    assert_eq!(struck_at(&faults, &from("B"), 0), (ids(&["slow", "other"]), 100));
    let longest = self::faults([1, 2].map(|_| FaultRule::new().delay(Delay::ms(MAX_DELAY_MS))));
    assert_eq!(struck_at(&longest, &from("A"), 0).1, u128::from(MAX_DELAY_MS));
}

#[test]
fn a_time_in_state_initializing_does_not_end_the_search_and_the_first_counts() {
    let waiting = |ms| FaultRule::new().initializing_for(Duration::from_millis(ms));
    let faults = faults([FaultRule::new().delay(Delay::ms(1)), waiting(20), waiting(10), failing()]);
    let found = faults.current().apply(&from("A"), 0);
    assert_eq!(found.ids.len(), 4);
    assert_eq!(found.initializing_for, Some(Duration::from_millis(20)));
}

#[test]
fn a_rate_limit_affects_requests_beyond_it_by_the_given_clock() {
    let faults =
        faults([FaultRule::new().id("limit").rate_limit(2.0, Per::Organisation), failing().id("next")]);
    let struck = |organisation: &str, now| struck_at(&faults, &from(organisation), now).0.concat();
    assert_eq!([0, 0, 0, 0].map(|now| struck("A", now)), ["next", "next", "limit", "limit"]);
    assert_eq!(struck("B", 0), "next");
    assert_eq!([499, 500, 500].map(|now| struck("A", now)), ["limit", "next", "limit"]);
    assert_eq!([5000, 5000, 5000].map(|now| struck("A", now)), ["next", "next", "limit"]);
    let state = faults.get("limit").unwrap();
    assert_eq!((state.matched, state.fired), (11, 5));
    let limited = self::faults([FaultRule::new().rate_limit(0.1, Per::Organisation)]);
    struck_at(&limited, &from("A"), 0);
    let found = limited.current().apply(&from("A"), 0);
    assert_eq!(found.applied.unwrap().retry_after, Some(10));
}

#[test]
fn only_a_rule_that_may_affect_the_request_asks_for_the_body() {
    let faults = faults([failing().method("POST").body_at("/name", "x").times(1), failing().method("PUT")]);
    let asks = |method: &str| {
        let request = Request::new(method, "/x", &[]);
        faults.current().ask_for_body(&ParsedRequest::of(&request))
    };
    assert!(asks("POST") && !asks("PUT") && !asks("GET"));
    let request = Request::new("POST", "/x", &[]).with_body(json!({"name": "x"}));
    assert_eq!(struck_at(&faults, &request, 0).0.len(), 1);
    assert!(!asks("POST"), "it is used up");
}

#[test]
fn rules_get_unique_ids() {
    let faults = faults([failing(), failing().id("fault-2"), failing()]);
    let ids = |faults: &Faults| faults.list(&Part::All).into_iter().map(|fault| fault.id).collect::<Vec<_>>();
    assert_eq!(ids(&faults), ["fault-1", "fault-2", "fault-3"]);
    faults.remove("fault-1").unwrap();
    faults.remove("fault-1").unwrap_err();
    assert_eq!(faults.add(vec![failing().into()], &Part::All).unwrap()[0].id, "fault-4");
    let refused = faults.add(vec![failing().into(), failing().id("fault-2").into()], &Part::All).unwrap_err();
    assert_eq!(refused.problems()[0].path, "/id");
    assert_eq!(ids(&faults), ["fault-2", "fault-3", "fault-4"], "all or none");
    faults.replace(vec![failing().into()], &Part::All).unwrap();
    assert_eq!(ids(&faults), ["fault-1"]);
    faults.reset(&Part::All);
    assert_eq!(ids(&faults), ["fault-1", "fault-2", "fault-3"]);
    faults.get("fault-4").unwrap_err();
}

#[test]
fn a_reset_of_an_organisation_leaves_every_rule_of_others_whatever_its_id() {
    let of = |organisation: &str| failing().ims_org(organisation);
    let faults = faults([of("B"), of("A"), failing(), of("A").id("named")]);
    let rules = || -> Vec<_> {
        let shown = |fault: Fault| (fault.id, fault.rule.pattern.ims_org().unwrap_or("all").to_owned());
        faults.list(&Part::All).into_iter().map(shown).collect()
    };
    let expect = |expected: &[(&str, &str)]| {
        let expected: Vec<_> = expected.iter().map(|(id, of)| (id.to_string(), of.to_string())).collect();
        assert_eq!(rules(), expected);
    };
    let start = [("fault-1", "B"), ("fault-2", "A"), ("fault-3", "all"), ("named", "A")];
    expect(&start);
    let a = Part::Organisation("A".to_owned());
    faults.reset(&a);
    expect(&start);
    faults.replace(Vec::new(), &a).unwrap();
    expect(&[("fault-1", "B"), ("fault-3", "all")]);
    faults.add(vec![of("B").id("named").into(), of("A").into()], &Part::All).unwrap();
    faults.reset(&a);
    let renamed = [("fault-1", "B"), ("fault-2", "A"), ("fault-3", "all"), ("fault-5", "A"), ("named", "B")];
    expect(&renamed);
    faults.reset(&Part::All);
    expect(&start);
    assert_eq!(
        faults.add(vec![failing().into()], &Part::All).unwrap()[0].id,
        "fault-4",
        "as after the start"
    );
}

#[test]
fn the_number_of_rules_is_limited() {
    let faults = faults((0..MAX_RULES).map(|_| failing()));
    assert!(faults.add(vec![failing().into()], &Part::All).is_err());
    assert_eq!(faults.list(&Part::All).len(), MAX_RULES);
}

#[test]
fn the_size_of_all_rules_is_limited() {
    let large = |id: &str| FaultRule::new().id(id).status(200).answer_body("x".repeat(1_000_000)).into();
    let faults = faults([]);
    for id in ["a", "b", "c", "d"] {
        faults.add(vec![large(id)], &Part::All).unwrap();
    }
    let refused = faults.add(vec![large("e")], &Part::All).unwrap_err();
    assert!(refused.problems()[0].reason.contains("more than 4194304 bytes"), "{refused:?}");
    faults.remove("a").unwrap();
    faults.add(vec![large("e")], &Part::All).unwrap();
}

#[test]
fn a_request_in_flight_keeps_its_rules() {
    let faults = faults([failing().id("old")]);
    let found = faults.current();
    faults.replace(Vec::new(), &Part::All).unwrap();
    assert_eq!(found.apply(&from("A"), 0).ids, ["old"]);
    assert!(faults.current().apply(&from("A"), 0).ids.is_empty());
}

#[test]
fn an_empty_or_contradictory_rule_is_refused_in_the_library_too() {
    for rule in [
        FaultRule::new(),
        FaultRule::new().effect(Effect::None).delay(Delay::ms(1)),
        FaultRule::new().truncate().effect(Effect::None),
        FaultRule::new().reset().truncate(),
    ] {
        let refused = self::faults([]).add(vec![rule.into()], &Part::All).unwrap_err();
        assert_eq!(refused.problems()[0].path, "/action");
    }
}

#[test]
fn methods_and_documents_make_equal_rules() {
    for (rule, document) in [
        (
            failing().id("a").operation("getConnection").after(1).times(2).probability(0.5),
            json!({"id": "a", "match": {"operation": "getConnection"}, "after": 1, "times": 2, "probability": 0.5,
                "action": {"error": "FLOW-1103-503"}}),
        ),
        (
            FaultRule::new()
                .status(418)
                .answer_header("a", "b")
                .answer_header("A", "c")
                .answer_body(json!([1])),
            json!({"action": {"status": 418, "headers": {"a": ["b", "c"]}, "body": [1]}}),
        ),
        (
            FaultRule::new().body(Matcher::absent()).rate_limit(5.0, Per::ApiKey).effect(Effect::Before),
            json!({"match": {"body": {"": {"absent": true}}},
                "action": {"rateLimit": {"perSecond": 5.0, "per": "apiKey"}, "effect": "before"}}),
        ),
        (
            FaultRule::new().initializing_for(Duration::from_micros(2_999)),
            json!({"action": {"initializingForMs": 2}}),
        ),
        (
            FaultRule::new().initializing_for(Duration::MAX).reset().effect(Effect::Before),
            json!({"action": {"initializingForMs": 3_600_000, "reset": true, "effect": "before"}}),
        ),
        (
            FaultRule::new().error("1308-400").drip(9),
            json!({"action": {"error": "1308-400", "drip": {"bytesPerSecond": 9}}}),
        ),
        (FaultRule::new().reset(), json!({"action": {"reset": true}})),
        (FaultRule::new().reset_after(3), json!({"action": {"reset": {"afterBytes": 3}}})),
        (FaultRule::new().truncate(), json!({"action": {"truncate": true}})),
        (FaultRule::new().truncate_after(3), json!({"action": {"truncate": {"afterBytes": 3}}})),
        (
            FaultRule::new().malformed_json().delay(Delay::ms(5)),
            json!({"action": {"malformedJson": true, "delayMs": 5}}),
        ),
    ] {
        assert_eq!(FaultRule::from_json(&document).unwrap(), rule, "{document}");
        assert_eq!(FaultRule::from_json(&rule.to_json()).unwrap(), rule, "{document}");
        let sorted = |value: &Value| value.to_string().len();
        assert_eq!(sorted(&rule.to_json()), sorted(&document), "{}", rule.to_json());
    }
}

#[test]
fn every_mistake_is_reported_at_once() {
    let document = json!({"faults": [
        {"id": "a b", "match": {"operation": "x", "colour": 1}, "after": -1, "times": 0, "probability": 2},
        {"action": {"error": "FLOW-1", "status": 100, "delayMs": "1s", "effect": "after", "explode": true}},
        {"action": {"status": 204, "body": {}, "headers": {"content-length": "5", "x": 1, "a b": "c"}}},
        {"action": {"headers": {}, "reset": {"afterBytes": -1}}},
        {"action": {"rateLimit": {"perSecond": 0, "per": "planet"}}},
        {"action": {"reset": true, "error": "403010"}},
        {"action": {"truncate": true, "drip": {"bytesPerSecond": 5}}},
        {"action": {"reset": true, "truncate": true}},
        {"action": {"drip": {}, "malformedJson": "yes"}},
        {"action": {"error": "403010", "drip": 5}},
        {"action": {}},
        [],
    ], "other": 1});
    let refused = read(&document).err().unwrap();
    let paths: Vec<_> = refused.problems().iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/other",
            "/faults/0/id",
            "/faults/0/match/operation",
            "/faults/0/match/colour",
            "/faults/0/after",
            "/faults/0/times",
            "/faults/0/probability",
            "/faults/0",
            "/faults/1/action/delayMs",
            "/faults/1/action/error",
            "/faults/1/action/status",
            "/faults/1/action/effect",
            "/faults/1/action/explode",
            "/faults/1/action",
            "/faults/2/action/headers/content-length",
            "/faults/2/action/headers/x",
            "/faults/2/action/headers/a b",
            "/faults/2/action/body",
            "/faults/3/action/headers",
            "/faults/3/action/reset/afterBytes",
            "/faults/4/action/rateLimit/perSecond",
            "/faults/4/action/rateLimit/per",
            "/faults/5/action",
            "/faults/6/action",
            "/faults/7/action",
            "/faults/8/action/malformedJson",
            "/faults/8/action/drip/bytesPerSecond",
            "/faults/8/action",
            "/faults/9/action/drip",
            "/faults/10/action",
            "/faults/11",
        ]
    );
}

#[test]
fn a_list_of_rules_can_be_sent_back() {
    let rules = [failing().id("a"), FaultRule::new().method("GET").reset()];
    let list: Vec<Value> =
        faults(rules.clone()).list(&Part::All).iter().map(|fault| fault.document(&Unredacted)).collect();
    let again: Vec<_> = read(&json!({"faults": list})).ok().unwrap();
    assert_eq!(again.len(), 2);
    assert_eq!(again[0].rule, rules[0]);
    assert_eq!(again[1].rule, rules[1].clone().id("fault-1"));
    assert!(read(&json!([])).is_ok_and(|rules| rules.is_empty()));
}

#[test]
#[should_panic(expected = "GET /_flowmock/errors lists them")]
fn an_unknown_error_panics_at_the_caller() {
    _ = FaultRule::new().error("FLOW-0000-000");
}

proptest! {
    #[test]
    fn no_document_makes_it_panic(
        key in "id|match|after|times|probability|action|matched",
        inner in "error|status|headers|body|rateLimit|reset|truncate|malformedJson|drip|delayMs|initializingForMs|effect",
        text in any::<String>(),
        number in any::<i64>(),
        form in 0..6,
    ) {
        let value = match form {
            0 => json!(text),
            1 => json!(number),
            2 => json!({inner.clone(): text}),
            3 => json!({inner.clone(): number}),
            4 => json!({inner.clone(): {"afterBytes": number, "perSecond": number, "bytesPerSecond": number, text.clone(): text}}),
            _ => json!({inner: true, "status": number, "body": {text: number}}),
        };
        if let Ok(rules) = read(&json!({key: value, "action": {"delayMs": 1}})).or_else(|_| read(&json!({"action": value}))) {
            for NewRule { rule, .. } in rules {
                prop_assert_eq!(FaultRule::from_json(&rule.to_json()).unwrap(), rule);
            }
        }
    }
}
