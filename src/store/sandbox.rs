//! One tenant's data and its indexes. Whoever holds a `&mut Sandbox` leaves its maps in agreement.

use super::{Entity, Etag, Kind, Millis, Outdated};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;
use uuid::Uuid;

/// The entities of one tenant.
#[derive(Default)]
pub(super) struct Sandbox {
    collections: [Collection; Kind::COUNT],
}

/// The entities of one kind: found by id, and kept in the default order so that a page costs its own length.
#[derive(Default)]
struct Collection {
    by_id: HashMap<Uuid, Arc<Entity>>,
    newest_first: BTreeMap<Position, Arc<Entity>>,
}

/// A place in the default order: `createdAt` descending, ties by `id` ascending. It stays meaningful when what
/// stood there is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    created_at: Reverse<Millis>,
    id: Uuid,
}

impl Position {
    /// The place of an entity with these two.
    pub(crate) fn new(created_at: Millis, id: Uuid) -> Self {
        Self { created_at: Reverse(created_at), id }
    }

    /// When what stands there was created.
    pub(crate) fn created_at(self) -> Millis {
        self.created_at.0
    }

    /// The id of what stands there.
    pub(crate) fn id(self) -> Uuid {
        self.id
    }
}

/// A stretch of a collection.
#[derive(Default)]
pub(crate) struct Page {
    /// The entities, in order.
    pub(crate) entities: Vec<Arc<Entity>>,
    /// Whether there are more behind them.
    pub(crate) more: bool,
}

impl Sandbox {
    pub(super) fn get(&self, kind: Kind, id: Uuid) -> Option<&Arc<Entity>> {
        self.of(kind).by_id.get(&id)
    }

    /// Whether the entity with that id still has the etag `read`.
    pub(super) fn current(&self, kind: Kind, id: Uuid, read: Etag) -> Result<(), Outdated> {
        match self.get(kind, id) {
            None => Err(Outdated::Gone),
            Some(entity) if entity.etag != read => Err(Outdated::Changed),
            Some(_) => Ok(()),
        }
    }

    /// Adds the entity, or replaces the one with its id.
    pub(super) fn put(&mut self, kind: Kind, entity: Arc<Entity>) {
        let collection = &mut self.collections[kind as usize];
        let position = entity.position();
        if let Some(old) = collection.by_id.insert(entity.id, Arc::clone(&entity))
            && old.position() != position
        {
            collection.newest_first.remove(&old.position());
        }
        collection.newest_first.insert(position, entity);
    }

    pub(super) fn remove(&mut self, kind: Kind, id: Uuid) {
        let collection = &mut self.collections[kind as usize];
        if let Some(old) = collection.by_id.remove(&id) {
            collection.newest_first.remove(&old.position());
        }
    }

    pub(super) fn page(&self, kind: Kind, after: Option<Position>, limit: usize) -> Page {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = self.of(kind).newest_first.range((from, Bound::Unbounded)).map(|(_, entity)| entity);
        let entities = rest.by_ref().take(limit).cloned().collect();
        Page { entities, more: rest.next().is_some() }
    }

    pub(super) fn count(&self, kind: Kind) -> usize {
        self.of(kind).by_id.len()
    }

    fn of(&self, kind: Kind) -> &Collection {
        &self.collections[kind as usize]
    }
}
