//! [`Merge`]: adds many entities at once, without keeping readers and writers waiting.
//!
//! The entities are added to a copy of the store. Writes to the store meanwhile are noted, and repeated on the copy, which
//! then becomes the store.

use super::collection::Collections;
use super::{Changes, Current, Frozen, Store};
use std::mem;
use std::sync::{Arc, MutexGuard, PoisonError};

/// The most writes that are repeated while others wait.
const FEW: usize = 100;

/// A store in which entities were merged that others do not see yet.
pub(crate) struct Merge<'a> {
    store: &'a Store,
    added: &'a Frozen,
    /// The store as it will be, but for the writes that were noted since.
    next: Collections,
    _turn: MutexGuard<'a, ()>,
}

impl Store {
    /// Merges the entities of `added`; one with a known id replaces the old one. Nobody sees them before the merge is
    /// [finished](Merge::finish). Costs as much as `added` holds, and nothing if the store is empty; others can read and write
    /// meanwhile.
    pub(crate) fn prepare_merge<'a>(&'a self, added: &'a Frozen) -> Merge<'a> {
        let turn = self.merging.lock().unwrap_or_else(PoisonError::into_inner);
        let before = {
            let mut current = self.write();
            current.changed = Some(Vec::new());
            Arc::clone(&current.collections)
        };
        let mut merge = Merge { store: self, added, next: Collections::clone(&before), _turn: turn };
        if before.is_empty() {
            merge.next = Collections::clone(&added.0);
        } else {
            merge.next.merge(&added.0);
        }
        while let Some((now, changed)) = merge.many_changes() {
            merge.repeat(&now, changed);
        }
        merge
    }
}

impl Merge<'_> {
    /// Lets everybody see the merged entities.
    pub(crate) fn finish(mut self) {
        let mut current = self.store.write();
        let changed = current.changed.take().unwrap_or_default();
        self.repeat(&current, changed);
        let next = Arc::new(mem::take(&mut self.next));
        let before = mem::replace(&mut current.collections, next);
        drop(current);
        drop(before); // may take long
    }

    /// What was written since the last call, if it is much, and the store now.
    fn many_changes(&self) -> Option<(Arc<Collections>, Changes)> {
        let mut current = self.store.write();
        let Current { collections, changed } = &mut *current;
        let changed = changed.as_mut().filter(|changed| changed.len() > FEW)?;
        Some((Arc::clone(collections), mem::take(changed)))
    }

    /// Brings entities that were written meanwhile up to date, except those that the merge replaces.
    fn repeat(&mut self, now: &Collections, changed: Changes) {
        for (kind, id) in changed {
            if self.added.has(kind, id) {
                continue;
            }
            match now.of(kind).get(id) {
                Some(entity) => _ = self.next.put(kind, Arc::clone(entity)),
                None => self.next.remove(kind, id),
            }
        }
    }
}

impl Drop for Merge<'_> {
    fn drop(&mut self) {
        self.store.write().changed = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{KIND, entity, filled, ids};
    use crate::store::{Direction, Etag, Scope};
    use uuid::Uuid;

    #[test]
    fn writes_during_a_merge_are_kept_unless_the_merge_replaces_them() {
        let store = filled(0..1000);
        let added: Frozen =
            (500..1500).map(|id| (KIND, Arc::new(entity(id, 2)))).collect::<Vec<_>>().into_iter().collect();
        let mut merge = store.prepare_merge(&added);
        let removed = |store: &Store, id| store.remove_if(KIND, Etag::new(1, 0), Uuid::from_u128(id));
        removed(&store, 1).unwrap();
        removed(&store, 501).unwrap();
        store.replace_if(KIND, Etag::new(1, 0), entity(2, 7)).unwrap();
        store.replace_if(KIND, Etag::new(1, 0), entity(502, 7)).unwrap();
        store.insert(KIND, entity(2000, 7)).unwrap();
        (3000..3000 + 2 * FEW as u128).for_each(|id| _ = store.insert(KIND, entity(id, 7)).unwrap());
        removed(&store, 3).unwrap();
        assert_eq!(store.count(KIND, &Scope::All), 1000 + 1 + 2 * FEW - 3, "not finished");
        let (now, changed) = merge.many_changes().unwrap();
        merge.repeat(&now, changed);
        assert!(merge.many_changes().is_none());
        removed(&store, 4).unwrap();
        merge.finish();

        let etag = |id| store.get(KIND, Uuid::from_u128(id)).map(|entity| entity.etag);
        assert_eq!([1, 3, 4].map(etag), [None; 3]);
        assert_eq!([501, 502, 1499].map(etag), [Some(Etag::new(2, 0)); 3]);
        assert_eq!([2, 2000, 3000].map(etag), [Some(Etag::new(7, 0)); 3]);
        let all = store.by_time(KIND, &Scope::All, Direction::Ascending, None, usize::MAX).into_vec();
        assert_eq!(all.len(), 1500 - 3 + 1 + 2 * FEW);
        assert!(ids(&all).is_sorted());
        assert!(store.current.read().unwrap().changed.is_none());
    }

    #[test]
    fn an_unfinished_merge_changes_nothing() {
        let store = filled(0..2);
        let added: Frozen = [(KIND, Arc::new(entity(7, 2)))].into_iter().collect();
        drop(store.prepare_merge(&added));
        assert_eq!(store.count(KIND, &Scope::All), 2);
        assert!(store.current.read().unwrap().changed.is_none());
    }
}
