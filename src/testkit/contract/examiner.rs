//! [`Examiner`]: reads the journal's new records, each once and in their order, and keeps what reports are made of.

use super::behaviour::{Behaviour, Knowledge, Ledger, Tokens};
use super::bell::Bell;
use super::bounded::Bounded;
use super::consumer::{Consumer, OTHERS, Tally, Test, name_of, test_of};
use super::description::Description;
use super::exchange::Exchange;
use super::model::{ConsumerState, Counted, NamedBy, Offence, Severity, Snapshot, TestState};
use super::rules::{Findings, RuleId, check_form};
use super::settings::Settings;
use crate::base::document::refusal::Problem;
use crate::base::error::excerpt;
use crate::base::headers::REQUEST_ID;
use crate::base::operation::Operation;
use crate::services::world::Part;
use crate::testkit::journal::{Entry, Journal, Redaction};
use crate::testkit::matching::received::Received;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

/// How many consumers there are reports of; all others are counted together.
pub(crate) const MAX_CONSUMERS: usize = 100;
/// Of how many consumers it is remembered what they were told before their reports were emptied. Of others it counts as
/// told whatever was written until then.
const MAX_TOLD: usize = 20;
/// How many tests of a consumer there are reports of; all others are counted together.
pub(crate) const MAX_TESTS: usize = 1000;
/// How many tests, of all consumers, are remembered as far as the rules on behaviour need it. Of more, those that began
/// first are taken to be over.
const MAX_COURSES: usize = 256;
/// How many first offences of tests are kept, of all consumers.
const MAX_TEST_OFFENCES: usize = 20_000;

/// What finds out which rules are broken.
pub(crate) struct Examiner {
    /// The OpenAPI description that requests are compared with.
    description: &'static LazyLock<Description>,
    settings: OnceLock<Settings>,
    book: Mutex<Book>,
    /// The last record that was looked at, by its id in the journal: as in the book, for those who do not wait for it.
    last: AtomicU64,
    /// Told of every request, so that whoever examines them in the background need not look without one.
    pub(crate) bell: Bell,
}

/// What has been found out so far.
struct Book {
    /// The last record that was looked at, by its id in the journal.
    last: u64,
    examined: u64,
    /// How many records were gone before they could be looked at.
    skipped: u64,
    consumers: BTreeMap<String, Consumer>,
    /// By consumer and test: the courses of tests that have a name, and of what a consumer does outside of them.
    named: Bounded<(String, String), Behaviour>,
    unnamed: HashMap<String, Behaviour>,
    test_offences: usize,
    ledger: Ledger,
    /// What consumers were told of whom reports have nothing since.
    told: Bounded<String, Knowledge>,
    /// Until then, in milliseconds since the epoch, a consumer may have been told what is not remembered.
    unsure_until: Option<i64>,
    /// What requests have broken that will ask for it, by their ids in the journal.
    claims: BTreeMap<u64, Vec<(RuleId, Severity)>>,
}

/// How many of them there are at most: some ask nothing any more, as their clients are gone.
const MAX_CLAIMS: usize = 1000;

impl Default for Book {
    fn default() -> Self {
        Self {
            last: 0,
            examined: 0,
            skipped: 0,
            consumers: BTreeMap::new(),
            named: Bounded::new(MAX_COURSES),
            unnamed: HashMap::new(),
            test_offences: 0,
            ledger: Ledger::default(),
            told: Bounded::new(MAX_TOLD),
            unsure_until: None,
            claims: BTreeMap::new(),
        }
    }
}

impl Examiner {
    /// An examiner that compares requests with `description`. It has seen nothing yet.
    pub(crate) fn new(description: &'static LazyLock<Description>) -> Self {
        Self {
            description,
            settings: OnceLock::new(),
            book: Mutex::default(),
            last: AtomicU64::new(0),
            bell: Bell::default(),
        }
    }

