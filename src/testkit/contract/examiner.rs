//! [`Examiner`]: examines the requests in the journal, each once and in their order.

use super::behaviour::Tokens;
use super::description::Description;
use super::ledger::{Broken, Ledger};
use super::model::{ContractSnapshot, Severity};
use super::rule::RuleId;
use super::settings::Settings;
use super::wakeup::Wakeup;
use crate::base::document::refusal::Problem;
use crate::services::world::Part;
use crate::testkit::journal::{Breach, Journal, Redaction};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError};

/// Examines requests and keeps the results.
pub(crate) struct Examiner {
    /// The OpenAPI description that requests are compared with.
    description: &'static LazyLock<Description>,
    settings: OnceLock<Settings>,
    ledger: Mutex<Ledger>,
    /// A copy of `ledger.last`, which can be read without the lock.
    last: AtomicU64,
    /// Wakes the background task when a request is recorded.
    pub(crate) wakeup: Wakeup,
}

/// Number of requests whose violations are kept until their responses are sent. Clients that disconnect never ask.
const MAX_UNREPORTED: usize = 1000;

impl Examiner {
    /// An examiner that compares requests with `description`.
    pub(crate) fn new(description: &'static LazyLock<Description>) -> Self {
        Self {
            description,
            settings: OnceLock::new(),
            ledger: Mutex::default(),
            last: AtomicU64::new(0),
            wakeup: Wakeup::default(),
        }
    }

    /// Sets the configured severities, once, before the first request.
    ///
    /// # Errors
    /// Every invalid setting.
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

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // After a panic, counts are off by at most one request.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the journal has a new request.
    pub(crate) fn notify(&self) {
        self.wakeup.notify();
    }

    /// Whether the journal has requests that are not examined yet.
    pub(crate) fn is_behind(&self, journal: &Journal) -> bool {
        self.last.load(Ordering::Relaxed) < journal.last_id()
    }

    /// Whether the request with that id was examined.
    pub(crate) fn has_examined(&self, id: u64) -> bool {
        self.last.load(Ordering::Relaxed) >= id
    }

    /// Number of examined requests.
    #[cfg(test)]
    pub(crate) fn examined(&self) -> u64 {
        self.ledger().examined
    }

    /// Blocks every examination until the guard is dropped.
    #[cfg(test)]
    pub(crate) fn hold(&self) -> impl Sized {
        self.ledger()
    }

    /// Empties all reports at `now`, in milliseconds since the epoch. What consumers were told (etags, links) is kept,
    /// since they may still use it.
    pub(crate) fn reset(&self, now: i64) {
        let mut ledger = self.ledger();
        let consumers: Vec<String> = ledger.consumers.keys().cloned().collect();
        consumers.iter().for_each(|consumer| ledger.forget(consumer, now));
        let Ledger { last, retained, gap_until, .. } = std::mem::take(&mut *ledger);
        *ledger = Ledger { last, retained, gap_until, ..Ledger::default() };
    }

    /// Forgets which tokens this server issued.
    pub(crate) fn forget_tokens(&self) {
        self.ledger().server.tokens = Tokens::default();
    }

    /// Empties the reports of the consumers with that name, which `redaction` has cleared of credentials.
    ///
    /// # Errors
    /// The names of all consumers, if none has that name.
    pub(crate) fn forget(
        &self, consumer: &str, now: i64, redaction: &Redaction<'_>,
    ) -> Result<(), Vec<String>> {
        let mut ledger = self.ledger();
        let all = ledger.consumers.keys().map(|name| (name.clone(), redaction.text(name)));
        let (meant, others): (Vec<_>, Vec<_>) = all.partition(|(_, shown)| shown == consumer);
        if meant.is_empty() {
            return Err(others.into_iter().map(|(_, shown)| shown).collect());
        }
        meant.iter().for_each(|(name, _)| ledger.forget(name, now));
        Ok(())
    }
}

/// The requests to examine.
pub(crate) struct Requests<'a> {
    pub(crate) journal: &'a Journal,
    /// Hides credentials.
    pub(crate) redaction: Redaction<'a>,
    /// Whether [`Examiner::violations`] is called for every request.
    pub(crate) report_each: bool,
}

impl Examiner {
    /// Examines every request in the journal; returns the id of the last one. For a full journal this takes about as long
    /// as serving its requests did.
    pub(crate) fn catch_up(&self, requests: &Requests<'_>) -> u64 {
        const BATCH: usize = 256;
        let last = requests.journal.last_id();
        while self.last.load(Ordering::Relaxed) < last {
            if self.examine_next(&mut self.ledger(), requests, BATCH) == 0 {
                break;
            }
        }
        last
    }

    /// Examines at most `max` requests, unless another thread is examining; returns their number.
    pub(crate) fn examine(&self, requests: &Requests<'_>, max: usize) -> usize {
        match self.ledger.try_lock() {
            Ok(mut ledger) => self.examine_next(&mut ledger, requests, max),
            Err(TryLockError::Poisoned(ledger)) => self.examine_next(&mut ledger.into_inner(), requests, max),
            Err(TryLockError::WouldBlock) => 0,
        }
    }

    fn examine_next(&self, ledger: &mut Ledger, requests: &Requests<'_>, max: usize) -> usize {
        let entries = requests.journal.next_entries(ledger.last, max);
        for entry in &entries {
            let broken = ledger.examine(entry, self.description, &requests.redaction, self.settings());
            if broken.is_empty() {
                continue;
            }
            if requests.report_each {
                let rules = broken.iter().map(|broken| (broken.rule, broken.severity)).collect();
                ledger.unreported.insert(entry.id, rules);
            }
            let breach =
                |broken: &Broken| Breach::new(broken.rule.rule().id, broken.severity, &broken.detail);
            requests.journal.note_breaches(entry.id, broken.iter().map(breach).collect());
        }
        while ledger.unreported.len() > MAX_UNREPORTED {
            ledger.unreported.pop_first();
        }
        self.last.store(ledger.last, Ordering::Relaxed);
        entries.len()
    }

    /// Examines the journal up to the request with that id. Returns the rules that it broke and their severities; `None`
    /// if it broke none.
    pub(crate) fn violations(&self, requests: &Requests<'_>, id: u64) -> Option<Vec<(RuleId, Severity)>> {
        let mut ledger = self.ledger();
        self.examine_next(&mut ledger, requests, usize::MAX);
        ledger.unreported.remove(&id)
    }

    /// The current state, for a report. `is_on` says whether requests are examined at all.
    pub(crate) fn snapshot(&self, redaction: &Redaction<'_>, is_on: bool) -> ContractSnapshot {
        self.ledger().snapshot(redaction, self.settings(), is_on)
    }

    /// Notes that a part of the world was reset: connections created since are gone, and no request there follows from an
    /// earlier one.
    pub(crate) fn rewind(&self, part: &Part) {
        let mut ledger = self.ledger();
        ledger.server.leftovers.forget_part(part);
        ledger.server.orphans.forget_part(part);
        ledger.close_histories(part);
    }
}
