//! The fields and the states that source and target connections have in common.

use crate::base::error::Code;
use crate::services::entities::lifecycle::{Action, Allows, Lifecycle};
use crate::store::State;
use crate::store::query::FieldType;

/// The fields that both sides have, for filters and orders.
pub(crate) const FIELDS_OF_BOTH: [(&str, FieldType); 22] = [
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
pub(crate) const LIFECYCLE: Lifecycle = Lifecycle {
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
