//! [`Collection`]: the entities of one kind and their indexes. Each method that changes one leaves its maps in agreement.

use super::entities::Entities;
use super::entity::{Entity, EntityRef, Etag, Key, Position};
use super::group::{ById, Counts, Group, Index};
use super::scope::{Direction, Scope};
use crate::base::operation::Kind;
use crate::store::background::drop_in_background;
use std::array;
use std::mem;
use std::sync::Arc;
use uuid::Uuid;

/// The entities of one sandbox, by kind. A copy shares the indexes, of which a change of either copies small parts.
#[derive(Clone, Default)]
pub(super) struct Collections {
    of_kinds: [Collection; Kind::COUNT],
    /// The entities that others [hold](Entity::holds), and the number of these.
    held: Counts<EntityRef>,
}

/// The entities of one kind, indexed by id, creation time and key.
#[derive(Clone)]
pub(super) struct Collection {
    by_id: ById,
    by_time: Index,
    by_key: [Index; Entity::KEYS],
    /// The top-level keys that clients added, and the number of entities that have each.
    own_fields: Counts<Box<str>>,
}

impl Default for Collection {
    fn default() -> Self {
        Self {
            by_id: ById::default(),
            by_time: Index::default(),
            by_key: array::from_fn(Index::by_key),
            own_fields: Counts::default(),
        }
    }
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
        self.of_kinds.iter().all(|collection| collection.by_id.len() == 0)
    }

    pub(super) fn of(&self, kind: Kind) -> &Collection {
        &self.of_kinds[kind as usize]
    }

    /// Adds an entity whose id is unused.
    pub(super) fn add(&mut self, kind: Kind, entity: Arc<Entity>) -> Arc<Entity> {
        entity.holds().iter().for_each(|held| self.held.add(*held));
        self.of_kinds[kind as usize].add(entity)
    }

    /// Adds an entity, replacing the one with its id if there is one.
    pub(super) fn put(&mut self, kind: Kind, entity: Arc<Entity>) -> Arc<Entity> {
        let Some(before) = self.of(kind).get(entity.id()).cloned() else { return self.add(kind, entity) };
        if before.holds() != entity.holds() {
            entity.holds().iter().for_each(|held| self.held.add(*held));
            before.holds().iter().for_each(|held| self.held.take(held));
        }
        self.of_kinds[kind as usize].replace(&before, entity)
    }

    /// Removes an entity, whether or not another holds it.
    pub(super) fn remove(&mut self, kind: Kind, id: Uuid) {
        let Some(old) = self.of_kinds[kind as usize].remove(id) else { return };
        old.holds().iter().for_each(|held| self.held.take(held));
    }

    /// The first entity that `entity` would hold and that does not exist.
    pub(super) fn missing(&self, entity: &Entity) -> Option<EntityRef> {
        entity.holds().iter().find(|held| self.of(held.kind).get(held.id).is_none()).copied()
    }

    /// Whether another entity holds that one.
    pub(super) fn is_held(&self, kind: Kind, id: Uuid) -> bool {
        self.held.has(|other| other.cmp(&EntityRef { kind, id }))
    }

    /// Adds every entity of `added`; one with a known id replaces the old one.
    pub(super) fn merge(&mut self, added: &Self) {
        for &kind in Kind::ALL {
            added.of(kind).by_id.behind(None).for_each(|entity| _ = self.put(kind, Arc::clone(entity)));
        }
    }
}

impl Drop for Collections {
    /// Large collections are freed in the background, whatever drops them last: a request that began before a reset, or
    /// the deletion of a snapshot.
    fn drop(&mut self) {
        const LARGE: usize = 10_000;
        if self.of_kinds.iter().any(|collection| collection.by_id.len() > LARGE) {
            drop_in_background((mem::take(&mut self.of_kinds), mem::take(&mut self.held)));
        }
    }
}

impl Collection {
    pub(super) fn get(&self, id: Uuid) -> Option<&Arc<Entity>> {
        self.by_id.get(id)
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
        self.share_keys(&mut entity, None);
        self.by_key.iter_mut().for_each(|index| index.insert(Arc::clone(&entity)));
        entity.own_fields().iter().for_each(|field| self.own_fields.add(field.clone()));
        self.by_time.insert(Arc::clone(&entity));
        self.by_id.insert(Arc::clone(&entity));
        entity
    }

