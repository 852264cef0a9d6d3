//! [`Group`]: entities in the order of their creation. Each index keeps one for each of its keys.

use super::entity::{Entity, Position};
use super::scope::Direction;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::iter;
use std::ops::Bound::{Excluded, Included, Unbounded};
use std::sync::Arc;
use uuid::Uuid;

/// Entities in the default order.
#[derive(Clone, Default)]
pub(super) struct Group(BTreeSet<ByPosition>);

/// A pointer ordered by the position of its entity: an eighth of the memory of an entry with a key of its own.
#[derive(Clone)]
struct ByPosition(Arc<Entity>);

impl Group {
    /// Adds an entity, whose position must be free.
    pub(super) fn insert(&mut self, entity: Arc<Entity>) {
        self.0.insert(ByPosition(entity));
    }

    pub(super) fn remove(&mut self, position: Position) {
        self.0.remove(&position);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first `limit` behind `after`. Of those created in the same millisecond the smaller id comes first
    /// in both directions.
    pub(super) fn page(
        &self, direction: Direction, after: Option<Position>, limit: usize,
    ) -> Vec<Arc<Entity>> {
        match direction {
            Direction::Descending => {
                let newest = self.0.range((after.map_or(Unbounded, Excluded), Unbounded));
                newest.take(limit).map(ByPosition::pointer).collect()
            }
            Direction::Ascending => self.oldest(after).take(limit).map(ByPosition::pointer).collect(),
        }
    }

    /// Oldest first: millisecond by millisecond backwards, through each of them forwards.
    fn oldest(&self, after: Option<Position>) -> impl Iterator<Item = &ByPosition> {
        let first_of = |position: Position| Position::new(position.created_at(), Uuid::nil());
        let last_of = |position: Position| Position::new(position.created_at(), Uuid::max());
        let mut younger = after.map_or(Unbounded, |after| Excluded(first_of(after)));
        let mut same_time = after.map(|after| self.0.range((Excluded(after), Included(last_of(after)))));
        iter::from_fn(move || {
            loop {
                if let Some(member) = same_time.as_mut().and_then(Iterator::next) {
                    return Some(member);
                }
                let last = self.0.range((Unbounded, younger)).next_back()?.0.position;
                younger = Excluded(first_of(last));
                same_time = Some(self.0.range((Included(first_of(last)), Included(last))));
            }
        })
    }

    /// The `limit` entities with the smallest ids behind `after`, in that order. Costs the size of the group.
    pub(super) fn by_id(&self, after: Option<Uuid>, limit: usize) -> Vec<Arc<Entity>> {
        let mut members: Vec<&ByPosition> =
            self.0.iter().filter(|member| after.is_none_or(|after| after < member.0.id())).collect();
        if members.len() > limit {
            members.select_nth_unstable_by_key(limit, |member| member.0.id());
            members.truncate(limit);
        }
        members.sort_unstable_by_key(|member| member.0.id());
        members.into_iter().map(ByPosition::pointer).collect()
    }
}

impl FromIterator<Arc<Entity>> for Group {
    fn from_iter<I: IntoIterator<Item = Arc<Entity>>>(entities: I) -> Self {
        Self(entities.into_iter().map(ByPosition).collect())
    }
}

impl ByPosition {
    fn pointer(&self) -> Arc<Entity> {
        Arc::clone(&self.0)
    }
}

impl Borrow<Position> for ByPosition {
    fn borrow(&self) -> &Position {
        &self.0.position
    }
}

impl Ord for ByPosition {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.position.cmp(&other.0.position)
    }
}

impl PartialOrd for ByPosition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByPosition {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ByPosition {}