    /// Takes over the configuration's rules, once, before the first request.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(crate) fn configure(&self, rules: &[String]) -> Result<(), Vec<Problem>> {
        _ = self.settings.set(Settings::read(rules)?);
        Ok(())
    }

    /// The OpenAPI description that requests are compared with, compiled on the first call.
    pub(crate) fn description(&self) -> &'static Description {
        self.description
    }

    fn settings(&self) -> &Settings {
        self.settings.get_or_init(Settings::default)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A panic in the middle leaves counts that are off by one request.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has entered the journal.
    pub(crate) fn ring(&self) {
        self.bell.ring();
    }

    /// Whether the journal has anything new for it.
    pub(crate) fn is_behind(&self, journal: &Journal) -> bool {
        self.last.load(Ordering::Relaxed) < journal.last_id()
    }

    /// How many requests were examined.
    #[cfg(test)]
    pub(crate) fn examined(&self) -> u64 {
        self.book().examined
    }

    /// Keeps everybody from examining anything for a while.
    #[cfg(test)]
    pub(crate) fn hold(&self) -> impl Sized {
        self.book()
    }

    /// Forgets what is in reports, as if the requests so far had never been; but not what consumers were told, which
    /// they may still use.
    pub(crate) fn reset(&self, now: i64) {
        let mut book = self.book();
        let consumers: Vec<String> = book.consumers.keys().cloned().collect();
        consumers.iter().for_each(|consumer| book.forget(consumer, now));
        let Book { last, told, unsure_until, .. } = std::mem::take(&mut *book);
        *book = Book { last, told, unsure_until, ..Book::default() };
    }

    /// Takes no token for one that this server issued.
    pub(crate) fn forget_tokens(&self) {
        self.book().ledger.tokens = Tokens::default();
    }

    /// Forgets what is known of the consumers that are called so, without credentials.
    ///
    /// # Errors
    /// The names of all consumers, if that is none of them.
    pub(crate) fn forget(
        &self, consumer: &str, now: i64, redaction: &Redaction<'_>,
    ) -> Result<(), Vec<String>> {
        let mut book = self.book();
        let all = book.consumers.keys().map(|name| (name.clone(), redaction.text(name)));
        let (meant, others): (Vec<_>, Vec<_>) = all.partition(|(_, shown)| shown == consumer);
        if meant.is_empty() {
            return Err(others.into_iter().map(|(_, shown)| shown).collect());
        }
        meant.iter().for_each(|(name, _)| book.forget(name, now));
        Ok(())
    }
}

/// Where the examiner finds requests, and how it may show them.
pub(crate) struct Requests<'a> {
    pub(crate) journal: &'a Journal,
    /// Hides credentials.
    pub(crate) redaction: Redaction<'a>,
    /// Whether [`Examiner::violations`] will ask for every request.
    pub(crate) are_claimed: bool,
}

impl Examiner {
    /// Examines everything that is in the journal now, which takes as long as answering it did. Returns the id of the last
    /// request that this was.
    pub(crate) fn catch_up(&self, requests: &Requests<'_>) -> u64 {
        const AT_ONCE: usize = 256;
        let last = requests.journal.last_id();
        while self.last.load(Ordering::Relaxed) < last {
            if self.examine_next(&mut self.book(), requests, AT_ONCE) == 0 {
                break;
            }
        }
        last
    }

    /// Examines at most `max` requests, unless another thread is examining; returns their number.
    pub(crate) fn examine(&self, requests: &Requests<'_>, max: usize) -> usize {
        match self.book.try_lock() {
            Ok(mut book) => self.examine_next(&mut book, requests, max),
            Err(TryLockError::Poisoned(book)) => self.examine_next(&mut book.into_inner(), requests, max),
            Err(TryLockError::WouldBlock) => 0,
        }
    }

