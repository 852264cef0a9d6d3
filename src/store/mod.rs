//! [`Store`]: where entities live, in memory, one sandbox beside the other.
//!
//! The API is whole operations: [`insert`](Store::insert), [`get`](Store::get), [`replace_if`](Store::replace_if),
//! [`remove_if`](Store::remove_if), [`page`](Store::page), [`count`](Store::count). Handlers and domain code know
//! nothing else of it, so another engine can stand behind these six. It does not know what a connection is: an
//! [`Entity`] is an id, an etag, a state and the bytes to answer with, of some [`Kind`].
//!
//! A write that depends on what is there names the etag that it read. The new version is made without a lock, and
//! goes in only if nobody was faster; see `connections::update` for the loop around that.
//!
//! Reference: "A base connection" (etags), "Listing" (default order, stable paging).

mod entity;
mod sandbox;

pub(crate) use entity::{Entity, Etag, Kind, Millis, State};
pub(crate) use sandbox::{Page, Position};

use crate::tenant::Tenant;
use dashmap::DashMap;
use sandbox::Sandbox;
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// All tenants' entities.
#[derive(Default)]
pub(crate) struct Store {
    sandboxes: DashMap<Tenant, Arc<RwLock<Sandbox>>>,
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
    /// Adds an entity whose id is new.
    pub(crate) fn insert(&self, tenant: &Tenant, kind: Kind, entity: Arc<Entity>) {
        let sandbox = match self.existing(tenant) {
            Some(sandbox) => sandbox,
            None => Arc::clone(&self.sandboxes.entry(tenant.clone()).or_default()),
        };
        // Here and below a poisoned lock is as good as a sound one: each write to a sandbox is a single call that
        // leaves it whole.
        sandbox.write().unwrap_or_else(PoisonError::into_inner).put(kind, entity);
    }

    /// The entity with that id.
    pub(crate) fn get(&self, tenant: &Tenant, kind: Kind, id: Uuid) -> Option<Arc<Entity>> {
        let sandbox = self.existing(tenant)?;
        let sandbox = sandbox.read().unwrap_or_else(PoisonError::into_inner);
        sandbox.get(kind, id).cloned()
    }

    /// Puts `next` in the place of the entity with its id, if that still has the etag `read`.
    ///
    /// # Errors
    /// [`Outdated`] if it has not; nothing changed then.
    pub(crate) fn replace_if(
        &self, tenant: &Tenant, kind: Kind, read: Etag, next: Arc<Entity>,
    ) -> Result<(), Outdated> {
        let sandbox = self.existing(tenant).ok_or(Outdated::Gone)?;
        let mut sandbox = sandbox.write().unwrap_or_else(PoisonError::into_inner);
        sandbox.current(kind, next.id, read)?;
        sandbox.put(kind, next);
        Ok(())
    }

    /// Removes the entity with that id, if it still has the etag `read`.
    ///
    /// # Errors
    /// [`Outdated`] if it has not; nothing changed then.
    pub(crate) fn remove_if(
        &self, tenant: &Tenant, kind: Kind, read: Etag, id: Uuid,
    ) -> Result<(), Outdated> {
        let sandbox = self.existing(tenant).ok_or(Outdated::Gone)?;
        let mut sandbox = sandbox.write().unwrap_or_else(PoisonError::into_inner);
        sandbox.current(kind, id, read)?;
        sandbox.remove(kind, id);
        Ok(())
    }

    /// At most `limit` entities in the default order, newest first, from behind `after` on. Costs its own length.
    pub(crate) fn page(&self, tenant: &Tenant, kind: Kind, after: Option<Position>, limit: usize) -> Page {
        let Some(sandbox) = self.existing(tenant) else { return Page::default() };
        let sandbox = sandbox.read().unwrap_or_else(PoisonError::into_inner);
        sandbox.page(kind, after, limit)
    }

