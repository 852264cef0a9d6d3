//! [`Collection`]: the entities of one kind and their indexes. Each method that changes one leaves its maps in agreement.

use super::entity::{Entity, EntityRef, Etag, Key, Position};
use super::group::Group;
use super::scope::{Direction, Scope};
use crate::base::operation::Kind;
use crate::store::background::drop_in_background;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::ops::Bound::{Included, Unbounded};
use std::sync::Arc;
use uuid::Uuid;

/// The entities of one sandbox, by kind.
#[derive(Clone, Default)]
pub(super) struct Collections {
    of_kinds: [Collection; Kind::COUNT],
    /// The entities that others [hold](Entity::holds), and the number of these.
    held: HashMap<EntityRef, usize, RandomState>,
}

/// The entities of one kind, indexed by id, creation time and key.
#[derive(Clone, Default)]
pub(super) struct Collection {
    by_id: HashMap<Uuid, Arc<Entity>, RandomState>,
    by_time: Group,
    by_key: [BTreeMap<Key, Group>; Entity::KEYS],
    /// The top-level keys that clients added, and the number of entities that have each.
    own_fields: HashMap<Box<str>, usize>,
}

/// Why an update or a delete did not happen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WriteConflict {
    /// The entity does not exist, or no longer.
    Gone,
    /// The entity has another etag by now.
    Changed,
    /// The new version would hold an entity that does not exist.
    Missing(EntityRef),
    /// Another entity holds the one that would be deleted.
    Held,
}

/// Why an entity was not added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotInserted {
    /// One of its kind has its id, which happens with ids that a document gave.
    IdTaken,
    /// It would hold an entity that does not exist.
    Missing(EntityRef),
}

impl Collections {
    /// Whether it holds no entity of any kind.
    pub(super) fn is_empty(&self) -> bool {
        self.of_kinds.iter().all(|collection| collection.by_id.is_empty())
    }

    pub(super) fn of(&self, kind: Kind) -> &Collection {
        &self.of_kinds[kind as usize]
    }

    /// Adds an entity whose id is unused.
    pub(super) fn add(&mut self, kind: Kind, entity: Arc<Entity>) -> Arc<Entity> {
        for &held in &entity.holds {
            *self.held.entry(held).or_default() += 1;
        }
        self.of_kinds[kind as usize].add(entity)
    }

    /// Adds an entity, replacing the one with its id if there is one.
    pub(super) fn put(&mut self, kind: Kind, entity: Arc<Entity>) {
        self.remove(kind, entity.id());
        self.add(kind, entity);
    }

    /// Removes an entity, whether or not another holds it.
    pub(super) fn remove(&mut self, kind: Kind, id: Uuid) {
        let Some(old) = self.of_kinds[kind as usize].remove(id) else { return };
        for held in &old.holds {
            if let Some(count) = self.held.get_mut(held) {
                *count -= 1;
                if *count == 0 {
                    self.held.remove(held);
                }
            }
        }
    }

    /// The first entity that `entity` would hold and that does not exist.
    pub(super) fn missing(&self, entity: &Entity) -> Option<EntityRef> {
        entity.holds.iter().find(|held| self.of(held.kind).get(held.id).is_none()).copied()
    }

    /// Whether another entity holds that one.
    pub(super) fn is_held(&self, kind: Kind, id: Uuid) -> bool {
        self.held.contains_key(&EntityRef { kind, id })
    }

    /// Adds every entity of `added`; one with a known id replaces the old one.
    pub(super) fn merge(&mut self, added: &Self) {
        for &kind in Kind::ALL {
            added.of(kind).by_id.values().for_each(|entity| self.put(kind, Arc::clone(entity)));
        }
    }
}

impl Drop for Collections {
    /// Large collections are freed in the background, whatever drops them last: a request that began before a reset, or
    /// the deletion of a snapshot.
    fn drop(&mut self) {
        const LARGE: usize = 10_000;
        if self.of_kinds.iter().any(|collection| collection.by_id.len() > LARGE) {
            drop_in_background(mem::take(&mut self.of_kinds));
        }
    }
}

impl Collection {
    pub(super) fn get(&self, id: Uuid) -> Option<&Arc<Entity>> {
        self.by_id.get(&id)
    }

