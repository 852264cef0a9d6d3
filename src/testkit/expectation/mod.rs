//! Expectations: the requests that should have come, and how often. [`verify()`] compares them with the requests that
//! came.

pub(crate) mod message;
pub(crate) mod times;
pub(crate) mod verification;
pub(crate) mod verify;

pub use crate::testkit::matching::difference::Difference;
pub use crate::testkit::matching::matcher::Matcher;
pub use times::Times;
pub use verification::{Miss, Verification};

pub(crate) use verify::{Arrived, Met, verify};

use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::document::refusal::Refused;
use crate::testkit::matching::difference::Unredacted;
use crate::testkit::matching::methods::pattern_methods;
use crate::testkit::matching::pattern::Pattern;
use serde_json::{Map, Value};

/// Requests that should have come, and how often. A request has to fulfil every condition.
///
/// ```
/// use flowmock::{Expectation, Matcher, Times};
///
/// let one_creation_in_prod = Expectation::new()
///     .operation("createConnection")
///     .header("x-sandbox-name", Matcher::equal("prod"))
///     .body_at("/name", "orders")
///     .times(Times::exactly(1));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Expectation {
    pub(crate) pattern: Pattern,
    times: Times,
}

/// The largest number of expectations in an order.
const MAX_IN_ORDER: usize = 100;

impl Expectation {
    /// Expects any request at least once.
    pub fn new() -> Self {
        Self::default()
    }

    pattern_methods!();

    /// Sets how often such a request should have come. Default: at least once.
    pub fn times(mut self, times: Times) -> Self {
        self.times = times;
        self
    }

    /// Reads an expectation from JSON, as `POST /_flowmock/verify` takes it.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with the document.
    pub fn from_json(document: &Value) -> Result<Self, Refused> {
        let mut problems = Problems::default();
        let expectation = Self::read(Member::root(document), &mut problems);
        problems.or(expectation)
    }

    /// The document that [`Expectation::from_json`] reads. It contains credentials as they are.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        self.pattern.write(&mut members, &Unredacted);
        members.insert("times".to_owned(), self.times.document());
        members.into()
    }

    fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        let mut members = member.object(problems)?;
        let pattern = Pattern::read(&mut members, problems);
        let times = match members.take("times") {
            Some(times) => Times::read(times, problems),
            None => Some(Times::default()),
        };
        members.end(problems);
        Some(Self { pattern, times: times? })
    }
}

/// Reads the body of a verification: an expectation, or `{"inOrder": [expectation, ...]}`.
///
/// # Errors
/// [`Refused`] with everything that is wrong with the document.
pub(crate) fn read(document: &Value) -> Result<Vec<Expectation>, Refused> {
    let mut problems = Problems::default();
    let root = Member::root(document);
    let expectations = match document.get("inOrder") {
        None => Expectation::read(root, &mut problems).map(|one| vec![one]),
        Some(_) => read_in_order(root, &mut problems),
    };
    problems.or(expectations)
}

