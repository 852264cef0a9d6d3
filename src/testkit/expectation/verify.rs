//! [`Verification`]: whether requests came as they were expected, and if not, which came nearest.
//!
//! Decided, of several in order: each counts its requests from where the one before ended, and ends at the first
//! request that a following one matches, once it has as many as it needs at least; those that may be absent do not
//! stand in the way of what follows them. So `create, update, create` means what it says, and "exactly 2" means two
//! before the next one begins.

use super::Expectation;
use crate::testkit::matching::difference::{Difference, Veil, abridged, beginning};
use crate::testkit::matching::received::Received;
use crate::testkit::matching::subject::Subject;
use serde::Serialize;
use std::cmp::Reverse;
use std::fmt;

/// What came of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Verification {
    /// Whether the requests came as expected.
    pub passed: bool,
    /// How many requests matched; of several expectations in order, how many were counted for them together.
    pub count: usize,
    /// The ids (`x-request-id`) of those requests, in the order in which they came.
    pub requests: Vec<String>,
    /// Of several expectations in order: the index of the first that was not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<usize>,
    /// If there were too few: the requests that came nearest, most parts first, then latest first; at most 5.
    pub nearest: Vec<Miss>,
    /// What was expected and what came instead, for people; empty if it passed.
    pub message: String,
}

/// A request that was not quite what was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Miss {
    /// Its id: `x-request-id`.
    pub request_id: String,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// How many parts of the expectation it matches.
    pub matched: usize,
    /// How many parts the expectation has.
    pub of: usize,
    /// Where it differs.
    pub differences: Vec<Difference>,
}

/// The text: what a failed assertion says.
impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed {
            write!(f, "passed with {} requests", self.count)
        } else {
            f.write_str(&self.message)
        }
    }
}

/// A request that came, and its id.
pub(crate) struct Arrived<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) request: &'a dyn Received,
}

/// How many near misses are listed.
const MAX_NEAREST: usize = 5;

/// The width of a message, in characters.
const WIDTH: usize = 100;