    fn examine_next(&self, book: &mut Book, requests: &Requests<'_>, max: usize) -> usize {
        let entries = requests.journal.next_entries(book.last, max);
        for entry in &entries {
            let broken = book.examine(entry, self.description, &requests.redaction, self.settings());
            if requests.are_claimed && !broken.is_empty() {
                book.claims.insert(entry.id, broken);
            }
        }
        while book.claims.len() > MAX_CLAIMS {
            book.claims.pop_first();
        }
        self.last.store(book.last, Ordering::Relaxed);
        entries.len()
    }

    /// Examines the journal up to the request with that id. Returns the rules that this request broke, with how much
    /// each matters; `None` if it broke none.
    pub(crate) fn violations(&self, requests: &Requests<'_>, id: u64) -> Option<Vec<(RuleId, Severity)>> {
        let mut book = self.book();
        self.examine_next(&mut book, requests, usize::MAX);
        book.claims.remove(&id)
    }

    /// Everything that is known of who broke which rules. `is_on` says whether requests are examined at all.
    pub(crate) fn snapshot(&self, redaction: &Redaction<'_>, is_on: bool) -> Snapshot {
        self.book().snapshot(redaction, self.settings(), is_on)
    }

    /// Takes note that a part of the world was put back to an earlier state: what was created since is gone, and no
    /// request there follows from one before.
    pub(crate) fn rewind(&self, part: &Part) {
        let mut book = self.book();
        book.ledger.leftovers.forget_part(part);
        book.end_courses(part);
    }
}

impl Book {
    /// Forgets what a report says of a consumer; `now` in milliseconds since the epoch.
    fn forget(&mut self, name: &str, now: i64) {
        self.unnamed.remove(name);
        self.named.retain(|(of, _), _| of != name);
        self.ledger.leftovers.forget_consumer(name);
        let Some(mut consumer) = self.consumers.remove(name) else { return };
        let listed: usize = consumer.tests.values().map(|test| test.tally.rules() + test.pages.rules()).sum();
        self.test_offences = self.test_offences.saturating_sub(listed);
        consumer.knowledge.begin_anew();
        if self.told.insert(name.to_owned(), consumer.knowledge).is_some() {
            self.unsure_until = Some(now);
        }
    }

    /// Ends the courses that were in that part of the world. What they have left undone counts, as it will not be done.
    fn end_courses(&mut self, part: &Part) {
        let ended: Vec<_> = self.named.take(|_, course| course.was_in(part));
        let ended = ended.into_iter().map(|((name, test), course)| (name, Some(test), course));
        let unnamed = self.unnamed.extract_if(|_, course| course.was_in(part));
        let ended: Vec<_> = ended.chain(unnamed.map(|(name, course)| (name, None, course))).collect();
        for (name, test, course) in ended {
            self.end_course(&name, test.as_deref(), &course);
            if let Some(consumer) = self.consumers.get_mut(&name) {
                consumer.knowledge.begin_anew();
            }
        }
    }

    fn end_course(&mut self, name: &str, test: Option<&str>, course: &Behaviour) {
        let Some(consumer) = self.consumers.get_mut(name) else { return };
        for (rule, offence) in course.left_undone(&consumer.knowledge) {
            consumer.pages.add(rule, || offence.clone());
            let Some(test) = test.and_then(|test| consumer.tests.get_mut(test)) else { continue };
            // Where there is no room for it in the test's part it is in the consumer's: it may still come to nothing.
            if test.pages.has(rule) || self.test_offences < MAX_TEST_OFFENCES {
                self.test_offences += usize::from(!test.pages.has(rule));
                test.pages.add(rule, || offence.clone());
            }
        }
    }

