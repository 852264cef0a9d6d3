//! [`Store`]: where a sandbox's entities live, in memory.
//!
//! The API is whole operations: [`insert`](Store::insert), [`get`](Store::get),
//! [`replace_if`](Store::replace_if), [`remove_if`](Store::remove_if); [`by_time`](Store::by_time) and
//! [`by_key`](Store::by_key), which answer a stretch of an order; [`count`](Store::count) and
//! [`has_own_field`](Store::has_own_field). Handlers and domain code know nothing else of it, so another
//! engine can stand behind these. It does not know what a connection is: an [`Entity`] is an id, an etag, a
//! state, a few keys and the bytes to answer with, of some [`Kind`].
//!
//! A write that depends on what is there names the etag that it read. The new version is made without a lock,
//! and goes in only if nobody was faster; see `connections::update` for the loop around that.
//!
//! No list keeps anything here between its pages: each stretch begins behind a place in an order, which means
//! the same whatever was added and removed since. Reference: "A base connection" (etags), "Listing" (stable
//! paging).
//!
//! [`frozen`](Store::frozen) is a copy that costs nothing, however much there is: the indexes are shared until the next
//! write to either side, which pays for the copy.

pub(crate) mod collection;
pub(crate) mod dispose;
pub(crate) mod entity;
pub(crate) mod group;
pub(crate) mod ids;
pub(crate) mod query;
pub(crate) mod sequence;
#[cfg(test)]
mod tests;

pub(crate) use entity::{Entity, Etag, Key, Kind, Position, State};

use collection::{Collection, Collections};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

/// The entities of one sandbox.
#[derive(Default)]
pub(crate) struct Store(RwLock<Arc<Collections>>);

/// The entities of one sandbox as they were at some time.
#[derive(Clone, Default)]
pub(crate) struct Frozen(Arc<Collections>);

/// Which entities of a collection, as far as an index can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All.
    All,
    /// Those with one of these ids, which differ.
    Ids(Vec<Uuid>),
    /// Those that have one of these keys, which differ, in that place.
    Keyed(usize, Vec<Key>),
}

/// Which end of an order comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The smallest, the oldest.
    Ascending,
    /// The largest, the newest.
    Descending,
}

/// Why an entity was not added: another has its id.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken;

/// Why a write that depended on an etag did not happen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    /// Somebody removed the entity in the meantime, or it never was.
    Gone,
    /// Somebody replaced it in the meantime.
    Changed,
}

impl Store {
    /// Adds an entity; answers with it.
    ///
    /// # Errors
    /// [`Taken`] if there is one with its id, which ids from a seed can come to; nothing changed then.
    pub(crate) fn insert(&self, kind: Kind, entity: Entity) -> Result<Arc<Entity>, Taken> {
        let mut collections = self.write();
        if collections.of(kind).get(entity.id()).is_some() {
            return Err(Taken);
        }
        Ok(Arc::make_mut(&mut collections).of_mut(kind).add(Arc::new(entity)))
    }

    /// Adds everything that `added` holds, each entity in the place of the one with its id if there is one; others see
    /// none or all of it. Costs what is added; nothing where there was nothing.
    pub(crate) fn merge(&self, added: &Frozen) {
        let mut collections = self.write();
        if collections.is_empty() {
            *collections = Arc::clone(&added.0);
            return;
        }
        if !added.0.is_empty() {
            Arc::make_mut(&mut collections).merge(&added.0);
        }
    }

    /// The entity with that id.
    pub(crate) fn get(&self, kind: Kind, id: Uuid) -> Option<Arc<Entity>> {
        self.read(kind, |collection| collection.get(id).cloned())
    }

    /// Puts `next` in the place of the entity with its id, if that still has the etag `read`; answers with
    /// it.
    ///
    /// # Errors
    /// [`Outdated`] if it has not; nothing changed then.
    pub(crate) fn replace_if(&self, kind: Kind, read: Etag, next: Entity) -> Result<Arc<Entity>, Outdated> {
        let mut collections = self.write();
        collections.of(kind).current(next.id(), read)?;
        let collection = Arc::make_mut(&mut collections).of_mut(kind);
        collection.remove(next.id());
        Ok(collection.add(Arc::new(next)))
    }

    /// Removes the entity with that id, if it still has the etag `read`.
    ///
    /// # Errors
    /// [`Outdated`] if it has not; nothing changed then.
    pub(crate) fn remove_if(&self, kind: Kind, read: Etag, id: Uuid) -> Result<(), Outdated> {
        let mut collections = self.write();
        collections.of(kind).current(id, read)?;
        Arc::make_mut(&mut collections).of_mut(kind).remove(id);
        Ok(())
    }

    /// At most `limit` of the entities in `scope` by `createdAt`, from behind `after` on; ties by ascending
    /// id. Costs its own length, times the number of ids or keys in the scope.
    pub(crate) fn by_time(
        &self, kind: Kind, scope: &Scope, direction: Direction, after: Option<Position>, limit: usize,
    ) -> Vec<Arc<Entity>> {
        self.read(kind, |collection| collection.by_time(scope, direction, after, limit))
    }

    /// At most `limit` of all entities by the key in that place, from behind `after` on; ties by ascending
    /// id. Costs its own length and that of the groups with one key that it cuts.
    pub(crate) fn by_key(
        &self, kind: Kind, index: usize, direction: Direction, after: Option<(&str, Uuid)>, limit: usize,
    ) -> Vec<Arc<Entity>> {
        self.read(kind, |collection| collection.by_key(index, direction, after, limit))
    }

    /// How many entities are in `scope`. Costs the number of ids or keys in it.
    pub(crate) fn count(&self, kind: Kind, scope: &Scope) -> usize {
        self.read(kind, |collection| collection.count(scope))
    }

    /// Whether some entity has that top-level key of its client's own.
    pub(crate) fn has_own_field(&self, kind: Kind, name: &str) -> bool {
        self.read(kind, |collection| collection.has_own_field(name))
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.guard().is_empty()
    }

    /// Everything as it is now. Costs nothing; the next write costs a copy of the indexes.
    pub(crate) fn frozen(&self) -> Frozen {
        Frozen(Arc::clone(&self.guard()))
    }

    fn read<T>(&self, kind: Kind, ask: impl FnOnce(&Collection) -> T) -> T {
        ask(self.guard().of(kind))
    }

    // A poisoned lock is as good as a sound one: each write is a single call that leaves the indexes whole.
    fn guard(&self) -> RwLockReadGuard<'_, Arc<Collections>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Arc<Collections>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Frozen> for Store {
    fn from(Frozen(collections): Frozen) -> Self {
        Self(RwLock::new(collections))
    }
}

/// Of entities of one kind, of which the last wins if several have one id.
impl FromIterator<(Kind, Arc<Entity>)> for Frozen {
    fn from_iter<I: IntoIterator<Item = (Kind, Arc<Entity>)>>(entities: I) -> Self {
        let mut collections = Collections::default();
        entities.into_iter().for_each(|(kind, entity)| collections.of_mut(kind).put(entity));
        Self(Arc::new(collections))
    }
}

impl Frozen {
    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every entity of that kind, oldest first.
    pub(crate) fn oldest_first(&self, kind: Kind) -> Vec<Arc<Entity>> {
        let collection = self.0.of(kind);
        collection.by_time(&Scope::All, Direction::Ascending, None, collection.count(&Scope::All))
    }
}