    /// Puts an entity in the place of its last version.
    fn replace(&mut self, before: &Entity, mut entity: Arc<Entity>) -> Arc<Entity> {
        self.share_keys(&mut entity, Some(before));
        self.by_key.iter_mut().for_each(|index| index.replace(before, &entity));
        if before.own_fields() != entity.own_fields() {
            entity.own_fields().iter().for_each(|field| self.own_fields.add(field.clone()));
            before.own_fields().iter().for_each(|field| self.own_fields.take(field));
        }
        self.by_time.replace(before, &entity);
        self.by_id.replace(Arc::clone(&entity));
        entity
    }

    /// Lets equal keys share one text: an entity's and those of its last version, of the newest entity, or of any other.
    fn share_keys(&self, entity: &mut Arc<Entity>, before: Option<&Entity>) {
        let Some(new) = Arc::get_mut(entity) else { return };
        let like = before.or_else(|| self.by_time.first().map(|newest| &**newest));
        for (place, (index, key)) in self.by_key.iter().zip(&mut new.keys).enumerate() {
            let like = like.filter(|like| like.keys[place] == *key);
            if let Some(known) = like.or_else(|| index.with_key(key).map(|known| &**known)) {
                *key = known.keys[place].clone();
            }
        }
    }

    fn remove(&mut self, id: Uuid) -> Option<Arc<Entity>> {
        let old = self.by_id.remove(id)?;
        self.by_time.remove(&old);
        self.by_key.iter_mut().for_each(|index| index.remove(&old));
        old.own_fields().iter().for_each(|field| self.own_fields.take(field));
        Some(old)
    }

    pub(super) fn has_own_field(&self, name: &str) -> bool {
        self.own_fields.has(|other| (**other).cmp(name))
    }

    pub(super) fn count(&self, scope: &Scope) -> usize {
        match scope {
            Scope::All => self.by_id.len(),
            Scope::Ids(ids) => ids.iter().filter(|id| self.get(**id).is_some()).count(),
            Scope::Keyed(index, keys) => self.groups(*index, keys).map(|group| group.len()).sum(),
        }
    }

    pub(super) fn by_time(
        &self, scope: &Scope, direction: Direction, after: Option<Position>, limit: usize,
    ) -> Entities {
        match scope {
            Scope::All => self.by_time.all().page(direction, after, limit),
            Scope::Ids(ids) => {
                let found = ids.iter().filter_map(|id| self.get(*id).cloned()).collect();
                first(found, direction, after, limit).into()
            }
            Scope::Keyed(index, keys) => {
                let mut pages = self.groups(*index, keys).map(|group| group.page(direction, after, limit));
                match (pages.next(), pages.next()) {
                    (None, _) => Entities::default(),
                    (Some(only), None) => only,
                    // The first of all groups are among the first of each group.
                    (Some(one), Some(other)) => {
                        let all = [one, other].into_iter().chain(pages);
                        let all = all.flat_map(Entities::into_vec).collect();
                        first(all, direction, None, limit).into()
                    }
                }
            }
        }
    }

    pub(super) fn by_key(
        &self, index: usize, direction: Direction, after: Option<(&str, Uuid)>, limit: usize,
    ) -> Vec<Arc<Entity>> {
        self.by_key[index].by_keys(direction, after, limit, &self.by_id)
    }

    fn groups<'a>(&'a self, index: usize, keys: &'a [Key]) -> impl Iterator<Item = Group<'a>> {
        keys.iter().map(move |key| self.by_key[index].group(key.as_str()))
    }
}

/// The first `limit` of those entities behind `after`, in the order of their creation; ties by ascending id.
fn first(
    mut entities: Vec<Arc<Entity>>, direction: Direction, after: Option<Position>, limit: usize,
) -> Vec<Arc<Entity>> {
    let place = |at: Position| match direction {
        Direction::Ascending => (at.created_at(), at.id()),
        Direction::Descending => (-at.created_at(), at.id()),
    };
    entities.retain(|entity| after.is_none_or(|after| place(after) < place(entity.position)));
    entities.sort_unstable_by_key(|entity| place(entity.position));
    entities.truncate(limit);
    entities
}
