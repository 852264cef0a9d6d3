//! [`SPEC`]: how private endpoints differ from other kinds of entity.
//!
//! Decided: a new private endpoint is `approved` at once, since nobody is there to approve it; a PATCH of `/state` makes
//! it `pending`, and back. Both states allow everything. There are no drafts, no actions and no search.

use super::definition::{KEYS, PrivateEndpoint};
use crate::base::operation::Kind;
use crate::services::entities::lifecycle::{Allows, Lifecycle};
use crate::services::entities::{KindRules, KindSpec, Quota};
use crate::store::State;
use crate::store::query::{FieldType, Fields};

/// Private endpoints.
pub(crate) static SPEC: KindSpec = KindSpec {
    kind: Kind::PrivateEndpoint,
    fields: Fields(&[
        ("id", FieldType::Id),
        ("name", FieldType::Text),
        ("subscriptionId", FieldType::Id),
        ("resourceGroupName", FieldType::Id),
        ("resourceName", FieldType::Id),
        ("fqdns", FieldType::Structure),
        ("connectionSpec", FieldType::Parts),
        ("connectionSpec.id", FieldType::Id),
        ("connectionSpec.version", FieldType::Id),
        ("state", FieldType::Id),
        ("version", FieldType::Id),
        ("etag", FieldType::Id),
        ("lastOperation", FieldType::Structure),
        ("lastOperation.started", FieldType::Number),
        ("lastOperation.updated", FieldType::Number),
        ("lastOperation.operation", FieldType::Id),
    ]),
    indexed: ["name", "connectionSpec.id", "state"],
    keys: KEYS,
    lifecycle: Lifecycle {
        initial: State::Approved,
        states: &[Allows::all(State::Pending), Allows::all(State::Approved)],
        settable: &[State::Pending, State::Approved],
        transitions: &[],
    },
    in_use: None,
    quota: Quota { flag: "--max-connections-per-sandbox", of: |config| config.max_connections_per_sandbox },
    rules: KindRules::of::<PrivateEndpoint>(),
};
