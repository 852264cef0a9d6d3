//! [`News`]: tells readers of requests as the journal records them.
//!
//! A reader takes what it has not seen from the journal itself, whenever it is ready for more. So there is no queue that
//! could fill up, and a slow reader costs nothing: it misses the requests that the journal has dropped in the meantime, and
//! is told how many. While no reader waits, recording a request costs one relaxed load more.

use super::readers::ClearedPart;
use super::{Entry, Journal};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The largest number of readers at a time.
pub(crate) const MAX_READERS: usize = 32;

/// Something that a reader is told.
#[derive(Clone)]
pub(crate) enum News {
    /// A request was recorded.
    Request(Entry),
    /// This many requests were recorded that the reader will not see. The last of them has the id `until`.
    Lost { count: u64, until: u64 },
    /// The journal was emptied, or the requests of a part were removed.
    Cleared(ClearedPart),
}

/// A reader of the journal and its place: what it has been told.
pub(crate) struct Reader {
    journal: Arc<Journal>,
    /// The id of the last request that it was told of, or that it will not see.
    after: u64,
    too_large: u64,
    clearings: u64,
    /// Whether the place is one of an earlier run of the server.
    is_stale: bool,
}

impl Reader {
    /// A reader that is told of the requests after the one with the id `after`, or without an id, of those that arrive from
    /// now on. `None` if there are [`MAX_READERS`] already.
    pub(crate) fn of(journal: &Arc<Journal>, after: Option<u64>) -> Option<Self> {
        let count = &journal.readers.count;
        let has_place = |readers: usize| (readers < MAX_READERS).then_some(readers + 1);
        count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, has_place).ok()?;
        let ring = journal.ring();
        let is_stale = after.is_some_and(|after| after > ring.last_id);
        let after = if is_stale { 0 } else { after.unwrap_or(ring.last_id) };
        let (too_large, clearings) = (ring.past.too_large, ring.past.clearings_made);
        drop(ring);
        Some(Self { journal: Arc::clone(journal), after, too_large, clearings, is_stale })
    }

    /// The id of the last request that it was told of.
    pub(crate) fn after(&self) -> u64 {
        self.after
    }

    /// Whether the server stops.
    pub(crate) fn has_ended(&self) -> bool {
        self.journal.readers.has_ended.load(Ordering::SeqCst)
    }

    /// The next news, in their order; at most `max` requests.
    pub(crate) fn next(&mut self, max: usize) -> Vec<News> {
        let mut news = Vec::new();
        if std::mem::take(&mut self.is_stale) {
            news.push(News::Cleared(ClearedPart::default())); // the requests that it knows are of an earlier run
        }
        let journal = Arc::clone(&self.journal);
        let ring = journal.ring();
        let past = &ring.past;
        let too_large = past.too_large - self.too_large;
        let lost = past.dropped.saturating_sub(self.after) + too_large;
        self.too_large = past.too_large;
        self.after = self.after.max(past.dropped);
        if lost > 0 {
            news.push(News::Lost { count: lost, until: self.after });
        }
        let missed = past.clearings_made - self.clearings;
        let known = usize::try_from(missed).unwrap_or(usize::MAX).min(past.clearings.len());
        if missed > known as u64 {
            news.push(News::Cleared(ClearedPart::default()));
        }
        self.clearings = past.clearings_made - known as u64;
        let clearings = past.clearings.range(past.clearings.len() - known..);
        let ends = clearings.map(|(last, part)| (*last, Some(part))).chain([(u64::MAX, None)]);
        let mut room = max;
        for (last, cleared) in ends {
            let from = ring.entries.partition_point(|entry| entry.id <= self.after);
            let entries = ring.entries.range(from..).take_while(|entry| entry.id <= last);
            for entry in entries {
                if room == 0 {
                    return news;
                }
                room -= 1;
                self.after = entry.id;
                news.push(News::Request(entry.clone()));
            }
            if let Some(part) = cleared {
                self.clearings += 1;
                news.push(News::Cleared(part.clone()));
            }
        }
        // What is between the last entry and the last id was removed.
        self.after = self.after.max(ring.last_id);
        news
    }

    /// Waits until there are news for this reader, or the server stops.
    pub(crate) async fn arrived(&self) {
        loop {
            let readers = &self.journal.readers;
            let mut arrived = pin!(readers.arrived.notified());
            arrived.as_mut().enable(); // before the look, lest what comes between be missed
            readers.are_waiting.store(true, Ordering::SeqCst);
            if self.has_ended() || self.has_news() {
                break;
            }
            arrived.await;
        }
    }

    fn has_news(&self) -> bool {
        let ring = self.journal.ring();
        self.is_stale
            || ring.last_id > self.after
            || ring.past.too_large > self.too_large
            || ring.past.clearings_made > self.clearings
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.journal.readers.count.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Journal {
    /// Tells readers that the requests of a part were removed among those with ids up to `last`.
    pub(crate) fn note_cleared(&self, last: u64, part: ClearedPart) {
        let mut ring = self.ring();
        ring.past.note_cleared(last, part);
        drop(ring);
        self.readers.wake();
    }

    /// Ends all readers, and those that begin later: the server stops.
    pub(crate) fn end_readers(&self) {
        self.readers.has_ended.store(true, Ordering::SeqCst);
        drop(self.ring()); // a reader that looked before is waiting by now
        self.readers.arrived.notify_waiters();
    }
}
