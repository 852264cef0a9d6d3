//! [`Pending`]: the entities of a sandbox that are `initializing` and become `enabled` at a known time.
//!
//! No thread waits for that time: whoever opens the sandbox settles what is due. While nothing is due, that costs one
//! load of an atomic.

use crate::base::operation::Kind;
use crate::base::time::{self, Millis};
use crate::store::Etag;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// The entities of a sandbox that wait to be enabled.
pub(crate) struct Pending {
    /// The etag of each waiting entity: a later version does not wait. The lock is held while an entity is stored or
    /// enabled, so that nobody finds an entity that waits without an entry, or finds it `initializing` once it is due.
    entries: Mutex<Entries>,
    /// The earliest due time; `Millis::MAX` if nothing waits.
    earliest: AtomicI64,
}

/// By due time, then by entity, so that entities are enabled in the same order in each run.
type Entries = BTreeMap<(Millis, Kind, Uuid), Etag>;

/// An entity that waits to be enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) kind: Kind,
    pub(crate) id: Uuid,
    /// The version that waits.
    pub(crate) etag: Etag,
    /// How long it has to wait, in milliseconds.
    pub(crate) ms: Millis,
}

impl Default for Pending {
    fn default() -> Self {
        Self { entries: Mutex::default(), earliest: AtomicI64::new(Millis::MAX) }
    }
}

impl Pending {
    /// Those entities, which wait from `now` on.
    pub(super) fn from(waiting: &[Waiting], now: Millis) -> Self {
        let pending = Self::default();
        pending.change(|entries| add(entries, waiting, now));
        pending
    }

    /// Stores an entity that waits from `now` on. If `store` fails, nothing waits.
    ///
    /// # Errors
    /// Those of `store`, which must not use this.
    pub(crate) fn storing<T, E>(
        &self, waiting: Waiting, now: Millis, store: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        self.change(|entries| {
            let stored = store()?;
            add(entries, &[waiting], now);
            Ok(stored)
        })
    }

    /// Stores entities of which some wait from `now` on. Earlier versions of those that `replaces` names wait no longer.
    pub(super) fn merging(
        &self, waiting: &[Waiting], now: Millis, replaces: impl Fn(Kind, Uuid) -> bool, store: impl FnOnce(),
    ) {
        self.change(|entries| {
            store();
            entries.retain(|(_, kind, id), _| !replaces(*kind, *id));
            add(entries, waiting, now);
        });
    }

    /// Enables one entity with `enable`, if that version of it waits until that time. It waits no longer.
    pub(super) fn enable(&self, at: (Millis, Kind, Uuid), waiting: Etag, enable: impl FnOnce()) {
        self.change(|entries| {
            if entries.get(&at) == Some(&waiting) {
                entries.remove(&at);
                enable();
            }
        });
    }

    /// The entities that are due at `now`, in their order: the kind, the id, the etag and the due time of each.
    pub(crate) fn due(&self, now: Millis) -> Vec<(Kind, Uuid, Etag, Millis)> {
        if self.earliest.load(Ordering::Relaxed) > now {
            return Vec::new();
        }
        let entries = self.lock();
        let due = entries.iter().take_while(|((due, ..), _)| *due <= now);
        due.map(|(&(due, kind, id), &etag)| (kind, id, etag, due)).collect()
    }

    /// Whether an entity waits, due or not.
    pub(crate) fn any(&self) -> bool {
        self.earliest.load(Ordering::Relaxed) != Millis::MAX
    }

    /// Shows `enable` the kind, the id and the etag of each entity that is due at `now`, and its due time, in their order.
    /// They wait no longer. `enable` must not use this.
    pub(crate) fn settle(&self, now: Millis, mut enable: impl FnMut(Kind, Uuid, Etag, Millis)) {
        if self.earliest.load(Ordering::Relaxed) > now {
            return;
        }
        self.change(|entries| {
            while let Some(first) = entries.first_entry().filter(|first| first.key().0 <= now) {
                let ((due, kind, id), etag) = first.remove_entry();
                enable(kind, id, etag, due);
            }
        });
    }

    /// The waiting entities, and the result of `save`, at one moment.
    pub(super) fn saving<T>(&self, now: Millis, save: impl FnOnce() -> T) -> (Vec<Waiting>, T) {
        let entries = self.lock();
        let waiting = |(&(due, kind, id), &etag): (&(Millis, Kind, Uuid), &Etag)| {
            let ms = due.saturating_sub(now).max(0);
            Waiting { kind, id, etag, ms }
        };
        (entries.iter().map(waiting).collect(), save())
    }

    fn change<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> T {
        let mut entries = self.lock();
        let result = change(&mut entries);
        let earliest = entries.first_key_value().map_or(Millis::MAX, |((due, ..), _)| *due);
        self.earliest.store(earliest, Ordering::Relaxed);
        result
    }

    // A poisoned lock is safe to use: an entry without its entity is ignored when it is due.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(entries: &mut Entries, waiting: &[Waiting], now: Millis) {
    let entry = |waiting: &Waiting| {
        let due = now.saturating_add(waiting.ms).min(time::LAST);
        ((due, waiting.kind, waiting.id), waiting.etag)
    };
    entries.extend(waiting.iter().map(entry));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(id: u128, ms: Millis) -> Waiting {
        Waiting { kind: Kind::Connection, id: Uuid::from_u128(id), etag: Etag::new(id as u32, 0), ms }
    }

    fn due(pending: &Pending, now: Millis) -> Vec<(u128, Millis)> {
        let mut due = Vec::new();
        pending.settle(now, |_, id, _, at| due.push((id.as_u128(), at)));
        due
    }

    #[test]
    fn entities_are_due_once_each_in_the_order_of_their_times() {
        let pending = Pending::from(&[waiting(1, 30), waiting(3, 10), waiting(2, 10)], 1000);
        assert_eq!(due(&pending, 1009), []);
        assert_eq!(due(&pending, 1029), [(2, 1010), (3, 1010)]);
        assert_eq!(due(&pending, 5000), [(1, 1030)]);
        assert_eq!(due(&pending, 5000), []);
        assert!(!pending.any());
    }

    #[test]
    fn an_entity_that_could_not_be_stored_does_not_wait() {
        let pending = Pending::default();
        assert_eq!(pending.storing(waiting(1, 0), 0, || Err::<(), _>("taken")), Err("taken"));
        assert!(!pending.any());
        assert_eq!(pending.storing(waiting(1, 0), 0, || Ok::<_, ()>("stored")), Ok("stored"));
        assert_eq!(due(&pending, 0), [(1, 0)]);
    }

    #[test]
    fn a_replaced_entity_waits_for_the_new_time_alone() {
        let pending = Pending::from(&[waiting(1, 10), waiting(2, 10)], 0);
        pending.merging(&[waiting(1, 50)], 5, |_, id| id.as_u128() == 1, || {});
        assert_eq!(due(&pending, 54), [(2, 10)]);
        assert_eq!(due(&pending, 55), [(1, 55)]);
    }

    #[test]
    fn saved_entities_have_the_rest_of_their_time_to_wait() {
        let pending = Pending::from(&[waiting(1, 10), waiting(2, 100)], 0);
        let (saved, result) = pending.saving(40, || "saved");
        assert_eq!((saved.as_slice(), result), ([waiting(1, 0), waiting(2, 60)].as_slice(), "saved"));
        let restored = Pending::from(&saved, 1000);
        assert_eq!(due(&restored, 1059), [(1, 1000)]);
        assert_eq!(due(&restored, 1060), [(2, 1060)]);
    }
}
