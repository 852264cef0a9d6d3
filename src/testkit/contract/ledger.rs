//! [`Ledger`]: everything that the examiner keeps between requests, which is bounded.

use super::behaviour::{ConsumerHistory, ServerHistory, TestHistory};
use super::consumer::{Consumer, OTHERS, name_of, test_of};
use super::description::Description;
use super::exchange::Exchange;
use super::fifo_map::FifoMap;
use super::findings::Findings;
use super::model::{NamedBy, RecordedViolation, Severity};
use super::rule::RuleId;
use super::rules::check_request;
use super::settings::Settings;
use crate::base::error::excerpt;
use crate::base::headers::REQUEST_ID;
use crate::services::world::Part;
use crate::testkit::journal::{Entry, Redaction};
use crate::testkit::matching::received::Received;
use std::collections::{BTreeMap, HashMap};

/// Number of consumers with a report; all others are counted together.
pub(crate) const MAX_CONSUMERS: usize = 100;
/// Number of consumers whose history is kept after their reports were emptied.
const MAX_RETAINED: usize = 20;
/// Number of tests of a consumer with a report; all others are counted together.
pub(crate) const MAX_TESTS: usize = 1000;
/// Number of tests, of all consumers, with a history. Beyond it the test that began first counts as over.
const MAX_HISTORIES: usize = 256;
/// Number of first violations that are kept for tests, of all consumers.
const MAX_TEST_VIOLATIONS: usize = 20_000;

/// The findings about the examined requests.
pub(super) struct Ledger {
    /// The id in the journal of the last examined request.
    pub(super) last: u64,
    pub(super) examined: u64,
    /// Number of requests that the journal dropped before they were examined.
    pub(super) skipped: u64,
    pub(super) consumers: BTreeMap<String, Consumer>,
    /// The histories of named tests, by consumer and test.
    pub(super) named: FifoMap<(String, String), TestHistory>,
    /// The histories of the requests outside of named tests, by consumer.
    pub(super) unnamed: HashMap<String, TestHistory>,
    /// Number of first violations that tests have recorded.
    pub(super) test_violations: usize,
    pub(super) server: ServerHistory,
    /// The histories of consumers whose reports were emptied.
    pub(super) retained: FifoMap<String, ConsumerHistory>,
    /// The end of the time for which histories may be incomplete, in milliseconds since the epoch.
    pub(super) gap_until: Option<i64>,
    /// The rules that a request broke, by its id in the journal, until its response is sent (`--contract-headers`).
    pub(super) unreported: BTreeMap<u64, Vec<(RuleId, Severity)>>,
}

/// A rule that the examined request broke.
pub(super) struct Broken {
    pub(super) rule: RuleId,
    pub(super) severity: Severity,
    /// What exactly is wrong, without credentials.
    pub(super) detail: String,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            last: 0,
            examined: 0,
            skipped: 0,
            consumers: BTreeMap::new(),
            named: FifoMap::new(MAX_HISTORIES),
            unnamed: HashMap::new(),
            test_violations: 0,
            server: ServerHistory::default(),
            retained: FifoMap::new(MAX_RETAINED),
            gap_until: None,
            unreported: BTreeMap::new(),
        }
    }
}

impl Ledger {
    /// Empties the report of a consumer at `now`, in milliseconds since the epoch.
    pub(super) fn forget(&mut self, name: &str, now: i64) {
        self.unnamed.remove(name);
        self.named.retain(|(of, _), _| of != name);
        self.server.leftovers.forget_consumer(name);
        self.server.orphans.forget_consumer(name);
        let Some(mut consumer) = self.consumers.remove(name) else { return };
        let listed: usize = consumer.tests.values().map(|test| test.tally.rules() + test.pages.rules()).sum();
        self.test_violations = self.test_violations.saturating_sub(listed);
        consumer.history.reset_token_use();
        if self.retained.insert(name.to_owned(), consumer.history).is_some() {
            self.gap_until = Some(now);
        }
    }

    /// Ends every test that may have used that part of the world. Its omissions are final and count.
    pub(super) fn close_histories(&mut self, part: &Part) {
        let ended: Vec<_> = self.named.take(|_, history| history.was_in(part));
        let ended = ended.into_iter().map(|((name, test), history)| (name, Some(test), history));
        let unnamed = self.unnamed.extract_if(|_, history| history.was_in(part));
        let ended: Vec<_> = ended.chain(unnamed.map(|(name, history)| (name, None, history))).collect();
        for (name, test, history) in ended {
            self.close_history(&name, test.as_deref(), &history);
            if let Some(consumer) = self.consumers.get_mut(&name) {
                consumer.history.reset_token_use();
            }
        }
    }

    fn close_history(&mut self, name: &str, test: Option<&str>, history: &TestHistory) {
        let Some(consumer) = self.consumers.get_mut(name) else { return };
        for (rule, violation) in history.omissions(&consumer.history) {
            consumer.pages.add(rule, || violation.clone());
            let Some(test) = test.and_then(|test| consumer.tests.get_mut(test)) else { continue };
            // Without room for the test's first violation, only the consumer counts it. `unlisted` must not, since
            // following a link later takes it back.
            if test.pages.has(rule) || self.test_violations < MAX_TEST_VIOLATIONS {
                self.test_violations += usize::from(!test.pages.has(rule));
                test.pages.add(rule, || violation.clone());
            }
        }
    }