    /// How many entities there are.
    pub(crate) fn count(&self, tenant: &Tenant, kind: Kind) -> usize {
        let Some(sandbox) = self.existing(tenant) else { return 0 };
        let sandbox = sandbox.read().unwrap_or_else(PoisonError::into_inner);
        sandbox.count(kind)
    }

    /// The tenant's sandbox, if anything was ever stored in it: reading creates nothing. The map's own guard does
    /// not outlive the call.
    fn existing(&self, tenant: &Tenant) -> Option<Arc<RwLock<Sandbox>>> {
        self.sandboxes.get(tenant).map(|sandbox| Arc::clone(&sandbox))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn entity(id: u128, version: u32) -> Arc<Entity> {
        Arc::new(Entity {
            id: Uuid::from_u128(id),
            created_at: 1000 + (id as i64) / 2, // two ids share a millisecond, for the tie-break
            etag: Etag::new(version, 0),
            state: State::Enabled,
            answer: format!("{{\"items\":[{{\"v\":{version}}}]}}").into(),
        })
    }

    fn ids(page: &Page) -> Vec<u128> {
        page.entities.iter().map(|entity| entity.id.as_u128()).collect()
    }

    #[test]
    fn tenants_never_see_each_other_and_reading_makes_none() {
        let store = Store::default();
        let (one, two) = (Tenant::new("A", "prod"), Tenant::new("A", "dev"));
        store.insert(&one, Kind::Connection, entity(1, 1));
        assert!(store.get(&one, Kind::Connection, Uuid::from_u128(1)).is_some());
        assert!(store.get(&two, Kind::Connection, Uuid::from_u128(1)).is_none());
        assert_eq!(store.count(&two, Kind::Connection), 0);
        assert_eq!(
            store.replace_if(&two, Kind::Connection, Etag::new(1, 0), entity(1, 2)),
            Err(Outdated::Gone)
        );
        assert_eq!(store.sandboxes.len(), 1);
    }

    #[test]
    fn pages_follow_the_default_order_and_their_positions_outlive_what_they_name() {
        let store = Store::default();
        let tenant = Tenant::new("A", "prod");
        (0..5).for_each(|id| store.insert(&tenant, Kind::Connection, entity(id, 1)));
        let first = store.page(&tenant, Kind::Connection, None, 2);
        assert_eq!((ids(&first), first.more), (vec![4, 2], true)); // newest first; 2 before 3 by id
        let after = first.entities[1].position();
        store.remove_if(&tenant, Kind::Connection, Etag::new(1, 0), Uuid::from_u128(2)).unwrap();
        let second = store.page(&tenant, Kind::Connection, Some(after), 2);
        assert_eq!((ids(&second), second.more), (vec![3, 0], true));
        let third = store.page(&tenant, Kind::Connection, Some(second.entities[1].position()), 2);
        assert_eq!((ids(&third), third.more), (vec![1], false));
    }

    #[test]
    fn of_many_writers_with_one_etag_one_wins() {
        let store = Store::default();
        let tenant = Tenant::new("A", "prod");
        store.insert(&tenant, Kind::Connection, entity(7, 1));
        let wins: usize = thread::scope(|scope| {
            let writers: Vec<_> = (2..34)
                .map(|version| {
                    let (store, tenant) = (&store, &tenant);
                    scope.spawn(move || {
                        store
                            .replace_if(tenant, Kind::Connection, Etag::new(1, 0), entity(7, version))
                            .is_ok()
                    })
                })
                .collect();
            writers.into_iter().map(|writer| usize::from(writer.join().unwrap())).sum()
        });
        assert_eq!(wins, 1);
        assert_eq!(store.count(&tenant, Kind::Connection), 1);
        assert_eq!(
            store.remove_if(&tenant, Kind::Connection, Etag::new(1, 0), Uuid::from_u128(7)),
            Err(Outdated::Changed)
        );
    }
}
