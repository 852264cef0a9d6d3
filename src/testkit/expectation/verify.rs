//! [`verify`]: whether requests came as expected, and if not, which came nearest.
//!
//! Decided, for several expectations in order: each counts requests from where the one before ended. It ends at the first
//! request that a following expectation matches, once it has its minimum. Expectations that may be absent are skipped if
//! a later one matches. So `create, update, create` means just that, and "exactly 2" means two before the next begins.

use super::Expectation;
use super::message::message;
use super::verification::{Miss, Verification};
use crate::testkit::matching::difference::Redact;
use crate::testkit::matching::parsed::ParsedRequest;
use crate::testkit::matching::received::Received;
use std::cmp::Reverse;

/// A request that came, with its id.
#[derive(Clone, Copy)]
pub(crate) struct Arrived<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) request: &'a dyn Received,
}

/// How far requests, in the order in which they came, meet expectations.
pub(crate) struct Met {
    /// For each request whether it was counted.
    pub(crate) taken: Vec<bool>,
    /// The first expectation that was not met, the number of its requests, and whether these were too few.
    failed: Option<(usize, u64, bool)>,
}

/// The largest number of near misses.
pub(crate) const MAX_NEAREST: usize = 5;

/// Compares requests, in the order in which they came, with expectations. Several expectations have to be met in their
/// order.
pub(crate) fn verify(
    expectations: &[Expectation], arrived: &[Arrived<'_>], redact: &dyn Redact,
) -> Verification {
    let matches: Vec<Vec<bool>> =
        arrived.iter().map(|arrived| matches(expectations, arrived.request)).collect();
    let met = Met::of(expectations, &matches);
    let with = |taken: bool| arrived.iter().zip(&met.taken).filter(move |(_, own)| **own == taken);
    let counted = with(true).map(|(arrived, _)| arrived.request_id.to_owned()).collect();
    let nearest = met.lacking().map(|step| {
        let others: Vec<Arrived<'_>> = with(false).map(|(arrived, _)| *arrived).collect();
        nearest(&expectations[step], &others, redact).into_iter().map(|(_, miss)| miss).collect()
    });
    let journal = format!("{} requests in the journal", arrived.len());
    verification(expectations, &met, counted, nearest.unwrap_or_default(), &journal, redact)
}

/// For each expectation whether it matches the request.
pub(crate) fn matches(expectations: &[Expectation], request: &dyn Received) -> Vec<bool> {
    let subject = ParsedRequest::of(request);
    expectations.iter().map(|expectation| expectation.pattern.matches(&subject)).collect()
}

impl Met {
    /// Counts requests, for each of which `matches` says which expectations match it.
    pub(crate) fn of(expectations: &[Expectation], matches: &[Vec<bool>]) -> Self {
        let mut taken = vec![false; matches.len()];
        let mut requests = matches.iter().zip(&mut taken).peekable();
        let mut failed = None;
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
                failed = Some((step, count, expectation.times.wants_more_than(count)));
                break;
            }
        }
        Self { taken, failed }
    }

    /// The index of the expectation of which there were too few requests.
    pub(crate) fn lacking(&self) -> Option<usize> {
        self.failed.filter(|(_, _, lacks)| *lacks).map(|(step, ..)| step)
    }
}

/// The result: `counted` are the ids of the requests that were counted, `nearest` those that came nearest, and `journal`
/// says among which requests they were.
pub(crate) fn verification(
    expectations: &[Expectation], met: &Met, counted: Vec<String>, nearest: Vec<Miss>, journal: &str,
    redact: &dyn Redact,
) -> Verification {
    let mut verification = Verification {
        passed: met.failed.is_none(),
        count: counted.len(),
        requests: counted,
        failed: None,
        nearest,
        message: String::new(),
        replicas: Vec::new(),
    };
    if let Some((step, count, _)) = met.failed {
        verification.failed = (expectations.len() > 1).then_some(step);
        let place = (expectations.len() > 1).then_some((step + 1, expectations.len()));
        verification.message = message(&expectations[step], place, count, journal, redact, &verification);
    }
    verification
}

/// The number of following expectations that the next request may meet: those that may be absent, and the first that
/// may not.
fn next_ones(expectations: &[Expectation]) -> usize {
    let needed = expectations.iter().position(|expectation| expectation.times.wants_more_than(0));
    needed.map_or(expectations.len(), |needed| needed + 1)
}

/// The requests that came nearest, each with its place in `arrived`: most parts first, then the latest.
pub(crate) fn nearest(
    expectation: &Expectation, arrived: &[Arrived<'_>], redact: &dyn Redact,
) -> Vec<(usize, Miss)> {
    let pattern = &expectation.pattern;
    let mut ranked: Vec<(usize, usize)> = arrived
        .iter()
        .enumerate()
        .map(|(place, arrived)| (pattern.matched(&ParsedRequest::of(arrived.request)), place))
        .rev()
        .collect();
    ranked.sort_by_key(|(matched, _)| Reverse(*matched)); // stable: among equals the latest is first
    ranked.truncate(MAX_NEAREST);
    let miss = |(matched, place): (usize, usize)| {
        let arrived = &arrived[place];
        let mut differences = pattern.differences(&ParsedRequest::of(arrived.request), redact);
        if matched == pattern.parts() {
            differences.add("order", "behind the requests that were expected before", "before them");
        }
        let miss = Miss {
            request_id: arrived.request_id.to_owned(),
            replica: None,
            method: arrived.request.method().to_owned(),
            path: redact.path(arrived.request.path()),
            matched,
            of: pattern.parts(),
            differences: differences.into_iter().collect(),
        };
        (place, miss)
    };
    ranked.into_iter().map(miss).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::expectation::message::WIDTH;
    use crate::testkit::expectation::{Matcher, Times};
    use crate::testkit::matching::difference::Unredacted;
    use crate::testkit::matching::parsed::tests::Request;
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

    /// Verifies requests whose ids are their indexes.
    fn verified(expectations: &[Expectation], requests: &[Request]) -> Verification {
        let ids: Vec<String> = (0..requests.len()).map(|index| index.to_string()).collect();
        let arrived = ids.iter().zip(requests).map(|(id, request)| Arrived { request_id: id, request });
        verify(expectations, &arrived.collect::<Vec<_>>(), &Unredacted)
    }

    fn creation() -> Expectation {
        Expectation::new().operation("createConnection")
    }

    fn reading() -> Expectation {
        Expectation::new().operation("getConnection")
    }

    #[test]
    fn matching_requests_are_counted_and_listed() {
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
    fn the_nearest_misses_have_their_differences() {
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
    fn several_expectations_are_met_in_their_order() {
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
    fn requests_count_until_the_next_expectation_begins_and_optional_ones_are_skipped() {
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
