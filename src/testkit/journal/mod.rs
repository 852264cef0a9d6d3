//! [`Journal`]: the last requests and their responses, in memory.
//!
//! Recording is on the path of every request, so a record only collects bytes: JSON is parsed and credentials are
//! redacted when somebody reads it. Until then a record holds credentials, so it has neither `Debug` nor `Display`.

pub(crate) mod breach;
pub(crate) mod filter;
pub(crate) mod har;
pub(crate) mod news;
pub(crate) mod readers;
pub(crate) mod record;
pub(crate) mod recording;
pub(crate) mod redact;
pub(crate) mod show;
pub(crate) mod summary;
#[cfg(test)]
mod tests;

pub use breach::Breach;
pub use filter::RequestFilter;
pub(crate) use record::{Outcome, Record};
pub(crate) use recording::Recording;
pub(crate) use redact::Redaction;
pub use show::{RecordedBody, RecordedOutcome, RecordedRequest};

use readers::{Past, Readers};

use crate::base::body::incoming::IncomingBody;
use crate::base::config::Config;
use crate::base::operation::Operation;
use crate::base::time::Millis;
use hyper::Request;
use std::collections::{HashSet, VecDeque};
use std::mem;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

/// The longest wait for bodies that arrive late.
const PATIENCE: Duration = Duration::from_secs(1);

/// The last requests, as many as the configuration allows.
///
/// A single lock protects them. It is held for tens of nanoseconds; locks for each thread would gain nothing
/// measurable, and records would have to be merged in order.
pub(crate) struct Journal {
    limits: Limits,
    ring: Mutex<Ring>,
    /// Number of recorded requests whose bodies are still being read; see [`Journal::settled`].
    late: Mutex<usize>,
    /// Wakes waiting threads, and waiting tasks.
    arrived: (Condvar, Notify),
    /// Those who are told of each request.
    readers: Readers,
    /// The names that connection specs give to credentials; found when a record is shown for the first time.
    credentials: OnceLock<HashSet<String>>,
}

/// The limits of the journal.
#[derive(Clone, Copy)]
struct Limits {
    requests: usize,
    bytes: usize,
    body_bytes: usize,
    /// Whether the beginning of a longer response body is kept.
    keeps_beginnings: bool,
}

/// A request in the journal, with its id: later requests have greater ones.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) record: Arc<Record>,
    /// The contract rules that it broke, once it was examined; `None` also if it broke none.
    pub(crate) breaches: Option<Arc<[Breach]>>,
}

impl Entry {
    /// Its share of the journal's budget, in bytes.
    fn size(&self) -> usize {
        self.record.size() + self.breaches.as_deref().map_or(0, breach::size)
    }
}

#[derive(Default)]
struct Ring {
    /// Oldest first, in the order of their ids.
    entries: VecDeque<Entry>,
    bytes: usize,
    last_id: u64,
    past: Past,
}

