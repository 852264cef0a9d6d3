//! Consumers: how requests are attributed to them, and what is counted for each.

use super::behaviour::ConsumerHistory;
use super::coverage;
use super::description::Description;
use super::exchange::{Exchange, Header, header};
use super::model::{NamedBy, ObservedOutcome, RecordedViolation, Severity, ViolationCount};
use super::rule::RuleId;
use crate::base::headers::{API_KEY, CONSUMER, TEST};
use crate::base::printable::printable;
use crate::store::query::{Parameters, form_decoded};
use crate::testkit::journal::Record;
use crate::testkit::matching::received::Received;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// The longest name of a consumer or a test, in characters; a longer one is cut.
const MAX_NAME_CHARS: usize = 200;
/// Number of different outcomes that are counted for a consumer. Documented ones, some hundreds, are always counted.
const MAX_OUTCOMES: usize = 2000;

/// The name under which consumers and tests beyond the limits are counted together.
pub(crate) const OTHERS: &str = "(others)";

/// The name of a request's consumer: that in its header, or its API key and the product in its `User-Agent`.
pub(crate) fn name_of(record: &Record) -> (String, NamedBy) {
    if let Some(name) = named(record, CONSUMER) {
        return (name, NamedBy::Header);
    }
    let key = header(record, API_KEY).text();
    let key = if key.is_empty() { client_id(record) } else { Some(key.to_owned()) };
    let product = header(record, "user-agent").text().split(['/', ' ', '(']).next().unwrap_or_default();
    let key = key.as_deref().unwrap_or("(no key)");
    let name = if product.is_empty() { key.to_owned() } else { format!("{key} {product}") };
    (cut(&name), NamedBy::ApiKey)
}

/// The test that a request names.
pub(crate) fn test_of(exchange: &Exchange<'_>) -> Option<String> {
    named(exchange.record, TEST)
}

fn named(record: &Record, name: &str) -> Option<String> {
    match header(record, name) {
        Header::Is(name) => Some(cut(name)),
        Header::NotAscii => {
            let value = record.first(name).unwrap_or_default();
            Some(cut(String::from_utf8_lossy(value).trim()))
        }
        Header::Absent => None,
    }
}

/// The client of a request to the identity service, which has no API key.
fn client_id(record: &Record) -> Option<String> {
    if !record.path().starts_with("/ims/") {
        return None;
    }
    let body = str::from_utf8(record.body()).ok();
    let in_form = |form: &str| Parameters::parse(form).ok()?.last("client_id").map(str::to_owned);
    body.and_then(in_form)
        .or_else(|| in_form(record.query()))
        .or_else(|| body.and_then(in_multipart))
        .or_else(|| in_authorization(header(record, "authorization").text()))
}

/// The `client_id` in a multipart form.
fn in_multipart(body: &str) -> Option<String> {
    let (_, part) = body.split_once("name=\"client_id\"")?;
    let (_, value) = part.split_once("\r\n\r\n")?;
    Some(value.split_once("\r\n")?.0.to_owned())
}

/// The client in Basic authorization, or the client that a bearer token names.
fn in_authorization(value: &str) -> Option<String> {
    let (scheme, value) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
        return form_decoded(decoded.split_once(':')?.0);
    }
    // Only a name is read from the token, so it is not verified.
    let payload = URL_SAFE_NO_PAD.decode(value.trim().split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims["client_id"].as_str().map(str::to_owned)
}

fn cut(name: &str) -> String {
    let cut: String = name.chars().take(MAX_NAME_CHARS).collect();
    printable(&cut).into_owned()
}

/// The counts and the history of a consumer.
pub(crate) struct Consumer {
    pub(crate) named_by: NamedBy,
    pub(crate) requests: u64,
    pub(crate) tally: Tally,
    /// Next links that were not followed in tests that are over. They count unless the consumer follows a link later.
    pub(crate) pages: Tally,
    pub(crate) outcomes: HashMap<ObservedOutcome, u64>,
    pub(crate) tests: BTreeMap<String, Test>,
    pub(crate) history: ConsumerHistory,
}

/// The counts of a consumer's test.
#[derive(Default)]
pub(crate) struct Test {
    pub(crate) requests: u64,
    pub(crate) tally: Tally,
    /// Next links that were not followed, as in [`Consumer::pages`].
    pub(crate) pages: Tally,
    /// Number of violations without a record, because too many tests have broken too many rules.
    pub(crate) unlisted: u64,
}

/// For each broken rule the number of violations and the first one.
#[derive(Clone, Default)]
pub(crate) struct Tally(BTreeMap<RuleId, (u64, RecordedViolation)>);

impl Consumer {
    /// A consumer without requests, with the history that it has from before.
    pub(crate) fn new(named_by: NamedBy, history: ConsumerHistory) -> Self {
        Self {
            named_by,
            requests: 0,
            tally: Tally::default(),
            pages: Tally::default(),
            outcomes: HashMap::new(),
            tests: BTreeMap::new(),
            history,
        }
    }

    /// Counts a request and its outcome.
    pub(crate) fn count(&mut self, exchange: &Exchange<'_>, description: &Description) {
        self.requests += 1;
        let outcome = (exchange.operation, exchange.status(), exchange.record.error);
        let has_room = self.outcomes.len() < MAX_OUTCOMES || self.outcomes.contains_key(&outcome);
        if has_room || coverage::is_documented(outcome, description) {
            *self.outcomes.entry(outcome).or_default() += 1;
        }
    }
}

impl Tally {
    /// Whether the rule was broken.
    pub(crate) fn has(&self, rule: RuleId) -> bool {
        self.0.contains_key(&rule)
    }

    /// Number of broken rules.
    pub(crate) fn rules(&self) -> usize {
        self.0.len()
    }

    /// Counts a violation; the first one of a rule is recorded.
    pub(crate) fn add(&mut self, rule: RuleId, violation: impl FnOnce() -> RecordedViolation) {
        self.0.entry(rule).or_insert_with(|| (0, violation())).0 += 1;
    }

    /// The broken rules, worst first, without those for which `severity` is `None`.
    pub(crate) fn broken(&self, severity: impl Fn(RuleId) -> Option<Severity>) -> Vec<ViolationCount> {
        let one = |(rule, (count, first)): (&RuleId, &(u64, RecordedViolation))| {
            let severity = severity(*rule)?;
            Some(ViolationCount { rule: *rule, severity, count: *count, first: first.clone() })
        };
        let mut broken: Vec<ViolationCount> = self.0.iter().filter_map(one).collect();
        broken.sort_by_key(|broken| Reverse(broken.severity)); // stable: equals stay in the order of the table
        broken
    }

    /// The sum of two tallies.
    pub(crate) fn merged(&self, other: &Self) -> Self {
        let mut all = self.clone();
        for (rule, (count, first)) in &other.0 {
            let (sum, earliest) = all.0.entry(*rule).or_insert_with(|| (0, first.clone()));
            *sum += count;
            if first.entry < earliest.entry {
                earliest.clone_from(first);
            }
        }
        all
    }

    /// This tally with more violations counted.
    pub(crate) fn plus<'a>(&self, more: impl IntoIterator<Item = (RuleId, &'a RecordedViolation)>) -> Self {
        let mut all = self.clone();
        for (rule, violation) in more {
            all.add(rule, || violation.clone());
            // `more` is in no particular order: the earliest violation counts as the first.
            if let Some((_, first)) = all.0.get_mut(&rule)
                && violation.entry < first.entry
            {
                first.clone_from(violation);
            }
        }
        all
    }
}
