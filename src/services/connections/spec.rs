//! [`SPEC`]: how connections differ from other kinds of entity. Reference: "A base connection", "Listing" (documented
//! filters).
//!
//! Decided: besides the documented fields, a client may name its own top-level keys while some connection of the
//! sandbox has them; any other field is unknown. Ids, states and the like are only equal or not: they have no `>=`.
//! Lists can be ordered by everything but structures, arrays and credentials.

use super::definition::{Connection, KEYS};
use crate::base::error::Code;
use crate::base::operation::Kind;
use crate::services::entities::lifecycle::Lifecycle;
use crate::services::entities::{KindRules, KindSpec, Quota};
use crate::store::query::{FieldType, Fields};

/// Base connections.
pub(crate) static SPEC: KindSpec = KindSpec {
    kind: Kind::Connection,
    fields: Fields(&[
        ("id", FieldType::Id),
        ("name", FieldType::Text),
        ("description", FieldType::Text),
        ("connectionSpec", FieldType::Parts),
        ("connectionSpec.id", FieldType::Id),
        ("connectionSpec.version", FieldType::Id),
        ("state", FieldType::Id),
        ("auth", FieldType::Structure),
        ("auth.specName", FieldType::Id),
        ("auth.params", FieldType::Secret),
        ("version", FieldType::Id),
        ("etag", FieldType::Id),
        ("lastOperation", FieldType::Structure),
        ("lastOperation.started", FieldType::Number),
        ("lastOperation.updated", FieldType::Number),
        ("lastOperation.operation", FieldType::Id),
    ]),
    indexed: ["name", "connectionSpec.id", "state"],
    keys: KEYS,
    lifecycle: Lifecycle::BASE,
    in_use: Some(Code::UsedByFlows),
    quota: Quota { flag: "--max-connections-per-sandbox", of: |config| config.max_connections_per_sandbox },
    rules: KindRules::of::<Connection>(),
};
