//! What every kind of entity shares: JSON Patch, `If-Match`, states, and how a list is answered.

pub(crate) mod if_match;
pub(crate) mod lifecycle;
pub(crate) mod lookup;
pub(crate) mod patch;
pub(crate) mod select;