    /// Checks that the entity with that id still has the etag `read`.
    pub(super) fn check_unchanged(&self, id: Uuid, read: Etag) -> Result<(), WriteConflict> {
        match self.get(id) {
            None => Err(WriteConflict::Gone),
            Some(entity) if entity.etag != read => Err(WriteConflict::Changed),
            Some(_) => Ok(()),
        }
    }

    fn add(&mut self, mut entity: Arc<Entity>) -> Arc<Entity> {
        if let Some(new) = Arc::get_mut(&mut entity) {
            for (index, key) in self.by_key.iter().zip(&mut new.keys) {
                if let Some((known, _)) = index.get_key_value(key) {
                    *key = known.clone(); // equal keys share one text
                }
            }
        }
        for (index, key) in self.by_key.iter_mut().zip(&entity.keys) {
            index.entry(key.clone()).or_default().insert(Arc::clone(&entity));
        }
        for field in &entity.own_fields {
            *self.own_fields.entry(field.clone()).or_default() += 1;
        }
        self.by_time.insert(Arc::clone(&entity));
        self.by_id.insert(entity.id(), Arc::clone(&entity));
        entity
    }

    fn remove(&mut self, id: Uuid) -> Option<Arc<Entity>> {
        let old = self.by_id.remove(&id)?;
        self.by_time.remove(old.position);
        for (index, key) in self.by_key.iter_mut().zip(&old.keys) {
            if let Some(group) = index.get_mut(key) {
                group.remove(old.position);
                if group.len() == 0 {
                    index.remove(key);
                }
            }
        }
        for field in &old.own_fields {
            if let Some(count) = self.own_fields.get_mut(field) {
                *count -= 1;
                if *count == 0 {
                    self.own_fields.remove(field);
                }
            }
        }
        Some(old)
    }

    pub(super) fn has_own_field(&self, name: &str) -> bool {
        self.own_fields.contains_key(name)
    }

    pub(super) fn count(&self, scope: &Scope) -> usize {
        match scope {
            Scope::All => self.by_id.len(),
            Scope::Ids(ids) => ids.iter().filter(|id| self.by_id.contains_key(id)).count(),
            Scope::Keyed(index, keys) => self.groups(*index, keys).map(Group::len).sum(),
        }
    }

    pub(super) fn by_time(
        &self, scope: &Scope, direction: Direction, after: Option<Position>, limit: usize,
    ) -> Vec<Arc<Entity>> {
        match scope {
            Scope::All => self.by_time.page(direction, after, limit),
            Scope::Ids(ids) => {
                let found: Group = ids.iter().filter_map(|id| self.by_id.get(id).cloned()).collect();
                found.page(direction, after, limit)
            }
            Scope::Keyed(index, keys) => {
                let mut pages = self.groups(*index, keys).map(|group| group.page(direction, after, limit));
                match (pages.next(), pages.next()) {
                    (None, _) => Vec::new(),
                    (Some(only), None) => only,
                    // The first of all groups are among the first of each group.
                    (Some(first), Some(second)) => {
                        let merged: Group = first.into_iter().chain(second).chain(pages.flatten()).collect();
                        merged.page(direction, None, limit)
                    }
                }
            }
        }
    }

    pub(super) fn by_key(
        &self, index: usize, direction: Direction, after: Option<(&str, Uuid)>, limit: usize,
    ) -> Vec<Arc<Entity>> {
        let index = &self.by_key[index];
        let from = after.map_or(Unbounded, |(key, _)| Included(key));
        let groups: &mut dyn Iterator<Item = (&Key, &Group)> = match direction {
            Direction::Ascending => &mut index.range::<str, _>((from, Unbounded)),
            Direction::Descending => &mut index.range::<str, _>((Unbounded, from)).rev(),
        };
        let mut page = Vec::new();
        for (key, group) in groups {
            let behind = after.filter(|(last, _)| *last == key.as_str()).map(|(_, id)| id);
            page.extend(group.by_id(behind, limit - page.len()));
            if page.len() == limit {
                break;
            }
        }
        page
    }

    fn groups<'a>(&'a self, index: usize, keys: &'a [Key]) -> impl Iterator<Item = &'a Group> {
        keys.iter().filter_map(move |key| self.by_key[index].get(key))
    }
}
