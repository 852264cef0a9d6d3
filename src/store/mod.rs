//! [`Store`]: where entities live, in memory, one sandbox beside the other.
//!
//! The API is whole operations: [`insert`](Store::insert), [`get`](Store::get), [`replace_if`](Store::replace_if),
//! [`remove_if`](Store::remove_if); [`by_time`](Store::by_time) and [`by_key`](Store::by_key), which answer a stretch
//! of an order; [`count`](Store::count) and [`has_own_field`](Store::has_own_field). Handlers and domain code know
//! nothing else of it, so another engine can stand behind these. It does not know what a connection is: an
//! [`Entity`] is an id, an etag, a state, a few keys and the bytes to answer with, of some [`Kind`].
//!
//! A write that depends on what is there names the etag that it read. The new version is made without a lock, and
//! goes in only if nobody was faster; see `connections::update` for the loop around that.
//!
//! No list keeps anything here between its pages: each stretch begins behind a place in an order, which means the
//! same whatever was added and removed since. Reference: "A base connection" (etags), "Listing" (stable paging).

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
    /// Adds an entity whose id is new.
    pub(crate) fn insert(&self, tenant: &Tenant, kind: Kind, entity: Arc<Entity>) {
        let sandbox = match self.existing(tenant) {
            Some(sandbox) => sandbox,
            None => Arc::clone(&self.sandboxes.entry(tenant.clone()).or_default()),
        };
        // Here and below a poisoned lock is as good as a sound one: each write to a sandbox is a single call that
        // leaves it whole.
        sandbox.write().unwrap_or_else(PoisonError::into_inner).of_mut(kind).put(entity);
    }

    /// The entity with that id.
    pub(crate) fn get(&self, tenant: &Tenant, kind: Kind, id: Uuid) -> Option<Arc<Entity>> {
        self.read(tenant, kind, |collection| collection.get(id).cloned())
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
        let collection = sandbox.of_mut(kind);
        collection.current(next.id(), read)?;
        collection.put(next);
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
        let collection = sandbox.of_mut(kind);
        collection.current(id, read)?;
        collection.remove(id);
        Ok(())
    }

    /// At most `limit` of the entities in `scope` by `createdAt`, from behind `after` on; ties by ascending id. Costs
    /// its own length, times the number of ids or keys in the scope.
    pub(crate) fn by_time(
        &self, tenant: &Tenant, kind: Kind, scope: &Scope, direction: Direction, after: Option<Position>,
        limit: usize,
    ) -> Vec<Arc<Entity>> {
        self.read(tenant, kind, |collection| collection.by_time(scope, direction, after, limit))
    }

    /// At most `limit` of all entities by the key in that place, from behind `after` on; ties by ascending id. Costs
    /// its own length and that of the groups with one key that it cuts.
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

    /// What `ask` says of a collection; of an unknown tenant's, what an empty one would say.
    fn read<T: Default>(&self, tenant: &Tenant, kind: Kind, ask: impl FnOnce(&Collection) -> T) -> T {
        let Some(sandbox) = self.existing(tenant) else { return T::default() };
        let sandbox = sandbox.read().unwrap_or_else(PoisonError::into_inner);
        ask(sandbox.of(kind))
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

    const KIND: Kind = Kind::Connection;

    /// Two ids share a millisecond, for the tie-break; four share their first key.
    fn entity(id: u128, version: u32) -> Arc<Entity> {
        let keys = [id / 4, id, version.into()].map(|key| Key::of(&key.to_string()));
        Arc::new(Entity {
            position: Position::new(1000 + (id as i64) / 2, Uuid::from_u128(id)),
            etag: Etag::new(version, 0),
            state: State::Enabled,
            keys,
            own_fields: [format!("own{version}").into()].into(),
            answer: format!("{{\"items\":[{{\"v\":{version}}}]}}").into(),
        })
    }

    fn filled(ids: std::ops::Range<u128>) -> (Store, Tenant) {
        let (store, tenant) = (Store::default(), Tenant::new("A", "prod"));
        ids.for_each(|id| store.insert(&tenant, KIND, entity(id, 1)));
        (store, tenant)
    }

    fn ids(page: &[Arc<Entity>]) -> Vec<u128> {
        page.iter().map(|entity| entity.id().as_u128()).collect()
    }

    fn key(text: &str) -> Key {
        Key::of(text)
    }

    /// Everything in `scope`, walked in pages of `limit`.
    fn walk(store: &Store, tenant: &Tenant, scope: &Scope, direction: Direction, limit: usize) -> Vec<u128> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = store.by_time(tenant, KIND, scope, direction, after, limit);
            let Some(last) = page.last() else { return all };
            after = Some(last.position);
            all.extend(ids(&page));
        }
    }

    #[test]
    fn tenants_never_see_each_other_and_reading_makes_none() {
        let (store, one) = filled(1..2);
        let two = Tenant::new("A", "dev");
        assert!(store.get(&one, KIND, Uuid::from_u128(1)).is_some());
        assert!(store.get(&two, KIND, Uuid::from_u128(1)).is_none());
        assert_eq!(store.count(&two, KIND, &Scope::All), 0);
        assert!(store.has_own_field(&one, KIND, "own1") && !store.has_own_field(&two, KIND, "own1"));
        assert_eq!(store.replace_if(&two, KIND, Etag::new(1, 0), entity(1, 2)), Err(Outdated::Gone));
        assert_eq!(store.sandboxes.len(), 1);
    }

    #[test]
    fn each_scope_is_walked_in_both_directions_with_ties_by_ascending_id() {
        let (store, tenant) = filled(0..9);
        let scopes = [
            (Scope::All, vec![8, 6, 7, 4, 5, 2, 3, 0, 1], vec![0, 1, 2, 3, 4, 5, 6, 7, 8]),
            (Scope::Keyed(0, vec![key("1")]), vec![6, 7, 4, 5], vec![4, 5, 6, 7]),
            (Scope::Keyed(0, vec![key("0"), key("2"), key("x")]), vec![8, 2, 3, 0, 1], vec![0, 1, 2, 3, 8]),
            (Scope::Keyed(1, vec![key("x")]), vec![], vec![]),
            (Scope::Ids([3, 9, 2, 8].map(Uuid::from_u128).into()), vec![8, 2, 3], vec![2, 3, 8]),
        ];
        for (scope, newest, oldest) in scopes {
            for limit in 1..10 {
                assert_eq!(walk(&store, &tenant, &scope, Direction::Descending, limit), newest, "{scope:?}");
                assert_eq!(walk(&store, &tenant, &scope, Direction::Ascending, limit), oldest, "{scope:?}");
            }
            assert_eq!(store.count(&tenant, KIND, &scope), newest.len());
        }
    }

    #[test]
    fn keys_are_walked_in_both_directions_with_ties_by_ascending_id() {
        let (store, tenant) = filled(0..9);
        for limit in 1..10 {
            for (direction, expected) in [
                (Direction::Ascending, [0, 1, 2, 3, 4, 5, 6, 7, 8]),
                (Direction::Descending, [8, 4, 5, 6, 7, 0, 1, 2, 3]),
            ] {
                let (mut all, mut after) = (Vec::new(), None);
                loop {
                    let place = after.as_ref().map(|(key, id): &(Key, Uuid)| (key.as_str(), *id));
                    let page = store.by_key(&tenant, KIND, 0, direction, place, limit);
                    let Some(last) = page.last() else { break };
                    after = Some((last.keys[0].clone(), last.id()));
                    all.extend(ids(&page));
                }
                assert_eq!(all, expected, "{direction:?} by {limit}");
            }
        }
    }

    #[test]
    fn a_place_outlives_what_stood_there() {
        let (store, tenant) = filled(0..5);
        let page = |after| store.by_time(&tenant, KIND, &Scope::All, Direction::Descending, after, 2);
        let first = page(None);
        assert_eq!(ids(&first), [4, 2]);
        store.remove_if(&tenant, KIND, Etag::new(1, 0), Uuid::from_u128(2)).unwrap();
        assert_eq!(ids(&page(Some(first[1].position))), [3, 0]);
    }

    #[test]
    fn indexes_follow_what_is_replaced_and_removed() {
        let (store, tenant) = filled(7..8);
        let count = |version: &str| store.count(&tenant, KIND, &Scope::Keyed(2, vec![key(version)]));
        store.replace_if(&tenant, KIND, Etag::new(1, 0), entity(7, 2)).unwrap();
        assert_eq!((count("1"), count("2")), (0, 1));
        assert!(!store.has_own_field(&tenant, KIND, "own1") && store.has_own_field(&tenant, KIND, "own2"));
        store.remove_if(&tenant, KIND, Etag::new(2, 0), Uuid::from_u128(7)).unwrap();
        assert_eq!((count("2"), store.count(&tenant, KIND, &Scope::All)), (0, 0));
        assert!(!store.has_own_field(&tenant, KIND, "own2"));
    }

    #[test]
    fn of_many_writers_with_one_etag_one_wins() {
        let (store, tenant) = filled(7..8);
        let wins: usize = thread::scope(|scope| {
            let replace = |version| store.replace_if(&tenant, KIND, Etag::new(1, 0), entity(7, version));
            let writers: Vec<_> =
                (2..34).map(|version| scope.spawn(move || replace(version).is_ok())).collect();
            writers.into_iter().map(|writer| usize::from(writer.join().unwrap())).sum()
        });
        assert_eq!(wins, 1);
        assert_eq!(store.count(&tenant, KIND, &Scope::All), 1);
        let late = store.remove_if(&tenant, KIND, Etag::new(1, 0), Uuid::from_u128(7));
        assert_eq!(late, Err(Outdated::Changed));
    }
}
