//! [`Store`]: the entities of a sandbox, in memory.
//!
//! Each method is a whole operation: [`insert`](Store::insert), [`get`](Store::get), [`replace_if`](Store::replace_if),
//! [`remove_if`](Store::remove_if); [`by_time`](Store::by_time) and [`by_key`](Store::by_key), which answer a stretch of an
//! order; [`count`](Store::count) and [`has_own_field`](Store::has_own_field). No lock leaves this module. To the store, an
//! [`Entity`] is an id, an etag, a state, a few keys and the bytes to answer with, filed under its [`Kind`].
//!
//! An update or a delete names the etag that it read. The new version is made without a lock, and stored only if the
//! entity still has that etag; `services::entities::write` has the loop around that. An entity may
//! [hold](Entity::holds) others, such as a flow its source connections: they exist when it is stored, and cannot be deleted
//! before it.
//!
//! The store keeps nothing between the pages of a list: each stretch begins behind a place in an order, which stays valid
//! whatever is added and removed. Reference: "A base connection" (etags), "Listing" (stable paging).
//!
//! [`frozen`](Store::frozen) makes a snapshot in constant time: both sides share the [indexes](group), of which a write to
//! either copies the few chunks that it changes. [`merge`](Store::merge) adds many entities without keeping others waiting. So no
//! request waits longer the more entities there are.

pub(crate) mod background;
pub(crate) mod collection;
pub(crate) mod entities;
pub(crate) mod entity;
pub(crate) mod group;
pub(crate) mod ids;
pub(crate) mod merge;
pub(crate) mod query;
pub(crate) mod scope;
pub(crate) mod sequence;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use collection::{NotInserted, WriteConflict};
pub(crate) use entities::Entities;
pub(crate) use entity::{Entity, EntityRef, Etag, Facts, Key, More, Position, State};
pub(crate) use scope::{Direction, Scope};

use crate::base::operation::Kind;
use collection::{Collection, Collections};
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use uuid::Uuid;

/// The entities of one sandbox.
#[derive(Default)]
pub(crate) struct Store {
    current: RwLock<Current>,
    /// Held during a merge, since there is one at a time.
    merging: Mutex<()>,
}

/// The entities as they are now.
#[derive(Default)]
struct Current {
    collections: Arc<Collections>,
    /// The entities that were added, replaced or removed since a merge began, while there is one.
    changed: Option<Changes>,
}

/// The kinds and ids of entities that were written.
type Changes = Vec<(Kind, Uuid)>;

impl Deref for Current {
    type Target = Collections;

    fn deref(&self) -> &Collections {
        &self.collections
    }
}

impl Current {
    /// The collections, to change that entity.
    fn change(&mut self, kind: Kind, id: Uuid) -> &mut Collections {
        if let Some(changed) = &mut self.changed {
            changed.push((kind, id));
        }
        Arc::make_mut(&mut self.collections)
    }
}

/// The entities of one sandbox at some time.
#[derive(Clone, Default)]
pub(crate) struct Frozen(Arc<Collections>);

/// A place in which entities are found.
pub(crate) trait Lookup: Sync {
    /// The entity of that kind with that id.
    fn find(&self, kind: Kind, id: Uuid) -> Option<Arc<Entity>>;
}

impl Lookup for Store {
    fn find(&self, kind: Kind, id: Uuid) -> Option<Arc<Entity>> {
        self.get(kind, id)
    }
}

impl Store {
    /// Adds an entity and returns it.
    ///
    /// # Errors
    /// [`NotInserted`] if its id is taken, or an entity that it holds does not exist; nothing changed then.
    pub(crate) fn insert(
        &self, kind: Kind, entity: impl Into<Arc<Entity>>,
    ) -> Result<Arc<Entity>, NotInserted> {
        let entity = entity.into();
        let mut current = self.write();
        if current.of(kind).get(entity.id()).is_some() {
            return Err(NotInserted::IdTaken);
        }
        if let Some(missing) = current.missing(&entity) {
            return Err(NotInserted::Missing(missing));
        }
        Ok(current.change(kind, entity.id()).add(kind, entity))
    }

