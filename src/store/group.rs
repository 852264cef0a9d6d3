//! The indexes of a collection: [`ById`], [`Index`], in which [`Group`] are those that share a key, and [`Counts`]. Their copies
//! share what they have in common.

use super::entities::Entities;
use super::entity::{Entity, Key, Position};
use super::scope::Direction;
use super::tree::Tree;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;
use uuid::Uuid;

/// Entities by their key in a place, if it is an index by a key, and by position. It holds nothing but pointers: keys and
/// positions are read from the entities.
#[derive(Clone, Default)]
pub(super) struct Index {
    entities: Tree<Arc<Entity>>,
    /// The place of the key.
    by: Option<usize>,
}

/// Entities of an index that share a key, or all of an index without keys: by position.
pub(super) struct Group<'a> {
    index: &'a Index,
    key: &'a str,
    /// Their places in the index.
    range: Range<usize>,
}

impl Index {
    /// An index by the key in that place.
    pub(super) fn by_key(place: usize) -> Self {
        Self { by: Some(place), ..Self::default() }
    }

    /// Adds an entity, whose position must be free.
    pub(super) fn insert(&mut self, entity: Arc<Entity>) {
        let (by, new) = (self.by, Arc::clone(&entity));
        self.entities.insert(new, |other| compare(by, other, &entity));
    }

    /// Puts an entity in the place of its last version.
    pub(super) fn replace(&mut self, before: &Entity, entity: &Arc<Entity>) {
        let by = self.by;
        if compare(by, before, entity).is_eq() {
            self.entities.replace(Arc::clone(entity), |other| compare(by, other, entity));
        } else {
            self.remove(before);
            self.insert(Arc::clone(entity));
        }
    }

    /// Removes an entity.
    pub(super) fn remove(&mut self, entity: &Entity) {
        let by = self.by;
        self.entities.remove(|other| compare(by, other, entity));
    }

    /// The first entity of all.
    pub(super) fn first(&self) -> Option<&Arc<Entity>> {
        self.entities.range(0..1).next()
    }

    /// An entity with that key.
    pub(super) fn with_key(&self, key: &Key) -> Option<&Arc<Entity>> {
        let by = self.by?;
        self.entities.get(|entity| entity.keys[by].cmp(key))
    }

    /// All entities of an index without keys.
    pub(super) fn all(&self) -> Group<'_> {
        Group { index: self, key: "", range: 0..self.entities.len() }
    }

    /// The entities with that key.
    pub(super) fn group<'a>(&'a self, key: &'a str) -> Group<'a> {
        let range = self.rank(key, Ordering::Greater)..self.rank(key, Ordering::Less);
        Group { index: self, key, range }
    }

    /// The number of entities before those with that key, and of those too if `equal` says that they are less.
    fn rank(&self, key: &str, equal: Ordering) -> usize {
        self.entities.rank(|entity| self.key(entity).cmp(key).then(equal))
    }

    fn key<'a>(&self, entity: &'a Entity) -> &'a str {
        self.by.map_or("", |by| entity.keys[by].as_str())
    }

    /// At most `limit` entities by key, from behind `after` on; ties by ascending id. `all` has all entities by id.
    pub(super) fn by_keys(
        &self, direction: Direction, after: Option<(&str, Uuid)>, limit: usize, all: &ById,
    ) -> Vec<Arc<Entity>> {
        let ascends = direction == Direction::Ascending;
        let mut left = match after {
            None => 0..self.entities.len(),
            Some((key, _)) if ascends => self.rank(key, Ordering::Greater)..self.entities.len(),
            Some((key, _)) => 0..self.rank(key, Ordering::Less),
        };
        let mut page = Vec::new();
        while page.len() < limit && !left.is_empty() {
            let window = self.window(&left, direction, limit - page.len());
            let is_last = window.len() == left.len();
            let mut runs = window.chunk_by(|one, other| self.key(one) == self.key(other));
            let mut seen = 0;
            while page.len() < limit
                && let Some(run) = if ascends { runs.next() } else { runs.next_back() }
            {
                let key = self.key(run[0]);
                let behind = after.filter(|(last, _)| *last == key).map(|(_, id)| id);
                seen += run.len();
                let is_whole = is_last || seen < window.len();
                let passed = match run {
                    [only] if is_whole && behind.is_none() => {
                        page.push(Arc::clone(only));
                        1
                    }
                    _ => {
                        let group = self.group(key);
                        page.extend(group.by_id(behind, limit - page.len(), all));
                        group.len()
                    }
                };
                match direction {
                    Direction::Ascending => left.start += passed,
                    Direction::Descending => left.end -= passed,
                }
            }
        }
        page
    }

    /// The first entities of a range, or the last ones if it is descended: `limit` and one more, which tells whether it
    /// belongs to the last of these.
    fn window(&self, left: &Range<usize>, direction: Direction, limit: usize) -> Vec<&Arc<Entity>> {
        let size = limit.saturating_add(1).min(left.len());
        let range = match direction {
            Direction::Ascending => left.start..left.start + size,
            Direction::Descending => left.end - size..left.end,
        };
        let mut window = Vec::with_capacity(size);
        self.entities.chunks(range).for_each(|chunk| window.extend(chunk));
        window
    }
}