fn read_in_order(root: Member<'_>, problems: &mut Problems) -> Option<Vec<Expectation>> {
    let mut members = root.object(problems)?;
    let in_order = members.take("inOrder");
    members.end(problems);
    let elements = in_order?.elements(1..=MAX_IN_ORDER, problems)?;
    // Collected in two steps, so that every element is read and every problem reported.
    let all: Vec<_> = elements.into_iter().map(|element| Expectation::read(element, problems)).collect();
    all.into_iter().collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::base::operation::{Api, Operation};
    use crate::testkit::matching::parsed::ParsedRequest;
    use crate::testkit::matching::parsed::tests::Request;
    use crate::testkit::matching::received::Received;
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn methods_and_documents_make_equal_expectations() {
        let expectation = Expectation::new()
            .operation("updateConnection")
            .method("patch")
            .path("/connections/{id}")
            .ims_org("ORG@AdobeOrg")
            .sandbox("prod")
            .header("If-Match", Matcher::present())
            .query("limit", 10)
            .body(Matcher::contains("a"))
            .body_at("/0/op", "add")
            .times(Times::exactly(2));
        let document = json!({
            "operation": "updateConnection",
            "method": "PATCH",
            "path": "/connections/{id}",
            "imsOrgId": "ORG@AdobeOrg",
            "sandbox": "prod",
            "headers": {"if-match": {"present": true}},
            "query": {"limit": 10},
            "body": {"": {"contains": "a"}, "/0/op": "add"},
            "times": {"exactly": 2},
        });
        assert_eq!(Expectation::from_json(&document).unwrap(), expectation);
        assert_eq!(Expectation::from_json(&expectation.to_json()).unwrap(), expectation);
    }

    #[test]
    fn two_conditions_for_a_field_must_both_hold() {
        let twice =
            Expectation::new().header("A", Matcher::contains("x")).header("a", Matcher::contains("y"));
        let matches = |value| {
            let request = Request::new("GET", "/", &[("a", value)]);
            twice.pattern.matches(&ParsedRequest::of(&request))
        };
        assert!(matches("xy") && !matches("x") && !matches("y"));
        assert_eq!(Expectation::from_json(&twice.to_json()).unwrap(), twice);
        let replaced = Expectation::new().method("GET").method("POST");
        assert_eq!(replaced, Expectation::new().method("POST"));
    }

    #[test]
    fn every_mistake_is_reported_at_once() {
        let document = json!({"inOrder": [
            {"operation": "makeConnection", "method": "a b", "path": "x", "imsOrgId": "", "sandbox": 1},
            {"headers": {"a b": "x", "c": {"subset": {}}, "d": {}}, "query": {"": 1, "limit": [1]}},
            {"body": {"name": "x", "/a~2": 1}, "times": {"exactly": 1, "atLeast": 1}, "time": 1},
            {"operation": "getHealth"},
            7,
        ], "times": 1});
        let refused = read(&document).unwrap_err();
        let paths: Vec<_> = refused.problems().iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/times",
                "/inOrder/0/operation",
                "/inOrder/0/method",
                "/inOrder/0/path",
                "/inOrder/0/imsOrgId",
                "/inOrder/0/sandbox",
                "/inOrder/1/headers/a b",
                "/inOrder/1/headers/c",
                "/inOrder/1/headers/d",
                "/inOrder/1/query/",
                "/inOrder/1/query/limit",
                "/inOrder/2/body/name",
                "/inOrder/2/body/~1a~02",
                "/inOrder/2/times",
                "/inOrder/2/time",
                "/inOrder/3/operation",
                "/inOrder/4",
            ]
        );
        let reason = &refused.problems()[1].reason;
        assert!(reason.contains("createConnection") && !reason.contains("getHealth"), "{reason}");
        assert!(read(&json!({"inOrder": []})).is_err() && read(&json!([])).is_err());
        assert_eq!(read(&json!({})).unwrap(), [Expectation::new()]);
    }

    #[test]
    fn a_query_is_decoded_as_the_service_decodes_it() {
        let request = Request::new("GET", "/x?property=name%3D%3Da+b&limit=&count=True", &[]);
        let subject = ParsedRequest::of(&request);
        let matches = |expectation: Expectation| expectation.pattern.matches(&subject);
        assert!(matches(Expectation::new().query("property", "name==a b")));
        assert!(matches(Expectation::new().query("limit", Matcher::absent()).query("count", "True")));
        let request = Request::new("GET", "/x?limit=1&a=%zz", &[]);
        let broken = Expectation::new().query("limit", Matcher::present());
        assert!(!broken.pattern.matches(&ParsedRequest::of(&request)));
    }

    #[test]
    #[should_panic(expected = "the operation \"create\" is none of the operations")]
    fn an_unknown_operation_panics_at_the_caller() {
        _ = Expectation::new().operation("create");
    }

    fn requests() -> impl Strategy<Value = Request> {
        let operation = prop::sample::select(Operation::ALL.to_vec());
        let header = ("x-[a-z]{1,5}", "[ -~]{0,10}");
        let query = prop::collection::vec(("[a-z]{1,5}", any::<String>()), 0..3);
        let body = prop_oneof![
            Just(String::new()),
            any::<String>(),
            ("[ab]{0,2}", any::<String>(), -5_i64..5)
                .prop_map(|(key, text, number)| json!({key: {"text": text, "list": [number]}}).to_string()),
        ];
        (operation, "[a-z0-9%+.~]{1,9}", prop::collection::vec(header, 0..3), query, body).prop_map(
            |(operation, id, headers, query, body)| Request {
                method: operation.method().to_owned(),
                path: operation.path().replace("{id}", &id),
                query: query
                    .into_iter()
                    .map(|(name, value)| format!("{name}={}", utf8_percent_encode(&value, NON_ALPHANUMERIC)))
                    .collect::<Vec<_>>()
                    .join("&"),
                headers: headers.into_iter().map(|(name, value)| (name, value.into())).collect(),
                body: body.into(),
            },
        )
    }

    /// An expectation of exactly that request.
    fn expecting(request: &Request) -> Expectation {
        let subject = ParsedRequest::of(request);
        let mut expectation = Expectation::new().method(&request.method).path(&request.path);
        if let Some(operation) = Operation::of(&request.method, &request.path)
            && operation.api() != Api::Control
        {
            expectation = expectation.operation(operation.name());
        }
        for (name, value) in &request.headers {
            let value = String::from_utf8_lossy(value).trim().to_owned();
            expectation = expectation.header(name, value.as_str()).header(name, Matcher::contains(value));
        }
        let query = crate::store::query::Parameters::parse(&request.query).unwrap();
        for name in request.query.split('&').filter_map(|pair| pair.split('=').next()) {
            if let Some(value) = query.last(name) {
                expectation = expectation.query(name, value);
            }
        }
        let text = String::from_utf8_lossy(request.body()).into_owned();
        match subject.body() {
            None => expectation.body(Matcher::absent()),
            Some(body) => {
                let expectation = expectation
                    .body(Matcher::equal(body.clone()))
                    .body(Matcher::contains(text))
                    .body_at("", Matcher::subset(body.clone()))
                    .body_at("/nowhere/0", Matcher::absent());
                body.as_object().into_iter().flatten().fold(expectation, |expectation, (key, value)| {
                    let pointer = format!("/{}", crate::base::json::pointer_token(key));
                    expectation.body_at(&pointer, value.clone()).body_at(&pointer, Matcher::present())
                })
            }
        }
    }

    proptest! {
        #[test]
        fn an_expectation_made_from_a_request_matches_it_and_survives_writing_and_reading(request in requests()) {
            let expectation = expecting(&request);
            prop_assert!(expectation.pattern.matches(&ParsedRequest::of(&request)), "{expectation:?} {request:?}");
            let read = Expectation::from_json(&expectation.to_json()).unwrap();
            prop_assert!(read.pattern.matches(&ParsedRequest::of(&request)));
            prop_assert_eq!(read, expectation);
        }

        #[test]
        fn a_request_that_matches_has_no_differences_and_another_one_has(a in requests(), b in requests()) {
            let pattern = expecting(&a).pattern;
            let subject = ParsedRequest::of(&b);
            let differs = pattern.differences(&subject, &Unredacted).into_iter().next().is_some();
            prop_assert_eq!(pattern.matches(&subject), !differs);
            prop_assert_eq!(pattern.matches(&subject), pattern.matched(&subject) == pattern.parts());
            prop_assert!(pattern.may_match(&subject) || !pattern.matches(&subject));
        }

        #[test]
        fn no_document_makes_it_panic(
            key in "operation|method|path|imsOrgId|sandbox|headers|query|body|times|inOrder|x",
            name in any::<String>(),
            text in any::<String>(),
            form in 0..5,
        ) {
            let value = match form {
                0 => json!(text),
                1 => json!({name: text}),
                2 => json!([{name: text}]),
                3 => json!([[], null, {name: {"not": {"contains": text}}}]),
                _ => json!({name: {"matches": text}}),
            };
            if let Ok(expectations) = read(&json!({key: value})) {
                for expectation in expectations {
                    prop_assert_eq!(Expectation::from_json(&expectation.to_json()).unwrap(), expectation);
                }
            }
        }
    }
}
