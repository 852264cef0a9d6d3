//! [`SPEC`]: how flows differ from other kinds of entity. Reference: "Flows" (states, documented filters).
//!
//! Decided: a flow goes to its next state at once; `enable` and `disable` of a flow in that state change the etag alone. The
//! transitional states are known from state documents, and allow nothing.

use super::definition::{Flow, KEYS};
use crate::base::error::Code;
use crate::base::operation::Kind;
use crate::services::entities::lifecycle::{Action, Allows, Lifecycle};
use crate::services::entities::{KindRules, KindSpec, Quota};
use crate::store::State;
use crate::store::query::{FieldType, Fields};

/// Flows.
pub(crate) static SPEC: KindSpec = KindSpec {
    kind: Kind::Flow,
    fields: Fields(&[
        ("id", FieldType::Id),
        ("name", FieldType::Text),
        ("description", FieldType::Text),
        ("flowSpec", FieldType::Structure),
        ("flowSpec.id", FieldType::Id),
        ("flowSpec.version", FieldType::Id),
        ("state", FieldType::Id),
        ("sourceConnectionIds", FieldType::List),
        ("targetConnectionIds", FieldType::List),
        ("inheritedAttributes", FieldType::Structure),
        ("scheduleParams", FieldType::Structure),
        ("transformations", FieldType::Structure),
        ("options", FieldType::Structure),
        ("labels", FieldType::Structure),
        ("recordTypes", FieldType::Structure),
        ("policy", FieldType::Structure),
        ("providerRefId", FieldType::Id),
        ("runs", FieldType::Id),
        ("version", FieldType::Id),
        ("etag", FieldType::Id),
        ("lastRunDetails", FieldType::Structure),
        ("lastRunDetails.id", FieldType::Id),
        ("lastRunDetails.state", FieldType::Id),
        ("lastRunDetails.startedAtUTC", FieldType::Number),
        ("lastRunDetails.completedAtUTC", FieldType::Number),
        ("lastOperation", FieldType::Structure),
        ("lastOperation.started", FieldType::Number),
        ("lastOperation.updated", FieldType::Number),
        ("lastOperation.operation", FieldType::Id),
    ]),
    indexed: ["name", "flowSpec.id", "state"],
    keys: KEYS,
    lifecycle: Lifecycle {
        initial: State::Enabled,
        states: &[
            Allows::all(State::Enabled),
            Allows::all(State::Disabled),
            Allows::all(State::Draft),
            transitional(State::Pending),
            transitional(State::Updating),
            transitional(State::Enabling),
            transitional(State::Disabling),
        ],
        settable: &[State::Enabled, State::Disabled],
        transitions: &[
            (Action::Publish, State::Draft, State::Enabled),
            (Action::Enable, State::Disabled, State::Enabled),
            (Action::Enable, State::Enabled, State::Enabled),
            (Action::Disable, State::Enabled, State::Disabled),
            (Action::Disable, State::Disabled, State::Disabled),
        ],
    },
    in_use: None,
    quota: Quota { flag: "--max-connections-per-sandbox", of: |config| config.max_connections_per_sandbox },
    rules: KindRules::of::<Flow>(),
};

const fn transitional(state: State) -> Allows {
    Allows { state, update: Some(Code::TransitionalState), delete: Some(Code::StateForbidsChange) }
}