/// The order of an index.
fn compare(by: Option<usize>, one: &Entity, other: &Entity) -> Ordering {
    let keys = by.map_or(Ordering::Equal, |by| one.keys[by].cmp(&other.keys[by]));
    keys.then_with(|| one.position.cmp(&other.position))
}

impl Group<'_> {
    pub(super) fn len(&self) -> usize {
        self.range.len()
    }

    /// The first `limit` behind `after`. Of those created in the same millisecond the smaller id comes first
    /// in both directions.
    pub(super) fn page(&self, direction: Direction, after: Option<Position>, limit: usize) -> Entities {
        match direction {
            Direction::Descending => {
                let start = after.map_or(self.range.start, |after| self.rank(after, Ordering::Less));
                let end = self.range.end.min(start.saturating_add(limit));
                Entities::shared(self.index.entities.leaves(start..end))
            }
            Direction::Ascending => self.oldest(after, limit).into(),
        }
    }

    /// Oldest first: millisecond by millisecond backwards, through each of them forwards.
    fn oldest(&self, after: Option<Position>, limit: usize) -> Vec<Arc<Entity>> {
        let first_of = |created_at| self.rank(Position::new(created_at, Uuid::nil()), Ordering::Greater);
        let (mut page, mut left) = (Vec::new(), self.range.clone());
        if let Some(after) = after {
            let next = self.rank(after, Ordering::Less);
            let end = self.rank(Position::new(after.created_at(), Uuid::max()), Ordering::Less);
            self.copy(next..end, limit, &mut page);
            left.end = first_of(after.created_at());
        }
        while page.len() < limit && !left.is_empty() {
            let window = self.index.window(&left, Direction::Descending, limit - page.len());
            let from = left.end - window.len();
            let created_at = |entity: &Entity| entity.position.created_at();
            for run in window.chunk_by(|one, other| created_at(one) == created_at(other)).rev() {
                let mut start = left.end - run.len();
                if start == from && from > self.range.start {
                    start = first_of(created_at(run[0])); // others of that millisecond may be before the window
                }
                self.copy(start..left.end, limit - page.len(), &mut page);
                left.end = start;
            }
        }
        page
    }

    /// The `limit` entities with the smallest ids behind `after`, in that order. `all` has all entities by id, and is
    /// searched if the group is large: of a million entities, either way reads at most some ten thousand for a page of 100,
    /// unless ids and keys depend on each other.
    fn by_id(&self, after: Option<Uuid>, limit: usize, all: &ById) -> Vec<Arc<Entity>> {
        if self.len().saturating_mul(self.len()) > all.len().saturating_mul(limit) {
            let members = all.behind(after).filter(|entity| self.index.key(entity) == self.key);
            return members.take(limit).cloned().collect();
        }
        let mut members: Vec<&Arc<Entity>> = Vec::new();
        self.index.entities.chunks(self.range.clone()).for_each(|chunk| {
            members.extend(chunk.iter().filter(|member| after.is_none_or(|after| after < member.id())));
        });
        if members.len() > limit {
            members.select_nth_unstable_by_key(limit, |member| member.id());
            members.truncate(limit);
        }
        members.sort_unstable_by_key(|member| member.id());
        members.into_iter().cloned().collect()
    }

    /// The number of entities in the index before that position of the group, and of one there too if `equal` says that it
    /// is less.
    fn rank(&self, position: Position, equal: Ordering) -> usize {
        self.index.entities.rank(|entity| {
            let keys = self.index.key(entity).cmp(self.key);
            keys.then_with(|| entity.position.cmp(&position)).then(equal)
        })
    }

    /// Adds the first `limit` entities of a range of the index to a page.
    fn copy(&self, range: Range<usize>, limit: usize, page: &mut Vec<Arc<Entity>>) {
        let end = range.end.min(range.start.saturating_add(limit));
        page.reserve(end.saturating_sub(range.start));
        self.index.entities.chunks(range.start..end).for_each(|chunk| page.extend_from_slice(chunk));
    }
}

