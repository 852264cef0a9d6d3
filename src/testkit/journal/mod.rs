//! [`Journal`]: the last requests and their answers, in memory.
//!
//! Recording is on the path of every request, so a record is nothing but bytes that are there anyway: no JSON is
//! read, no text checked, nothing redacted. All of that is done when somebody asks, by whatever shows a record.
//! Until then a record holds credentials, which is why it has neither `Debug` nor `Display`.

pub(crate) mod filter;
pub(crate) mod har;
pub(crate) mod record;
pub(crate) mod recording;
pub(crate) mod redact;
pub(crate) mod show;
#[cfg(test)]
mod tests;

pub use filter::RequestFilter;
pub(crate) use record::{Outcome, Record};
pub(crate) use recording::Recording;
pub(crate) use redact::Redaction;
pub use show::{RecordedBody, RecordedOutcome, RecordedRequest};

use crate::base::body::incoming::IncomingBody;
use crate::base::config::Config;
use crate::base::operation::Operation;
use crate::base::time::Millis;
use hyper::Request;
use std::collections::{HashSet, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// How long a body that is late is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// The last requests, as many as the configuration allows.
///
/// One lock for all: it is held for a few tens of nanoseconds, in which a lock for each thread would save nothing that
/// could be measured, and would make the order of records a matter of merging.
pub(crate) struct Journal {
    limits: Limits,
    ring: Mutex<Ring>,
    /// How many bodies of requests that are recorded already are still being read; see [`Journal::settled`].
    late: Mutex<usize>,
    /// For who waits on a thread of its own, and for who waits on none.
    arrived: (Condvar, Notify),
    /// The names under which connection specs have credentials; filled by the first who looks at a record.
    credentials: OnceLock<HashSet<String>>,
}

/// How much is remembered.
#[derive(Clone, Copy)]
struct Limits {
    requests: usize,
    bytes: usize,
    body_bytes: usize,
    /// Whether the beginning of an answer's body that is longer than that is kept.
    keeps_beginnings: bool,
}

/// A request in the journal, with the number by which the journal knows it: later requests have greater ones.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) record: Arc<Record>,
}

#[derive(Default)]
struct Ring {
    /// Oldest first, so in the order of their ids.
    entries: VecDeque<Entry>,
    bytes: usize,
    last_id: u64,
}

impl Journal {
    /// An empty one.
    pub(crate) fn new(config: &Config) -> Self {
        let limits = Limits {
            requests: config.journal_requests,
            bytes: config.journal_max_bytes,
            body_bytes: config.journal_max_body_bytes,
            keeps_beginnings: config.journal_secrets,
        };
        Self {
            limits,
            ring: Mutex::default(),
            late: Mutex::default(),
            arrived: (Condvar::new(), Notify::new()),
            credentials: OnceLock::new(),
        }
    }