/// Whether the requests, in the order in which they came, are as expected: in the order of the expectations, if there
/// are several.
pub(crate) fn verify(expectations: &[Expectation], arrived: &[Arrived<'_>], veil: &dyn Veil) -> Verification {
    let matches: Vec<Vec<bool>> = arrived
        .iter()
        .map(|arrived| {
            let subject = Subject::of(arrived.request);
            expectations.iter().map(|expectation| expectation.pattern.matches(&subject)).collect()
        })
        .collect();
    let mut taken = vec![false; arrived.len()];
    let mut requests = matches.iter().zip(&mut taken).peekable();
    let mut failure = None;
    for (step, expectation) in expectations.iter().enumerate() {
        let rest = &expectations[step + 1..];
        let followers = step + 1..step + 1 + next_ones(rest);
        let mut count = 0;
        while let Some((matches, taken)) = requests.next_if(|(matches, _)| {
            expectation.times.wants_more_than(count) || !matches[followers.clone()].contains(&true)
        }) {
            *taken = matches[step];
            count += u64::from(*taken);
        }
        if !expectation.times.allows(count) {
            failure = Some((step, count));
            break;
        }
    }
    let requests: Vec<String> = arrived
        .iter()
        .zip(&taken)
        .filter(|(_, taken)| **taken)
        .map(|(arrived, _)| arrived.request_id.to_owned())
        .collect();
    let mut verification = Verification {
        passed: failure.is_none(),
        count: requests.len(),
        requests,
        failed: None,
        nearest: Vec::new(),
        message: String::new(),
    };
    if let Some((step, count)) = failure {
        let expectation = &expectations[step];
        verification.failed = (expectations.len() > 1).then_some(step);
        if expectation.times.wants_more_than(count) {
            verification.nearest = nearest(expectation, arrived, &taken, veil);
        }
        let place = (expectations.len() > 1).then_some((step + 1, expectations.len()));
        verification.message = message(expectation, place, count, arrived.len(), veil, &verification);
    }
    verification
}

/// How many of the expectations that follow may be met by the next request: those that may be absent, and the first
/// that may not.
fn next_ones(expectations: &[Expectation]) -> usize {
    let needed = expectations.iter().position(|expectation| expectation.times.wants_more_than(0));
    needed.map_or(expectations.len(), |needed| needed + 1)
}

/// The requests that came nearest, of those that were not counted.
fn nearest(expectation: &Expectation, arrived: &[Arrived<'_>], taken: &[bool], veil: &dyn Veil) -> Vec<Miss> {
    let pattern = &expectation.pattern;
    let mut ranked: Vec<(usize, &Arrived<'_>)> = arrived
        .iter()
        .zip(taken)
        .filter(|(_, taken)| !**taken)
        .map(|(arrived, _)| (pattern.matched(&Subject::of(arrived.request)), arrived))
        .rev()
        .collect();
    ranked.sort_by_key(|(matched, _)| Reverse(*matched)); // stable: of equals the latest comes first
    ranked.truncate(MAX_NEAREST);
    let miss = |(matched, arrived): (usize, &Arrived<'_>)| {
        let mut differences = pattern.differences(&Subject::of(arrived.request), veil);
        if matched == pattern.parts() {
            differences.add("order", "behind the requests that were expected before", "before them");
        }
        Miss {
            request_id: arrived.request_id.to_owned(),
            method: arrived.request.method().to_owned(),
            path: veil.path(arrived.request.path()),
            matched,
            of: pattern.parts(),
            differences: differences.into_iter().collect(),
        }
    };
    ranked.into_iter().map(miss).collect()
}

/// What was expected and what came, in lines of at most [`WIDTH`] characters.
fn message(
    expectation: &Expectation, place: Option<(usize, usize)>, count: u64, received: usize, veil: &dyn Veil,
    verification: &Verification,
) -> String {
    let mut lines = Lines(String::new());
    let place = place.map(|(step, steps)| format!(", step {step} of {steps} in order")).unwrap_or_default();
    lines.add(0, &format!("expected {}{place}:", expectation.times));
    for part in expectation.pattern.describe(veil) {
        lines.add(1, &part);
    }
    lines.add(0, &format!("received {count}, of {received} requests in the journal"));
    if count > 0 && verification.nearest.is_empty() {
        let ids = &verification.requests;
        // Those of the steps before come first.
        ids.iter().rev().take(count.min(20) as usize).rev().for_each(|id| lines.add(1, &named(id)));
    }
    for (index, miss) in verification.nearest.iter().enumerate() {
        let Miss { request_id, method, path, matched, of, differences } = miss;
        let rank = if index == 0 { "nearest" } else { "then" };
        lines.add(0, "");
        lines.add(0, &format!("{rank}, {matched} of {of} parts match: {method} {path}"));
        lines.add(1, &named(request_id));
        for Difference { field, expected, actual } in differences {
            const LABEL: usize = "expected ".len() + 2 * INDENT;
            let (expected, actual) = abridged(expected, actual, WIDTH - LABEL);
            lines.add(1, field);
            lines.add(2, &format!("expected {expected}"));
            lines.add(2, &format!("received {actual}"));
        }
    }
    lines.0
}

/// A request by its id, which one without an answer may not have.
fn named(request_id: &str) -> String {
    if request_id.is_empty() { "without a request id".to_owned() } else { format!("request id {request_id}") }
}

/// How far a line is indented for each level, in characters.
const INDENT: usize = 4;

/// Text in lines that are not too long.
struct Lines(String);

impl Lines {
    fn add(&mut self, levels: usize, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        let indent = if text.is_empty() { 0 } else { levels * INDENT };
        self.0.extend(std::iter::repeat_n(' ', indent));
        self.0.push_str(&beginning(text, WIDTH - indent));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::expectation::{Matcher, Times};
    use crate::testkit::matching::difference::Unveiled;
    use crate::testkit::matching::subject::tests::Request;
    use serde_json::json;

    const BASE: &str = "/data/foundation/flowservice";

    fn create(name: &str, sandbox: &str) -> Request {
        let path = format!("{BASE}/connections");
        let headers = [("x-sandbox-name", sandbox), ("x-gw-ims-org-id", "ORG@AdobeOrg")];
        Request::new("POST", &path, &headers).with_body(json!({"name": name, "auth": {"specName": "x"}}))
    }

    fn get(id: &str) -> Request {
        Request::new("GET", &format!("{BASE}/connections/{id}"), &[("x-sandbox-name", "prod")])
    }

    /// What comes of it; the ids of the requests are their places.
    fn verified(expectations: &[Expectation], requests: &[Request]) -> Verification {
        let ids: Vec<String> = (0..requests.len()).map(|index| index.to_string()).collect();
        let arrived = ids.iter().zip(requests).map(|(id, request)| Arrived { request_id: id, request });
        verify(expectations, &arrived.collect::<Vec<_>>(), &Unveiled)
    }

    fn creation() -> Expectation {
        Expectation::new().operation("createConnection")
    }

    fn reading() -> Expectation {
        Expectation::new().operation("getConnection")
    }

    #[test]
    fn requests_are_counted_and_named() {
        let requests = [create("a", "prod"), get("1"), create("b", "prod")];
        let verification = verified(&[creation().times(Times::exactly(2))], &requests);
        assert!(verification.passed && verification.count == 2, "{verification}");
        assert_eq!(verification.requests, ["0", "2"]);
        let verification = verified(&[creation().times(Times::at_most(1))], &requests);
        assert!(!verification.passed && verification.nearest.is_empty(), "{verification:?}");
        assert_eq!(
            verification.message,
            "expected at most 1 request:\n    operation: createConnection\n\
             received 2, of 3 requests in the journal\n    request id 0\n    request id 2"
        );
    }

    #[test]
    fn the_nearest_misses_come_with_what_differs() {
        let expectation = creation()
            .sandbox("prod")
            .header("x-gw-ims-org-id", Matcher::matches("@AdobeOrg$"))
            .body_at("/name", "orders")
            .body_at("/auth", Matcher::subset(json!({"specName": "y", "params": {}})));
        let requests = [
            get("1"),
            create("order", "prod"),
            create("orders", "dev"),
            create("x", "dev"),
            create("y", "dev"),
            get("2"),
        ];
        let verification = verified(&[expectation], &requests);
        let nearest: Vec<_> =
            verification.nearest.iter().map(|miss| (miss.request_id.as_str(), miss.matched)).collect();
        assert_eq!(nearest, [("2", 3), ("1", 3), ("4", 2), ("3", 2), ("5", 1)]);
        let fields = |index: usize| -> Vec<&str> {
            verification.nearest[index].differences.iter().map(|d| d.field.as_str()).collect()
        };
        assert_eq!(fields(0), ["sandbox", "body /auth/specName", "body /auth/params"]);
        assert_eq!(fields(1), ["body /name", "body /auth/specName", "body /auth/params"]);
        let expected = r#"expected at least 1 request:
    operation: createConnection
    sandbox: "prod"
    header x-gw-ims-org-id: matches "@AdobeOrg$"
    body /name: "orders"
    body /auth: subset {"specName":"y","params":{}}
received 0, of 6 requests in the journal

nearest, 3 of 5 parts match: POST /data/foundation/flowservice/connections
    request id 2
    sandbox
        expected "prod"
        received "dev"
    body /auth/specName
        expected "y"
        received "x"
    body /auth/params
        expected {}
        received absent

then, 3 of 5 parts match: POST /data/foundation/flowservice/connections
    request id 1
    body /name
        expected "orders"
        received "order"
"#;
        assert!(verification.message.starts_with(expected), "{verification}");
    }

    #[test]
    fn a_message_is_as_wide_as_a_terminal_and_shows_where_long_texts_differ() {
        let long = "x".repeat(2000);
        let expectation = creation().body_at("/name", format!("{long}apple")).path(&("/".to_owned() + &long));
        let verification = verified(&[expectation], &[create(&format!("{long}pear"), &long)]);
        assert!(verification.message.lines().all(|line| line.chars().count() <= WIDTH), "{verification}");
        assert!(verification.message.contains("xapple\"") && verification.message.contains("xpear\""));
    }

    #[test]
    fn several_are_expected_in_their_order() {
        let order = [creation(), reading(), creation()];
        let (c, r) = (create("a", "prod"), get("1"));
        let passes = |requests: &[&Request]| {
            let requests: Vec<_> = requests.iter().map(|&request| request.clone()).collect();
            let verification = verified(&order, &requests);
            (verification.passed, verification.failed)
        };
        assert_eq!(passes(&[&c, &r, &c]), (true, None));
        assert_eq!(passes(&[&r, &c, &c, &r, &r, &c, &r]), (true, None));
        assert_eq!(passes(&[&c, &r]), (false, Some(2)));
        assert_eq!(passes(&[&r, &c]), (false, Some(1)));
        assert_eq!(passes(&[]), (false, Some(0)));
    }

    #[test]
    fn a_request_out_of_order_is_the_nearest_miss() {
        let verification = verified(&[reading(), creation()], &[create("a", "prod"), get("1")]);
        assert_eq!((verification.failed, verification.requests.as_slice()), (Some(1), &["1".to_owned()][..]));
        assert_eq!(verification.nearest[0].request_id, "0");
        assert_eq!(verification.nearest[0].differences[0].field, "order");
        assert!(verification.message.starts_with("expected at least 1 request, step 2 of 2 in order:"));
    }

    #[test]
    fn times_count_until_the_next_one_begins_and_what_may_be_absent_is_passed_over() {
        let (c, r) = (create("a", "prod"), get("1"));
        let requests = |kinds: &str| -> Vec<Request> {
            kinds.chars().map(|kind| if kind == 'c' { c.clone() } else { r.clone() }).collect()
        };
        let twice = [creation().times(Times::exactly(2)), reading()];
        for (kinds, passes) in [("ccr", true), ("crcr", true), ("cccr", false), ("cr", false), ("rccr", true)]
        {
            assert_eq!(verified(&twice, &requests(kinds)).passed, passes, "{kinds}");
        }
        let none_between = [
            creation().times(Times::exactly(1)),
            reading().times(Times::never()),
            creation().times(Times::exactly(1)),
        ];
        for (kinds, passes) in [("cc", true), ("crc", false), ("rcc", true), ("ccr", true), ("ccc", false)] {
            assert_eq!(verified(&none_between, &requests(kinds)).passed, passes, "{kinds}");
        }
    }
}