/// Entities by id.
#[derive(Clone, Default)]
pub(super) struct ById(Tree<(Uuid, Arc<Entity>)>);

impl ById {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, id: Uuid) -> Option<&Arc<Entity>> {
        self.0.get(order(id)).map(|(_, entity)| entity)
    }

    /// Adds an entity, whose id must be free.
    pub(super) fn insert(&mut self, entity: Arc<Entity>) {
        let id = entity.id();
        self.0.insert((id, entity), order(id));
    }

    pub(super) fn remove(&mut self, id: Uuid) -> Option<Arc<Entity>> {
        self.0.remove(order(id)).map(|(_, entity)| entity)
    }

    /// Puts an entity in the place of its last version.
    pub(super) fn replace(&mut self, entity: Arc<Entity>) {
        let id = entity.id();
        self.0.replace((id, entity), order(id));
    }

    /// The entities with larger ids than that, or all.
    pub(super) fn behind(&self, id: Option<Uuid>) -> impl Iterator<Item = &Arc<Entity>> {
        let start = id.map_or(0, |id| self.0.rank(|item| order(id)(item).then(Ordering::Less)));
        self.0.range(start..self.0.len()).map(|(_, entity)| entity)
    }
}

/// The order by id. Numbers are compared in a few instructions, and in the same order as bytes.
fn order(id: Uuid) -> impl Fn(&(Uuid, Arc<Entity>)) -> Ordering {
    let id = id.as_u128();
    move |(other, _)| other.as_u128().cmp(&id)
}

/// Keys, and how often each was added.
#[derive(Clone)]
pub(super) struct Counts<K>(Tree<(K, usize)>);

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self(Tree::default())
    }
}

impl<K: Clone> Counts<K> {
    /// Whether the key is there; `compare` compares others with it.
    pub(super) fn has(&self, compare: impl Fn(&K) -> Ordering) -> bool {
        self.0.get(|(other, _)| compare(other)).is_some()
    }
}

impl<K: Clone + Ord> Counts<K> {
    /// Adds a key once more.
    pub(super) fn add(&mut self, key: K) {
        let before = self.0.remove(|(other, _)| other.cmp(&key));
        let (key, count) = before.unwrap_or((key, 0));
        self.0.insert((key.clone(), count + 1), |(other, _)| other.cmp(&key));
    }

    /// Takes back that a key was added, once.
    pub(super) fn take(&mut self, key: &K) {
        if let Some((key, count)) = self.0.remove(|(other, _)| other.cmp(key))
            && count > 1
        {
            self.0.insert((key.clone(), count - 1), |(other, _)| other.cmp(&key));
        }
    }
}
