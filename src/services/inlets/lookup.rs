//! [`Inlet`]: an inlet with its connection, found by its id alone.
//!
//! Decided: drafts have no working inlet. If a state document gives one inlet to connections of several sandboxes, messages
//! go to one of them.

use super::index::{InletIndex, Place};
use crate::base::operation::Kind;
use crate::services::connections;
use crate::services::connections::added_params::HTTP_API;
use crate::services::world::Sandbox;
use crate::store::{Direction, Entity, EntityRef, Key, Scope, State};
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// An inlet and what its connection says about it.
pub(crate) struct Inlet {
    pub(crate) id: Box<str>,
    /// The sandbox of its connection.
    pub(crate) sandbox: Sandbox,
    pub(crate) connection: Uuid,
    pub(crate) data_type: DataType,
    /// Whether messages need a bearer token.
    pub(crate) needs_token: bool,
}

impl Inlet {
    /// The flow with that id, if it is enabled and takes data from this inlet.
    pub(crate) fn flow(&self, id: &str) -> Option<Uuid> {
        let flow = self.sandbox.store.get(Kind::Flow, Uuid::try_parse(id).ok()?)?;
        let connection = EntityRef { kind: connections::SPEC.kind, id: self.connection };
        (flow.state == State::Enabled && flow.holds().contains(&connection)).then(|| flow.id())
    }
}

/// The form of the messages of an inlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataType {
    /// Any JSON.
    Raw,
    /// XDM, in an envelope of `header` and `body`.
    Xdm,
}

/// The outcome of a search without rebuilding the index.
pub(crate) enum Search {
    Found(Inlet),
    /// No connection has the inlet.
    Unknown,
    /// The index has to be [rebuilt](rebuild) first.
    Outdated,
}

/// Looks an inlet up. `open` opens the sandbox of a tenant.
pub(crate) fn find(index: &InletIndex, inlet: &str, open: impl FnOnce(&Place) -> Sandbox) -> Search {
    match index.get(inlet) {
        None if index.is_outdated() => Search::Outdated,
        None => Search::Unknown,
        Some(place) => {
            let sandbox = open(&place);
            let entity = sandbox.store.get(connections::SPEC.kind, place.connection);
            match entity.and_then(|entity| Facts::of(&entity, inlet)) {
                Some(Facts { is_draft: true, .. }) => Search::Unknown,
                Some(Facts { data_type, needs_token, .. }) => {
                    let connection = place.connection;
                    Search::Found(Inlet { id: inlet.into(), sandbox, connection, data_type, needs_token })
                }
                // The connection is gone. Another may have the inlet.
                None => Search::Outdated,
            }
        }
    }
}

/// Rebuilds the index from the connections of all sandboxes. Costs the number of streaming connections.
pub(crate) fn rebuild(index: &InletIndex, all: impl FnOnce() -> Vec<Sandbox>) {
    index.rebuild(|| all().into_iter().flat_map(|sandbox| inlets_of(&sandbox)));
}

/// The inlets of a sandbox.
fn inlets_of(sandbox: &Sandbox) -> Vec<(Box<str>, Place)> {
    let spec = &connections::SPEC;
    let Some(of_spec) = spec.indexed.iter().position(|field| *field == "connectionSpec.id") else {
        return Vec::new();
    };
    let scope = Scope::Keyed(of_spec, vec![Key::of(HTTP_API)]);
    let streaming = sandbox.store.by_time(spec.kind, &scope, Direction::Ascending, None, usize::MAX);
    let place = |entity: &Arc<Entity>| {
        let inlet = Item::read(entity)?.auth?.params.inlet_id?.into_owned().into_boxed_str();
        Some((inlet, Place { tenant: sandbox.tenant.clone(), connection: entity.id() }))
    };
    streaming.iter().filter_map(place).collect()
}

/// What a connection says about its inlet.
struct Facts {
    is_draft: bool,
    data_type: DataType,
    needs_token: bool,
}

impl Facts {
    /// The facts of a connection, if it has that inlet.
    fn of(entity: &Entity, inlet: &str) -> Option<Self> {
        let params = Item::read(entity)?.auth?.params;
        let is_raw = params.data_type.is_some_and(|data_type| data_type.eq_ignore_ascii_case("raw"));
        let needs_token = match params.authentication_required {
            Some(Value::Bool(needed)) => needed,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        };
        (params.inlet_id? == inlet).then_some(Self {
            is_draft: entity.state == State::Draft,
            data_type: if is_raw { DataType::Raw } else { DataType::Xdm },
            needs_token,
        })
    }
}

/// The part of a stored connection that has the inlet.
#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    auth: Option<Auth<'a>>,
}

#[derive(Deserialize)]
struct Auth<'a> {
    #[serde(borrow, default)]
    params: Params<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Params<'a> {
    #[serde(borrow)]
    inlet_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data_type: Option<Cow<'a, str>>,
    authentication_required: Option<Value>,
}

impl<'a> Item<'a> {
    fn read(entity: &'a Entity) -> Option<Self> {
        serde_json::from_slice(entity.item()).ok()
    }
}
