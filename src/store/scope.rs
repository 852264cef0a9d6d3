//! [`Scope`] and [`Direction`]: which entities a question to the store is about, and in which direction of an order.

use super::entity::Key;
use uuid::Uuid;

/// The entities of a collection that a question is about, as far as an index can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    All,
    /// Those with one of these ids, without duplicates.
    Ids(Vec<Uuid>),
    /// Those with one of these keys, without duplicates, in that place.
    Keyed(usize, Vec<Key>),
}

/// The end of an order that comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The smallest, the oldest.
    Ascending,
    /// The largest, the newest.
    Descending,
}
