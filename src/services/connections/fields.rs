//! What can be asked of connections. Reference: "A base connection", "Listing" (documented filters).
//!
//! Decided: beside the documented fields a client may ask for its own top-level keys, while some connection
//! of the sandbox has them; any other is an unknown field. Ids, states and the like are the same or are not:
//! they have no `>=`. Everything but structures, arrays and credentials can be ordered by.

use crate::store::Entity;
use crate::store::query::{Fields, Type};

/// The documented fields, but for the stamps.
pub(crate) const FIELDS: Fields = Fields(&[
    ("id", Type::Id),
    ("name", Type::Text),
    ("description", Type::Text),
    ("connectionSpec", Type::Structure),
    ("connectionSpec.id", Type::Id),
    ("connectionSpec.version", Type::Id),
    ("state", Type::Id),
    ("auth", Type::Structure),
    ("auth.specName", Type::Id),
    ("auth.params", Type::Secret),
    ("version", Type::Id),
    ("etag", Type::Id),
]);

/// The fields that the store keeps as keys, in that order.
pub(crate) const INDEXED: [&str; Entity::KEYS] = ["name", "connectionSpec.id", "state"];
