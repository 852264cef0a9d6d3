//! [`InletIndex`]: the connection of each inlet, over all sandboxes.
//!
//! A message names neither its organisation nor its sandbox: the inlet alone says to whom it belongs. Every write of a
//! connection adds its inlet here. Entries are only believed after a look at the connection, since resets, restored
//! snapshots and deletions leave them in place; such a change outdates the index, and the next inlet that is not found
//! makes it be [rebuilt](super::lookup) from what is stored. So a message costs the same however many sandboxes there are,
//! and servers whose inlets get no messages never rebuild it.

use crate::base::tenant::Tenant;
use dashmap::DashMap;
use foldhash::fast::RandomState;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Where an inlet was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) tenant: Tenant,
    /// The id of the connection.
    pub(crate) connection: Uuid,
}

/// The connection of each inlet.
pub(crate) struct InletIndex {
    places: DashMap<Box<str>, Place, RandomState>,
    /// Whether it may lack inlets.
    is_outdated: AtomicBool,
    /// The largest number of entries, among them those of deleted connections.
    max: AtomicUsize,
    /// Held while it is rebuilt.
    rebuilding: Mutex<()>,
}

impl Default for InletIndex {
    fn default() -> Self {
        Self {
            places: DashMap::default(),
            is_outdated: AtomicBool::new(false),
            max: AtomicUsize::new(Self::MIN_MAX),
            rebuilding: Mutex::default(),
        }
    }
}

impl InletIndex {
    /// The number of entries below which the index is never emptied.
    const MIN_MAX: usize = 10_000;

    /// Adds an inlet after its connection was stored.
    pub(crate) fn add(&self, inlet: &str, tenant: &Tenant, connection: Uuid) {
        let is_known = |place: &Place| place.connection == connection && place.tenant == *tenant;
        if self.places.get(inlet).is_some_and(|place| is_known(&place)) {
            return; // nearly every write but the first
        }
        if self.places.len() >= self.max.load(Ordering::Relaxed) {
            self.outdate(); // first: whoever misses an entry has to know why
            self.places.clear();
        }
        self.places.insert(inlet.into(), Place { tenant: tenant.clone(), connection });
    }

    /// The place where the inlet was last seen.
    pub(crate) fn get(&self, inlet: &str) -> Option<Place> {
        self.places.get(inlet).map(|place| place.clone())
    }

    /// Whether it may lack inlets.
    pub(crate) fn is_outdated(&self) -> bool {
        self.is_outdated.load(Ordering::Acquire)
    }

    /// Notes that inlets were added other than by [`add`](Self::add).
    pub(crate) fn outdate(&self) {
        self.is_outdated.store(true, Ordering::Release);
    }

    /// Replaces all entries by those that `all` finds in the sandboxes. Inlets that are added meanwhile stay.
    pub(crate) fn rebuild<I: IntoIterator<Item = (Box<str>, Place)>>(&self, all: impl FnOnce() -> I) {
        let _turn = self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner);
        // In this order: a change during the rebuilding outdates it again, a connection stored after the clearing adds its
        // own entry, and `all` sees every earlier one.
        self.is_outdated.store(false, Ordering::Release);
        self.places.clear();
        for (inlet, place) in all() {
            self.places.insert(inlet, place);
        }
        self.max.store(Self::MIN_MAX.max(2 * self.places.len()), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(sandbox: &str) -> Place {
        Place { tenant: Tenant::new("A@AdobeOrg", sandbox), connection: Uuid::from_u128(1) }
    }

    fn add(index: &InletIndex, inlet: &str, sandbox: &str) {
        let Place { tenant, connection } = place(sandbox);
        index.add(inlet, &tenant, connection);
    }

    #[test]
    fn the_latest_place_of_an_inlet_counts() {
        let index = InletIndex::default();
        add(&index, "a", "one");
        add(&index, "a", "two");
        assert_eq!(index.get("a"), Some(place("two")));
        assert_eq!(index.get("b"), None);
    }

    #[test]
    fn a_full_index_is_emptied_and_rebuilt_with_twice_the_room() {
        let index = InletIndex::default();
        for number in 0..=InletIndex::MIN_MAX {
            add(&index, &number.to_string(), "one");
        }
        assert!(index.is_outdated() && index.get("0").is_none());
        let all = 0..InletIndex::MIN_MAX;
        index.rebuild(|| all.map(|number| (number.to_string().into(), place("one"))));
        add(&index, "another", "one");
        assert!(!index.is_outdated() && index.get("0").is_some());
    }
}
