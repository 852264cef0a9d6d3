//! [`Side`]: how source and target connections differ.

use super::base::BaseConnection;
use super::end::FlowEnd;
use crate::base::error::{Code, Error};
use crate::services::connection_specs::ConnectionSpec;
use crate::services::entities::lifecycle::{Action, Allows, Lifecycle};
use crate::services::entities::{Completeness, Context, Keys, Write};
use crate::store::State;
use crate::store::query::FieldType;
use serde_json::Value;

/// The source or the target of a flow.
pub(crate) trait Side: Sized + 'static {
    /// The top-level keys.
    const KEYS: Keys;

    /// Whether it needs a name, except for drafts.
    const NEEDS_NAME: bool;

    /// The word for one of them in a sentence.
    const NOUN: &'static str;

    /// Checks the parts that depend on the connection spec. Mistakes are added to `errors`.
    fn check(end: &FlowEnd<Self>, checked: &Checked<'_>, errors: &mut Vec<Error>);

    /// Whether the base connection may have another connection spec.
    fn takes_any_base(_spec: &ConnectionSpec) -> bool {
        false
    }

    /// Whether the service adds params to those of that connection spec.
    fn adds_params(_spec_id: &str) -> bool {
        false
    }

    /// The params that the service adds, with their values.
    fn added_params(_spec_id: &str, _base: Option<&BaseConnection>) -> Option<(&'static str, Value)> {
        None
    }

    /// The item's `typeInfo`, for connection specs that have one.
    fn type_info(_spec_id: &str) -> Option<Value> {
        None
    }

    /// Completes the body of a POST before it is read.
    ///
    /// # Errors
    /// The side's own.
    fn prepare(_json: &mut Value, _write: &Write<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The values against which the parts of a source or target connection are checked.
pub(crate) struct Checked<'a> {
    pub(crate) spec: &'a ConnectionSpec,
    pub(crate) completeness: Completeness,
    pub(crate) context: &'a Context<'a>,
}

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
