//! [`Entities`]: entities in an order, as the store returns them.

use super::entity::Entity;
use super::tree::LeafItems;
use std::sync::Arc;

/// Entities in an order. They stay as they are, whatever is written meanwhile.
///
/// A stretch of an index shares its leaves, instead of pointing to each entity: a page would otherwise increment and decrement
/// a hundred reference counts.
#[derive(Default)]
pub(crate) struct Entities(Vec<Part>);

/// A part of the entities.
enum Part {
    Each(Vec<Arc<Entity>>),
    /// Those in a leaf of an index.
    Leaf(LeafItems<Arc<Entity>>),
}

impl Entities {
    /// The entities in the parts of an index's leaves.
    pub(super) fn shared(leaves: impl Iterator<Item = LeafItems<Arc<Entity>>>) -> Self {
        Self(leaves.map(Part::Leaf).collect())
    }

    /// The number of entities.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|part| part.items().len()).sum()
    }

    /// The entities in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Entity>> + Clone {
        self.0.iter().flat_map(Part::items)
    }

    /// Pointers to all of them, for whoever keeps them: leaves would keep the memory of entities that were replaced.
    pub(crate) fn into_vec(self) -> Vec<Arc<Entity>> {
        match <[Part; 1]>::try_from(self.0) {
            Ok([Part::Each(entities)]) => entities,
            Ok([Part::Leaf(leaf)]) => leaf.items().to_vec(),
            Err(parts) => Self(parts).iter().cloned().collect(),
        }
    }

    /// The entity at that place.
    pub(crate) fn get(&self, mut place: usize) -> Option<&Arc<Entity>> {
        self.0.iter().find_map(|part| {
            let items = part.items();
            let found = items.get(place);
            place = place.saturating_sub(items.len());
            found
        })
    }

    /// The last entity.
    pub(crate) fn last(&self) -> Option<&Arc<Entity>> {
        self.0.iter().rev().find_map(|part| part.items().last())
    }
}

impl From<Vec<Arc<Entity>>> for Entities {
    fn from(entities: Vec<Arc<Entity>>) -> Self {
        Self(vec![Part::Each(entities)])
    }
}

impl Part {
    fn items(&self) -> &[Arc<Entity>] {
        match self {
            Self::Each(entities) => entities,
            Self::Leaf(leaf) => leaf.items(),
        }
    }
}