    /// Begins to record a request for `operation` whose head arrived at `started`, or `now` by the server's clock.
    /// `None` if the journal is switched off.
    pub(crate) fn begin(
        self: &Arc<Self>, request: &mut Request<IncomingBody>, operation: Option<Operation>,
        now: impl FnOnce() -> Millis, started: Instant,
    ) -> Option<Recording<'_>> {
        (self.limits.requests > 0).then(|| Recording::of(request, operation, self, now(), started))
    }

    /// Puts a record in, unless it is larger than all of them may be, and out what there is no room for any more.
    fn push(&self, record: Record) -> u64 {
        let size = record.size();
        if size > self.limits.bytes {
            let mut ring = self.ring();
            ring.last_id += 1;
            return ring.last_id;
        }
        let record = Arc::new(record);
        // Freed when the lock is not held any more. More than one has to go only where sizes differ.
        let (mut gone, mut more) = (None, Vec::new());
        let mut ring = self.ring();
        ring.last_id += 1;
        let id = ring.last_id;
        ring.bytes += size;
        ring.entries.push_back(Entry { id, record });
        while ring.bytes > self.limits.bytes || ring.entries.len() > self.limits.requests {
            let Some(oldest) = ring.entries.pop_front() else { break };
            ring.bytes -= oldest.record.size();
            if let Some(before) = gone.replace(oldest) {
                more.push(before);
            }
        }
        drop(ring);
        id
    }

    /// Puts the body that has arrived after all into the record of its request, if that is still there.
    pub(crate) fn complete(&self, id: u64, text: &[u8], body_bytes: u64) {
        let mut ring = self.ring();
        if let Ok(index) = ring.entries.binary_search_by_key(&id, |entry| entry.id)
            && let Some(entry) = ring.entries.get_mut(index)
        {
            let before = entry.record.size();
            let completed = entry.record.completed(text, body_bytes);
            let after = completed.size();
            entry.record = Arc::new(completed);
            // The budget is kept to by the next request: this one is no larger than any may be.
            ring.bytes = ring.bytes - before + after;
        }
        drop(ring);
        *self.late() -= 1;
        self.arrived.0.notify_all();
        self.arrived.1.notify_waiters();
    }

    /// Waits until the bodies of refused requests, which nobody waited for, have been read into their records: whoever
    /// has an answer and asks for the journal then finds what it sent. A client that sends slowly is not waited for
    /// any longer than a second.
    ///
    /// For a library's user, whose thread it is.
    pub(crate) fn settle(&self) {
        let late = self.late();
        _ = self.arrived.0.wait_timeout_while(late, PATIENCE, |late| *late > 0);
    }

    /// The same for handlers: however many wait, no thread does.
    pub(crate) async fn settled(&self) {
        let settled = async {
            loop {
                let mut arrived = pin!(self.arrived.1.notified());
                arrived.as_mut().enable(); // before the look, lest what comes between be missed
                if self.is_settled() {
                    break;
                }
                arrived.await;
            }
        };
        _ = timeout(PATIENCE, settled).await;
    }

    /// Whether there is nothing to wait for.
    fn is_settled(&self) -> bool {
        *self.late() == 0
    }

    /// The requests after the one with the id `since`, oldest first. A walk over them holds nothing up.
    pub(crate) fn entries_since(&self, since: u64) -> Vec<Entry> {
        let ring = self.ring();
        let from = ring.entries.partition_point(|entry| entry.id <= since);
        ring.entries.range(from..).cloned().collect()
    }

    /// At most `max` requests after the one with the id `since`, oldest first.
    pub(crate) fn next_entries(&self, since: u64, max: usize) -> Vec<Entry> {
        let ring = self.ring();
        let from = ring.entries.partition_point(|entry| entry.id <= since);
        ring.entries.range(from..).take(max).cloned().collect()
    }

    /// The request with that id.
    pub(crate) fn entry(&self, id: u64) -> Option<Entry> {
        let ring = self.ring();
        let index = ring.entries.binary_search_by_key(&id, |entry| entry.id).ok()?;
        ring.entries.get(index).cloned()
    }

    /// The greatest id that was given so far; 0 if none was.
    pub(crate) fn last_id(&self) -> u64 {
        self.ring().last_id
    }

    /// Forgets the requests that `unwanted` says, of those whose ids are not greater than `last`; answers with how many
    /// those were. No id is ever given again.
    pub(crate) fn forget(&self, last: u64, unwanted: impl Fn(&Record) -> bool) -> usize {
        // What is looked at is not locked: requests go on meanwhile, and those are not meant.
        let all = self.entries_since(0);
        let all = all.iter().filter(|entry| entry.id <= last);
        let unwanted: HashSet<u64> =
            all.filter(|entry| unwanted(&entry.record)).map(|entry| entry.id).collect();
        let mut ring = self.ring();
        let before = ring.entries.len();
        ring.entries.retain(|entry| !unwanted.contains(&entry.id));
        ring.bytes = ring.entries.iter().map(|entry| entry.record.size()).sum();
        before - ring.entries.len()
    }

    /// How many requests there are, and how many bytes they take.
    pub(crate) fn size(&self) -> (usize, usize) {
        let ring = self.ring();
        (ring.entries.len(), ring.bytes)
    }

    /// The names that auth specs give to credentials; `collect` finds them on the first call.
    pub(crate) fn credential_names(&self, collect: impl FnOnce() -> HashSet<String>) -> &HashSet<String> {
        self.credentials.get_or_init(collect)
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner) // no call in there can panic half-way
    }

    fn late(&self) -> MutexGuard<'_, usize> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