    /// Looks at the next record; answers with the rules that its request broke and that matter.
    fn examine(
        &mut self, entry: &Entry, description: &Description, redaction: &Redaction<'_>, settings: &Settings,
    ) -> Vec<(RuleId, Severity)> {
        let missed = entry.id.saturating_sub(self.last).saturating_sub(1);
        self.last = entry.id;
        if missed > 0 {
            self.miss(missed, entry.record.time);
        }
        self.examined += 1;
        if entry.record.method() == "OPTIONS" {
            return Vec::new(); // what a browser asks by itself
        }
        let exchange = Exchange::read(entry.id, &entry.record, redaction);
        let (name, test) = self.admit(&exchange, description);
        let mut found = Findings::default();
        check_form(&exchange, description, &mut found);
        self.follow(&exchange, &name, test.as_deref(), &mut found);
        self.note(&exchange, &name, test.as_deref(), &found, settings)
    }

    /// Looks at a request as the next of its test and its consumer.
    fn follow(&mut self, exchange: &Exchange<'_>, name: &str, test: Option<&str>, found: &mut Findings) {
        let offence = |detail: &str| offence(exchange, detail);
        self.ledger.leftovers.look_at(exchange, name, test, &offence);
        // Those who are counted together do not explain each other's requests.
        if name == OTHERS || test == Some(OTHERS) {
            return;
        }
        let course = match test {
            None => Some(self.unnamed.entry(name.to_owned()).or_default()),
            Some(test) => {
                let key = (name.to_owned(), test.to_owned());
                self.begin_course(&key);
                self.named.get_mut(&key)
            }
        };
        if let Some((course, consumer)) = course.zip(self.consumers.get_mut(name)) {
            let memory = (&mut consumer.knowledge, &mut self.ledger);
            course.look_at(exchange, test.is_some(), memory, &offence, found);
        }
    }

    /// Sees to it that a test has a course; if there are too many, another's ends.
    fn begin_course(&mut self, key: &(String, String)) {
        if self.named.get(key).is_none()
            && let Some(((name, test), oldest)) = self.named.insert(key.clone(), Behaviour::default())
        {
            self.end_course(&name, Some(&test), &oldest);
        }
    }

    /// Counts what was found; answers with the rules that matter.
    fn note(
        &mut self, exchange: &Exchange<'_>, name: &str, test: Option<&str>, found: &Findings,
        settings: &Settings,
    ) -> Vec<(RuleId, Severity)> {
        let mut broken = Vec::new();
        let Some(consumer) = self.consumers.get_mut(name) else { return broken };
        for (rule, detail) in found.iter() {
            let Some(severity) = settings.severity(rule, name).filter(|_| !exchange.allows(rule)) else {
                continue;
            };
            broken.push((rule, severity));
            consumer.tally.add(rule, || offence(exchange, detail));
            if let Some(test) = test.and_then(|test| consumer.tests.get_mut(test)) {
                let is_first = !test.tally.has(rule);
                if is_first && self.test_offences >= MAX_TEST_OFFENCES {
                    test.unlisted += 1;
                } else {
                    self.test_offences += usize::from(is_first);
                    test.tally.add(rule, || offence(exchange, detail));
                }
            }
        }
        broken
    }

