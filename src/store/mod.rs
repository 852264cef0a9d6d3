//! [`Store`]: where entities live, in memory, one sandbox beside the other.
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

mod entity;
mod group;
mod sandbox;

pub(crate) use entity::{Entity, Etag, Key, Kind, Millis, Position, State};

use crate::tenant::Tenant;
use dashmap::DashMap;
use sandbox::{Collection, Sandbox};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// All tenants' entities.
#[derive(Default)]
pub(crate) struct Store {
    sandboxes: DashMap<Tenant, Arc<RwLock<Sandbox>>>,
}

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

/// Why a write that depended on an etag did not happen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outdated {
    /// Somebody removed the entity in the meantime, or it never was.
    Gone,
    /// Somebody replaced it in the meantime.
    Changed,
}

impl Store {
    /// Adds an entity whose id is new; answers with it.
    pub(crate) fn insert(&self, tenant: &Tenant, kind: Kind, entity: Entity) -> Arc<Entity> {
        let sandbox = match self.existing(tenant) {
            Some(sandbox) => sandbox,
            None => Arc::clone(&self.sandboxes.entry(tenant.clone()).or_default()),
        };
        // Here and below a poisoned lock is as good as a sound one: each write to a sandbox is a single call
        // that leaves it whole.
        sandbox.write().unwrap_or_else(PoisonError::into_inner).of_mut(kind).add(entity)
    }

    /// The entity with that id.
    pub(crate) fn get(&self, tenant: &Tenant, kind: Kind, id: Uuid) -> Option<Arc<Entity>> {
        self.read(tenant, kind, |collection| collection.get(id).cloned())
    }

    /// Puts `next` in the place of the entity with its id, if that still has the etag `read`; answers with
    /// it.
    ///
    /// # Errors
    /// [`Outdated`] if it has not; nothing changed then.
    pub(crate) fn replace_if(
        &self, tenant: &Tenant, kind: Kind, read: Etag, next: Entity,
    ) -> Result<Arc<Entity>, Outdated> {
        let sandbox = self.existing(tenant).ok_or(Outdated::Gone)?;
        let mut sandbox = sandbox.write().unwrap_or_else(PoisonError::into_inner);
        let collection = sandbox.of_mut(kind);
        collection.current(next.id(), read)?;
        collection.remove(next.id());
        Ok(collection.add(next))
    }

    /// Removes the entity with that id, if it still has the etag `read`.
    ///
    /// # Errors
    /// [`Outdated`] if it has not; nothing changed then.
    pub(crate) fn remove_if(
        &self, tenant: &Tenant, kind: Kind, read: Etag, id: Uuid,
    ) -> Result<(), Outdated> {
        let sandbox = self.existing(tenant).ok_or(Outdated::Gone)?;
        let mut guard = sandbox.write().unwrap_or_else(PoisonError::into_inner);
        let collection = guard.of_mut(kind);
        collection.current(id, read)?;
        collection.remove(id);
        let is_empty = guard.is_empty();
        drop(guard);
        drop(sandbox);
        if is_empty {
            self.free(tenant);
        }
        Ok(())
    }

    /// Gives back the memory of a sandbox in which nothing is left, as every test may use one of its own. A sandbox
    /// that somebody else holds stays: they may be about to write to it. Nobody can come to hold it meanwhile, since
    /// the map is locked there.
    fn free(&self, tenant: &Tenant) {
        self.sandboxes.remove_if(tenant, |_, sandbox| {
            Arc::strong_count(sandbox) == 1
                && sandbox.read().unwrap_or_else(PoisonError::into_inner).is_empty()
        });
    }

    /// At most `limit` of the entities in `scope` by `createdAt`, from behind `after` on; ties by ascending
    /// id. Costs its own length, times the number of ids or keys in the scope.
    pub(crate) fn by_time(
        &self, tenant: &Tenant, kind: Kind, scope: &Scope, direction: Direction, after: Option<Position>,
        limit: usize,
    ) -> Vec<Arc<Entity>> {
        self.read(tenant, kind, |collection| collection.by_time(scope, direction, after, limit))
    }

    /// At most `limit` of all entities by the key in that place, from behind `after` on; ties by ascending
    /// id. Costs its own length and that of the groups with one key that it cuts.
    pub(crate) fn by_key(
        &self, tenant: &Tenant, kind: Kind, index: usize, direction: Direction, after: Option<(&str, Uuid)>,
        limit: usize,
    ) -> Vec<Arc<Entity>> {
        self.read(tenant, kind, |collection| collection.by_key(index, direction, after, limit))
    }

    /// How many entities are in `scope`. Costs the number of ids or keys in it.
    pub(crate) fn count(&self, tenant: &Tenant, kind: Kind, scope: &Scope) -> usize {
        self.read(tenant, kind, |collection| collection.count(scope))
    }

    /// Whether some entity has that top-level key of its client's own.
    pub(crate) fn has_own_field(&self, tenant: &Tenant, kind: Kind, name: &str) -> bool {
        self.read(tenant, kind, |collection| collection.has_own_field(name))
    }

    /// The names of the organisation's sandboxes that hold something, in no order. Costs the number of sandboxes of
    /// all organisations: for a question that is asked now and then.
    pub(crate) fn sandboxes_of(&self, ims_org: &str) -> Vec<Box<str>> {
        let of_org = self.sandboxes.iter().filter(|sandbox| *sandbox.key().ims_org == *ims_org);
        of_org
            .filter(|sandbox| !sandbox.read().unwrap_or_else(PoisonError::into_inner).is_empty())
            .map(|sandbox| sandbox.key().sandbox.clone())
            .collect()
    }

    /// What `ask` says of a collection; of an unknown tenant's, what an empty one would say.
    fn read<T: Default>(&self, tenant: &Tenant, kind: Kind, ask: impl FnOnce(&Collection) -> T) -> T {
        let Some(sandbox) = self.existing(tenant) else { return T::default() };
        let sandbox = sandbox.read().unwrap_or_else(PoisonError::into_inner);
        ask(sandbox.of(kind))
    }

    /// The tenant's sandbox, if anything was ever stored in it: reading creates nothing. The map's own guard
    /// does not outlive the call.
    fn existing(&self, tenant: &Tenant) -> Option<Arc<RwLock<Sandbox>>> {
        self.sandboxes.get(tenant).map(|sandbox| Arc::clone(&sandbox))
    }
}

#[cfg(test)]
mod tests;