    /// Adds every entity of `added`; one with a known id replaces the old one. Readers see all of them or none. Costs as
    /// much as `added` holds, and nothing if the store is empty; others can read and write meanwhile.
    #[cfg(test)]
    pub(crate) fn merge(&self, added: &Frozen) {
        self.prepare_merge(added).finish();
    }

    /// The entity with that id.
    pub(crate) fn get(&self, kind: Kind, id: Uuid) -> Option<Arc<Entity>> {
        self.read(kind, |collection| collection.get(id).cloned())
    }

    /// Replaces the entity with the id of `next`, if it still has the etag `read` and all entities that `next` holds exist;
    /// returns `next`.
    ///
    /// # Errors
    /// [`WriteConflict`] otherwise; nothing changed then.
    pub(crate) fn replace_if(
        &self, kind: Kind, read: Etag, next: impl Into<Arc<Entity>>,
    ) -> Result<Arc<Entity>, WriteConflict> {
        let next = next.into();
        let mut current = self.write();
        current.of(kind).check_unchanged(next.id(), read)?;
        if let Some(missing) = current.missing(&next) {
            return Err(WriteConflict::Missing(missing));
        }
        Ok(current.change(kind, next.id()).put(kind, next))
    }

    /// Removes the entity with that id, if it still has the etag `read` and no other entity holds it.
    ///
    /// # Errors
    /// [`WriteConflict`] otherwise; nothing changed then.
    pub(crate) fn remove_if(&self, kind: Kind, read: Etag, id: Uuid) -> Result<(), WriteConflict> {
        let mut current = self.write();
        current.of(kind).check_unchanged(id, read)?;
        if current.is_held(kind, id) {
            return Err(WriteConflict::Held);
        }
        current.change(kind, id).remove(kind, id);
        Ok(())
    }

    /// At most `limit` of the entities in `scope` by `createdAt`, from behind `after` on; ties by ascending
    /// id. Costs its own length, times the number of ids or keys in the scope.
    pub(crate) fn by_time(
        &self, kind: Kind, scope: &Scope, direction: Direction, after: Option<Position>, limit: usize,
    ) -> Entities {
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

    /// Whether some entity has that top-level key, added by a client.
    pub(crate) fn has_own_field(&self, kind: Kind, name: &str) -> bool {
        self.read(kind, |collection| collection.has_own_field(name))
    }

    /// Whether it holds no entity.
    pub(crate) fn is_empty(&self) -> bool {
        self.guard().is_empty()
    }

    /// All entities as they are now, in constant time.
    pub(crate) fn frozen(&self) -> Frozen {
        Frozen(Arc::clone(&self.guard().collections))
    }

    fn read<T>(&self, kind: Kind, ask: impl FnOnce(&Collection) -> T) -> T {
        ask(self.guard().of(kind))
    }

    // A poisoned lock is safe to use: each write is a single call that leaves the indexes whole.
    fn guard(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Current> {
        self.current.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Frozen> for Store {
    fn from(Frozen(collections): Frozen) -> Self {
        Self { current: RwLock::new(Current { collections, changed: None }), merging: Mutex::default() }
    }
}

/// If several of a kind have one id, the last wins.
impl FromIterator<(Kind, Arc<Entity>)> for Frozen {
    fn from_iter<I: IntoIterator<Item = (Kind, Arc<Entity>)>>(entities: I) -> Self {
        let mut collections = Collections::default();
        entities.into_iter().for_each(|(kind, entity)| _ = collections.put(kind, entity));
        Self(Arc::new(collections))
    }
}

impl Frozen {
    /// Whether it holds no entity.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds an entity of that kind with that id.
    pub(crate) fn has(&self, kind: Kind, id: Uuid) -> bool {
        self.0.of(kind).get(id).is_some()
    }

    /// The number of entities of that kind.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.0.of(kind).count(&Scope::All)
    }

    /// Every entity of that kind, oldest first.
    pub(crate) fn oldest_first(&self, kind: Kind) -> Vec<Arc<Entity>> {
        let collection = self.0.of(kind);
        collection.by_time(&Scope::All, Direction::Ascending, None, collection.count(&Scope::All)).into_vec()
    }
}
