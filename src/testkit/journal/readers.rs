//! What a [journal](super::Journal) keeps for those who read its [news](super::news), and how it wakes them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

/// The number of clearings that the journal remembers. A reader that has missed more takes the journal for emptied.
const MAX_CLEARINGS: usize = 16;

/// The part of the journal that was removed: all requests, or those with these headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClearedPart {
    pub(crate) ims_org: Option<String>,
    pub(crate) sandbox: Option<String>,
}

/// What the journal keeps for readers, under the lock of its entries.
#[derive(Default)]
pub(super) struct Past {
    /// The greatest id of a request that was dropped to keep the journal within its limits.
    pub(super) dropped: u64,
    /// The number of requests that were too large to be kept at all.
    pub(super) too_large: u64,
    /// The last clearings, each with the id of the last request before it.
    pub(super) clearings: VecDeque<(u64, ClearedPart)>,
    /// The number of clearings so far.
    pub(super) clearings_made: u64,
}

impl Past {
    /// Notes that the requests of a part were removed among those with ids up to `last`.
    pub(super) fn note_cleared(&mut self, last: u64, part: ClearedPart) {
        self.clearings_made += 1;
        self.clearings.push_back((last, part));
        if self.clearings.len() > MAX_CLEARINGS {
            self.clearings.pop_front();
        }
    }
}

/// Wakes the readers of a journal.
#[derive(Default)]
pub(super) struct Readers {
    pub(super) are_waiting: AtomicBool,
    pub(super) arrived: Notify,
    pub(super) count: AtomicUsize,
    pub(super) has_ended: AtomicBool,
}

impl Readers {
    /// Wakes all readers that wait.
    pub(super) fn wake(&self) {
        if self.are_waiting.load(Ordering::Relaxed) && self.are_waiting.swap(false, Ordering::Relaxed) {
            self.arrived.notify_waiters();
        }
    }
}
