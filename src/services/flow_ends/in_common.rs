//! [`kind_spec`]: what the kinds of source and target connections have in common: fields, states, limits.

use super::end::{FlowEnd, Side};
use crate::base::error::Code;
use crate::services::entities::lifecycle::{Action, Allows, Lifecycle};
use crate::services::entities::{KindRules, KindSpec, Quota};
use crate::store::State;
use crate::store::query::{FieldType, Fields};

/// How the entities of a side differ from those of other kinds.
pub(crate) const fn kind_spec<S: Side>() -> KindSpec {
    KindSpec {
        kind: S::KIND,
        fields: Fields(&FIELDS_OF_BOTH),
        indexed: ["name", "connectionSpec.id", "baseConnectionId"],
        keys: S::KEYS,
        lifecycle: LIFECYCLE,
        in_use: Some(Code::UsedByFlow),
        quota: Quota {
            flag: "--max-connections-per-sandbox",
            of: |config| config.max_connections_per_sandbox,
        },
        rules: KindRules::of::<FlowEnd<S>>(),
    }
}

/// The fields that both sides have, for filters and orders.
const FIELDS_OF_BOTH: [(&str, FieldType); 22] = [
    ("id", FieldType::Id),
    ("name", FieldType::Text),
    ("description", FieldType::Text),
    ("baseConnectionId", FieldType::Id),
    ("connectionSpec", FieldType::Parts),
    ("connectionSpec.id", FieldType::Id),
    ("connectionSpec.version", FieldType::Id),
    ("state", FieldType::Id),
    ("data", FieldType::Structure),
    ("params", FieldType::Structure),
    ("params.dataSetId", FieldType::Id),
    ("params.tableName", FieldType::Text),
    ("params.path", FieldType::Text),
    ("providerRefId", FieldType::Id),
    ("inheritedAttributes", FieldType::Structure),
    ("typeInfo", FieldType::Structure),
    ("version", FieldType::Id),
    ("etag", FieldType::Id),
    ("lastOperation", FieldType::Structure),
    ("lastOperation.started", FieldType::Number),
    ("lastOperation.updated", FieldType::Number),
    ("lastOperation.operation", FieldType::Id),
];

/// The states of both sides. Decided: they go to `enabled` at once; the transitional states are known from state documents
/// alone, and allow nothing.
const LIFECYCLE: Lifecycle = Lifecycle {
    initial: State::Enabled,
    states: &[
        Allows::all(State::Enabled),
        Allows::all(State::Disabled),
        Allows::all(State::Draft),
        transitional(State::InProgress),
        transitional(State::Updating),
        transitional(State::Enabling),
        transitional(State::Disabling),
    ],
    settable: &[State::Enabled, State::Disabled],
    transitions: &[(Action::Publish, State::Draft, State::Enabled)],
};

const fn transitional(state: State) -> Allows {
    Allows { state, update: Some(Code::TransitionalState), delete: Some(Code::StateForbidsChange) }
}
