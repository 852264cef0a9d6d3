//! [`Sequence`]: the numbers from which the ids of a sandbox are derived, if there is a seed.

use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Count of used numbers of each sequence of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// Ids of entities.
    pub(crate) entities: u64,
    /// Etags.
    pub(crate) writes: u64,
    /// Ids of requests.
    pub(crate) requests: u64,
}

impl Counters {
    /// The names of the sequences in a document.
    pub(crate) const NAMES: [&str; 3] = ["entities", "writes", "requests"];

    /// Each, in the order of the names.
    pub(crate) fn each(self) -> [u64; 3] {
        let Self { entities, writes, requests } = self;
        [entities, writes, requests]
    }

    /// Each, in the order of the names.
    pub(crate) fn each_mut(&mut self) -> [&mut u64; 3] {
        let Self { entities, writes, requests } = self;
        [entities, writes, requests]
    }
}

/// Numbers that were reserved in each sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    /// The numbers used before the reservation.
    before: Counters,
    /// The first reserved numbers.
    pub(crate) from: Counters,
    /// The numbers behind the last reserved ones.
    to: Counters,
}

/// Numbers that are used once each, in order.
pub(crate) struct Sequence {
    /// The root of all ids. It depends only on the seed and the tenant, and is nil if ids are random.
    pub(crate) root: Uuid,
    entities: AtomicU64,
    writes: AtomicU64,
    requests: AtomicU64,
}

impl Sequence {
    /// The sequence of the ids derived from `root` that continues behind `used`.
    pub(crate) fn new(root: Uuid, used: Counters) -> Self {
        let Counters { entities, writes, requests } = used;
        let [entities, writes, requests] = [entities, writes, requests].map(AtomicU64::new);
        Self { root, entities, writes, requests }
    }

    pub(crate) fn next_entity(&self) -> u64 {
        self.entities.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_write(&self) -> u64 {
        self.writes.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    /// Continues behind `used`, unless it is further already.
    pub(crate) fn skip(&self, used: Counters) {
        for (counter, used) in self.each().into_iter().zip(used.each()) {
            counter.fetch_max(used, Ordering::Relaxed);
        }
    }

    /// Reserves `wanted` consecutive numbers, the first of them at least `used`. No other caller gets them.
    pub(crate) fn reserve(&self, used: Counters, wanted: Counters) -> Reserved {
        let mut reserved = Reserved::default();
        let Reserved { before, from, to } = &mut reserved;
        let ends = before.each_mut().into_iter().zip(from.each_mut()).zip(to.each_mut());
        let asked = self.each().into_iter().zip(used.each()).zip(wanted.each());
        for (((counter, used), wanted), ((before, from), to)) in asked.zip(ends) {
            let end = |current: u64| current.max(used).saturating_add(wanted);
            // The closure returns `Some`, so the update always succeeds.
            let changed =
                counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |current| Some(end(current)));
            let (Ok(current) | Err(current)) = changed;
            (*before, *from, *to) = (current, current.max(used), end(current));
        }
        reserved
    }

    /// Releases reserved numbers that were not used. If later numbers were reserved since, they remain a gap.
    pub(crate) fn release(&self, Reserved { before, to, .. }: Reserved) {
        for ((counter, before), to) in self.each().into_iter().zip(before.each()).zip(to.each()) {
            _ = counter.compare_exchange(to, before, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// In the order of [`Counters::NAMES`].
    fn each(&self) -> [&AtomicU64; 3] {
        [&self.entities, &self.writes, &self.requests]
    }

    /// The count of used numbers of each sequence.
    pub(crate) fn counters(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            entities: read(&self.entities),
            writes: read(&self.writes),
            requests: read(&self.requests),
        }
    }

    /// Whether no number was used.
    pub(crate) fn is_unused(&self) -> bool {
        self.counters() == Counters::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(entities: u64, writes: u64) -> Counters {
        Counters { entities, writes, ..Counters::default() }
    }

    #[test]
    fn reserved_numbers_are_unique_and_can_be_released() {
        let sequence = Sequence::new(Uuid::nil(), used(2, 5));
        let reserved = sequence.reserve(used(4, 0), used(3, 1));
        assert_eq!(reserved.from, used(4, 5));
        assert_eq!(sequence.counters(), used(7, 6));
        sequence.release(reserved);
        assert_eq!(sequence.counters(), used(2, 5));
    }

    #[test]
    fn released_numbers_below_later_ones_are_not_used_again() {
        let sequence = Sequence::new(Uuid::nil(), Counters::default());
        let reserved = sequence.reserve(Counters::default(), used(3, 3));
        assert_eq!(sequence.next_entity(), 3);
        sequence.release(reserved);
        assert_eq!(sequence.counters(), used(4, 0));
    }

    #[test]
    fn a_sequence_continues_behind_skipped_numbers_and_never_goes_back() {
        let sequence = Sequence::new(Uuid::nil(), used(2, 5));
        sequence.skip(used(3, 1));
        assert_eq!(sequence.counters(), used(3, 5));
        assert!(!sequence.is_unused());
    }
}