impl Journal {
    /// An empty journal.
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
            readers: Readers::default(),
            credentials: OnceLock::new(),
        }
    }

    /// Begins to record a request for `operation` whose head arrived at `started`, which is `now` by the server's
    /// clock. `None` if the journal is switched off.
    pub(crate) fn begin(
        self: &Arc<Self>, request: &mut Request<IncomingBody>, operation: Option<Operation>,
        now: impl FnOnce() -> Millis, started: Instant,
    ) -> Option<Recording<'_>> {
        (self.limits.requests > 0).then(|| Recording::of(request, operation, self, now(), started))
    }

    /// Adds a record, unless it is larger than the budget, and drops the oldest ones that no longer fit.
    fn push(&self, record: Record) -> u64 {
        let size = record.size();
        if size > self.limits.bytes {
            let mut ring = self.ring();
            ring.last_id += 1;
            ring.past.too_large += 1;
            let id = ring.last_id;
            drop(ring);
            self.readers.wake();
            return id;
        }
        // Freed after the lock is released. There is more than one only if sizes differ.
        let (mut gone, mut more) = (None, Vec::new());
        let mut ring = self.ring();
        ring.last_id += 1;
        let id = ring.last_id;
        while ring.bytes + size > self.limits.bytes || ring.entries.len() >= self.limits.requests {
            let Some(oldest) = ring.entries.pop_front() else { break };
            ring.bytes -= oldest.size();
            ring.past.dropped = oldest.id;
            if let Some(before) = gone.replace(oldest) {
                more.push(before);
            }
        }
        ring.bytes += size;
        let (record, before) = match gone {
            Some(Entry { record: place, .. }) => {
                let (record, before) = renewed(place, record);
                (record, Some(before))
            }
            None => (Arc::new(record), None),
        };
        ring.entries.push_back(Entry { id, record, breaches: None });
        drop(ring);
        if let Some(Ok(before)) = before {
            record::keep(before.text);
        }
        self.readers.wake();
        id
    }

    /// Notes the contract rules that a request broke, if its record is still there.
    pub(crate) fn note_breaches(&self, id: u64, breaches: Vec<Breach>) {
        let mut ring = self.ring();
        if let Ok(index) = ring.entries.binary_search_by_key(&id, |entry| entry.id)
            && let Some(entry) = ring.entries.get_mut(index)
        {
            let before = entry.size();
            entry.breaches = Some(breaches.into());
            let after = entry.size();
            ring.bytes = ring.bytes - before + after; // the next request restores the budget
        }
    }

    /// Completes the record of a request, if it is still there, with a body that arrived late.
    pub(crate) fn complete(&self, id: u64, text: &[u8], body_bytes: u64) {
        let mut ring = self.ring();
        if let Ok(index) = ring.entries.binary_search_by_key(&id, |entry| entry.id)
            && let Some(entry) = ring.entries.get_mut(index)
        {
            let before = entry.record.size();
            let completed = entry.record.completed(text, body_bytes);
            let after = completed.size();
            entry.record = Arc::new(completed);
            // The next request restores the budget; this record is within the limit of one.
            ring.bytes = ring.bytes - before + after;
        }
        drop(ring);
        *self.late() -= 1;
        self.arrived.0.notify_all();
        self.arrived.1.notify_waiters();
    }

    /// Waits until the bodies of requests that were refused early have been recorded, at most a second, so that a
    /// client that got a response finds its whole request in the journal.
    ///
    /// This blocks the thread; it is for users of the library.
    pub(crate) fn settle(&self) {
        let late = self.late();
        _ = self.arrived.0.wait_timeout_while(late, PATIENCE, |late| *late > 0);
    }

    /// [`Journal::settle`] for handlers, without blocking a thread.
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

    /// Whether no body is still being read.
    fn is_settled(&self) -> bool {
        *self.late() == 0
    }

    /// The requests after the one with the id `since`, oldest first. Reading them holds no lock.
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

    /// The greatest id so far; 0 if there is none.
    pub(crate) fn last_id(&self) -> u64 {
        self.ring().last_id
    }

    /// Removes the requests that `unwanted` selects among those with ids up to `last`; returns their number. Ids are
    /// never used again.
    pub(crate) fn forget(&self, last: u64, unwanted: impl Fn(&Record) -> bool) -> usize {
        // The records are examined without the lock, so that requests go on; later ones stay.
        let all = self.entries_since(0);
        let all = all.iter().filter(|entry| entry.id <= last);
        let unwanted: HashSet<u64> =
            all.filter(|entry| unwanted(&entry.record)).map(|entry| entry.id).collect();
        let mut ring = self.ring();
        let before = ring.entries.len();
        ring.entries.retain(|entry| !unwanted.contains(&entry.id));
        ring.bytes = ring.entries.iter().map(Entry::size).sum();
        before - ring.entries.len()
    }

    /// The number of requests, and their size in bytes.
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

/// Puts `record` in the place of a dropped one, whose memory it takes unless somebody reads that record. Returns the place, and
/// the dropped record, for the caller to free.
fn renewed(mut place: Arc<Record>, record: Record) -> (Arc<Record>, Result<Record, Arc<Record>>) {
    match Arc::get_mut(&mut place) {
        Some(dropped) => {
            let dropped = mem::replace(dropped, record);
            (place, Ok(dropped))
        }
        None => (Arc::new(record), Err(place)),
    }
}
