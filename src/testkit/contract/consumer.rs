//! Consumers: whose request it is, and what is counted of each.

use super::behaviour::Knowledge;
use super::coverage;
use super::description::Description;
use super::exchange::{Exchange, Header};
use super::model::{Broken, NamedBy, Offence, Outcome, Severity};
use super::rules::RuleId;
use crate::base::headers::{API_KEY, CONSUMER, TEST};
use crate::base::printable::printable;
use crate::store::query::Parameters;
use crate::testkit::matching::received::Received;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// The longest name of a consumer or a test, in characters; of a longer one the beginning counts.
const MAX_NAME_CHARS: usize = 200;
/// How many different outcomes are counted of a consumer, but for documented ones, of which there are some hundreds.
const MAX_OUTCOMES: usize = 2000;

/// Under which name those are counted for whom there is no room.
pub(crate) const OTHERS: &str = "(others)";

/// A consumer's name, as it told it or as its key and its user agent do.
pub(crate) fn name_of(exchange: &Exchange<'_>) -> (String, NamedBy) {
    if let Some(name) = named(exchange, CONSUMER) {
        return (name, NamedBy::Header);
    }
    let key = exchange.header(API_KEY).text();
    let key = if key.is_empty() { client_id(exchange) } else { Some(key.to_owned()) };
    let product = exchange.header("user-agent").text().split(['/', ' ', '(']).next().unwrap_or_default();
    let key = key.as_deref().unwrap_or("(no key)");
    let name = if product.is_empty() { key.to_owned() } else { format!("{key} {product}") };
    (cut(&name), NamedBy::ApiKey)
}

/// The test that a request belongs to, if it says so.
pub(crate) fn test_of(exchange: &Exchange<'_>) -> Option<String> {
    named(exchange, TEST)
}

fn named(exchange: &Exchange<'_>, header: &str) -> Option<String> {
    match exchange.header(header) {
        Header::Is(name) => Some(cut(name)),
        Header::NotAscii => {
            let value = exchange.record.header(header).first().copied().unwrap_or_default();
            Some(cut(String::from_utf8_lossy(value).trim()))
        }
        Header::Absent => None,
    }
}

/// The client that asks for a token, whose requests for them have no API key.
fn client_id(exchange: &Exchange<'_>) -> Option<String> {
    let record = exchange.record;
    if !record.path().starts_with("/ims/") {
        return None;
    }
    let form = str::from_utf8(record.body()).ok().and_then(|body| Parameters::parse(body).ok());
    let in_form = form.and_then(|form| form.last("client_id").map(str::to_owned));
    in_form.or_else(|| exchange.parameter("client_id").map(str::to_owned))
}

fn cut(name: &str) -> String {
    let cut: String = name.chars().take(MAX_NAME_CHARS).collect();
    printable(&cut).into_owned()
}

/// What is counted of a consumer.
pub(crate) struct Consumer {
    pub(crate) named_by: NamedBy,
    pub(crate) requests: u64,
    pub(crate) tally: Tally,
    /// The pages that nobody went on from in courses that are over, which is a fault while it follows no link at all.
    pub(crate) pages: Tally,
    pub(crate) outcomes: HashMap<Outcome, u64>,
    pub(crate) tests: BTreeMap<String, Test>,
    pub(crate) knowledge: Knowledge,
}

/// What is counted of one of its tests.
#[derive(Default)]
pub(crate) struct Test {
    pub(crate) requests: u64,
    pub(crate) tally: Tally,
    /// As of the consumer.
    pub(crate) pages: Tally,
    /// How often it broke rules for whose first offences there was no room.
    pub(crate) unlisted: u64,
}

/// How often which rules were broken, and how at first.
#[derive(Clone, Default)]
pub(crate) struct Tally(BTreeMap<RuleId, (u64, Offence)>);

impl Consumer {
    /// One that was told this before it is counted.
    pub(crate) fn new(named_by: NamedBy, knowledge: Knowledge) -> Self {
        Self {
            named_by,
            requests: 0,
            tally: Tally::default(),
            pages: Tally::default(),
            outcomes: HashMap::new(),
            tests: BTreeMap::new(),
            knowledge,
        }
    }

    /// Counts what became of a request.
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
    /// Whether that rule was broken before.
    pub(crate) fn has(&self, rule: RuleId) -> bool {
        self.0.contains_key(&rule)
    }

    /// How many rules were broken.
    pub(crate) fn rules(&self) -> usize {
        self.0.len()
    }

    /// Counts that a rule was broken, so.
    pub(crate) fn add(&mut self, rule: RuleId, offence: impl FnOnce() -> Offence) {
        self.0.entry(rule).or_insert_with(|| (0, offence())).0 += 1;
    }

    /// Everything, worst first; rules that do not matter by `severity` are left out.
    pub(crate) fn broken(&self, severity: impl Fn(RuleId) -> Option<Severity>) -> Vec<Broken> {
        let one = |(rule, (count, first)): (&RuleId, &(u64, Offence))| {
            let counts_as = severity(*rule)?;
            Some(Broken { rule: rule.rule(), counts_as, count: *count, first: first.clone() })
        };
        let mut broken: Vec<Broken> = self.0.iter().filter_map(one).collect();
        broken.sort_by_key(|broken| Reverse(broken.counts_as)); // stable: else in the table's order
        broken
    }

    /// Both together.
    pub(crate) fn and(&self, other: &Self) -> Self {
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

    /// The same with those counted too.
    pub(crate) fn with<'a>(&self, more: impl IntoIterator<Item = (RuleId, &'a Offence)>) -> Self {
        let mut all = self.clone();
        for (rule, offence) in more {
            all.add(rule, || offence.clone());
            // Nothing says in which order these are looked at: the first is the earliest.
            if let Some((_, first)) = all.0.get_mut(&rule)
                && offence.entry < first.entry
            {
                first.clone_from(offence);
            }
        }
        all
    }
}