    /// Counts a request, and tells under which names: its own where there is room.
    fn admit(&mut self, exchange: &Exchange<'_>, description: &Description) -> (String, Option<String>) {
        let (mut name, mut named_by) = name_of(exchange);
        if !self.consumers.contains_key(&name) && self.consumers.len() >= MAX_CONSUMERS {
            (name, named_by) = (OTHERS.to_owned(), NamedBy::Nobody);
        }
        let consumer = self.consumers.entry(name.clone()).or_insert_with(|| {
            let forgotten = || self.unsure_until.map(Knowledge::unsure).unwrap_or_default();
            Consumer::new(named_by, self.told.remove(&name).unwrap_or_else(forgotten))
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

    /// Some records were gone before they could be looked at: until `now`, anybody may have done or been told anything.
    fn miss(&mut self, missed: u64, now: i64) {
        self.skipped += missed;
        self.named = Bounded::new(MAX_COURSES);
        self.unnamed.clear();
        self.ledger = Ledger::default();
        self.consumers.values_mut().for_each(|consumer| consumer.knowledge.miss(now));
        self.told.retain(|_, _| false);
        self.unsure_until = Some(now);
    }

    fn snapshot(&self, redaction: &Redaction<'_>, settings: &Settings, is_on: bool) -> Snapshot {
        let consumers = self.consumers.iter();
        let state =
            |(name, consumer): (&String, &Consumer)| self.consumer_state(name, consumer, redaction, settings);
        Snapshot {
            is_on,
            examined: self.examined,
            skipped: self.skipped,
            consumers: consumers.map(state).collect(),
        }
    }

    fn consumer_state(
        &self, name: &str, consumer: &Consumer, redaction: &Redaction<'_>, settings: &Settings,
    ) -> ConsumerState {
        let severity = |rule| settings.severity(rule, name);
        let undone = self.left_undone(name, consumer);
        let of_all = undone.iter().map(|(_, rule, offence)| (*rule, *offence));
        // Whoever follows links now has left them on purpose before.
        let passed_over =
            |pages: &Tally| if consumer.knowledge.follows_links() { Tally::default() } else { pages.clone() };
        let test_state = |(test, state): (&String, &Test)| {
            let own = undone.iter().filter(|(of, ..)| *of == Some(test.as_str()));
            let tally = state.tally.and(&passed_over(&state.pages));
            TestState {
                name: redaction.text(test),
                requests: state.requests,
                broken: tally.with(own.map(|(_, rule, offence)| (*rule, *offence))).broken(severity),
                unlisted: state.unlisted,
            }
        };
        let mut outcomes: Vec<Counted> = consumer
            .outcomes
            .iter()
            .map(|(&(operation, status, error), &count)| Counted { operation, status, error, count })
            .collect();
        outcomes.sort_by_key(|counted| {
            (counted.operation, counted.status, counted.error.map(|code| code as usize))
        });
        ConsumerState {
            name: redaction.text(name),
            named_by: consumer.named_by,
            requests: consumer.requests,
            switched_off: RuleId::ALL
                .iter()
                .filter(|rule| severity(**rule).is_none())
                .map(|rule| rule.rule().id)
                .collect(),
            broken: consumer.tally.and(&passed_over(&consumer.pages)).with(of_all).broken(severity),
            tests: consumer.tests.iter().map(test_state).collect(),
            outcomes,
        }
    }

    /// What a consumer has broken by what it has not done so far, with the tests that it was in.
    fn left_undone<'a>(
        &'a self, name: &str, consumer: &'a Consumer,
    ) -> Vec<(Option<&'a str>, RuleId, &'a Offence)> {
        let named = self.named.iter().filter(|((of, _), _)| of == name);
        let named = named.map(|((_, test), course)| (Some(test.as_str()), course));
        let unnamed = self.unnamed.get(name).map(|course| (None, course));
        let pages = named.chain(unnamed).flat_map(|(test, course)| {
            let undone = course.left_undone(&consumer.knowledge);
            undone.into_iter().map(move |(rule, offence)| (test, rule, offence))
        });
        let left = self.ledger.leftovers.iter().filter(|leftover| leftover.consumer == name);
        let left =
            left.map(|leftover| (leftover.test.as_deref(), RuleId::LeftInProduction, &leftover.offence));
        pages.chain(left).collect()
    }
}

/// What a report says of a request that broke a rule.
fn offence(exchange: &Exchange<'_>, detail: &str) -> Offence {
    let record = exchange.record;
    let answered = record.answer_headers().find(|(name, _)| *name == REQUEST_ID);
    let answered = answered.and_then(|(_, id)| str::from_utf8(id).ok());
    let request_id = answered.unwrap_or_else(|| exchange.header(REQUEST_ID).text());
    Offence {
        entry: exchange.entry,
        request_id: exchange.shown(request_id),
        time: record.time,
        operation: exchange.operation.map(Operation::name),
        method: excerpt(record.method()),
        path: exchange.shown_path(),
        detail: detail.to_owned(),
    }
}