    /// Examines the next request. Returns the rules that it broke, without those that are turned off.
    pub(super) fn examine(
        &mut self, entry: &Entry, description: &Description, redaction: &Redaction<'_>, settings: &Settings,
    ) -> Vec<Broken> {
        let missed = entry.id.saturating_sub(self.last).saturating_sub(1);
        self.last = entry.id;
        if missed > 0 {
            self.note_gap(missed, entry.record.time);
        }
        self.examined += 1;
        if entry.record.method() == "OPTIONS" {
            return Vec::new(); // a preflight request, which the browser sends on its own
        }
        let exchange = Exchange::read(entry.id, &entry.record, redaction);
        let (name, test) = self.register(&exchange, description);
        let mut found = Findings::default();
        check_request(&exchange, description, &mut found);
        self.update_histories(&exchange, &name, test.as_deref(), &mut found);
        self.count_findings(&exchange, &name, test.as_deref(), &found, settings)
    }

    /// Adds a request to the histories of its test, its consumer and the server.
    fn update_histories(
        &mut self, exchange: &Exchange<'_>, name: &str, test: Option<&str>, found: &mut Findings,
    ) {
        let violation = |detail: &str| violation(exchange, detail);
        self.server.leftovers.observe(exchange, name, test, &violation);
        self.server.orphans.observe(exchange, name, test, &violation);
        // Consumers or tests that are counted together have no common history.
        if name == OTHERS || test == Some(OTHERS) {
            return;
        }
        let history = match test {
            None => Some(self.unnamed.entry(name.to_owned()).or_default()),
            Some(test) => {
                let key = (name.to_owned(), test.to_owned());
                self.open_history(&key);
                self.named.get_mut(&key)
            }
        };
        if let Some((history, consumer)) = history.zip(self.consumers.get_mut(name)) {
            let memory = (&mut consumer.history, &mut self.server);
            history.observe(exchange, test.is_some(), memory, &violation, found);
        }
    }

    /// Begins a test's history, unless it has one. With too many, the oldest ends.
    fn open_history(&mut self, key: &(String, String)) {
        if self.named.get(key).is_none()
            && let Some(((name, test), oldest)) = self.named.insert(key.clone(), TestHistory::default())
        {
            self.close_history(&name, Some(&test), &oldest);
        }
    }

    /// Counts the broken rules. Returns them, without those that are turned off or that the request allows itself.
    fn count_findings(
        &mut self, exchange: &Exchange<'_>, name: &str, test: Option<&str>, found: &Findings,
        settings: &Settings,
    ) -> Vec<Broken> {
        let mut broken = Vec::new();
        let Some(consumer) = self.consumers.get_mut(name) else { return broken };
        for (rule, detail) in found.iter() {
            let Some(severity) = settings.severity(rule, name).filter(|_| !exchange.allows(rule)) else {
                continue;
            };
            broken.push(Broken { rule, severity, detail: detail.to_owned() });
            consumer.tally.add(rule, || violation(exchange, detail));
            if let Some(test) = test.and_then(|test| consumer.tests.get_mut(test)) {
                let is_first = !test.tally.has(rule);
                if is_first && self.test_violations >= MAX_TEST_VIOLATIONS {
                    test.unlisted += 1;
                } else {
                    self.test_violations += usize::from(is_first);
                    test.tally.add(rule, || violation(exchange, detail));
                }
            }
        }
        broken
    }

    /// Counts a request. Returns the names of its consumer and test, or [`OTHERS`] if there are too many.
    fn register(&mut self, exchange: &Exchange<'_>, description: &Description) -> (String, Option<String>) {
        let (mut name, mut named_by) = name_of(exchange.record);
        if !self.consumers.contains_key(&name) && self.consumers.len() >= MAX_CONSUMERS {
            (name, named_by) = (OTHERS.to_owned(), NamedBy::Nobody);
        }
        let consumer = self.consumers.entry(name.clone()).or_insert_with(|| {
            let unknown = || self.gap_until.map(ConsumerHistory::with_gap_until).unwrap_or_default();
            Consumer::new(named_by, self.retained.remove(&name).unwrap_or_else(unknown))
        });
        consumer.count(exchange, description);
        let test = test_of(exchange).map(|test| {
            let has_room = consumer.tests.len() < MAX_TESTS || consumer.tests.contains_key(&test);
            if has_room { test } else { OTHERS.to_owned() }
        });
        if let Some(test) = &test {
            consumer.tests.entry(test.clone()).or_default().requests += 1;
        }
        (name, test)
    }

    /// Requests up to `now` are missing. They may explain any later request, so all histories are forgotten.
    fn note_gap(&mut self, missed: u64, now: i64) {
        self.skipped += missed;
        self.named = FifoMap::new(MAX_HISTORIES);
        self.unnamed.clear();
        self.server = ServerHistory::default();
        self.consumers.values_mut().for_each(|consumer| consumer.history.note_gap(now));
        self.retained.retain(|_, _| false);
        self.gap_until = Some(now);
    }
}

/// The record of a request that breaks a rule.
fn violation(exchange: &Exchange<'_>, detail: &str) -> RecordedViolation {
    let record = exchange.record;
    let answered = record.answer_headers().find(|(name, _)| *name == REQUEST_ID);
    let answered = answered.and_then(|(_, id)| str::from_utf8(id).ok());
    let request_id = answered.unwrap_or_else(|| exchange.header(REQUEST_ID).text());
    RecordedViolation {
        entry: exchange.entry,
        request_id: exchange.shown(request_id),
        time: record.time,
        operation: exchange.operation,
        replica: None,
        method: excerpt(record.method()),
        path: exchange.shown_path(),
        detail: detail.to_owned(),
    }
}
