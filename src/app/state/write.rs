//! [`StateDocument`]: a [`SavedState`] as a document.

use super::{SavedState, key};
use crate::base::operation::Kind;
use crate::services::connection_specs::ConnectionSpec;
use crate::services::entities::OWN_SETTINGS;
use crate::services::entities::settle::ENABLED_AFTER_MS;
use crate::services::flow_specs::FlowSpec;
use crate::services::notifications::targets;
use crate::services::runs::plan::Plan;
use crate::services::runs::state_document::{self, WrittenRuns};
use crate::services::sandboxes::About;
use crate::services::specs::Spec as _;
use crate::services::world::{Part, Parts, SavedSandbox, Waiting};
use crate::store::ids::Env;
use crate::store::sequence::Counters;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// A state as a [`StateDocument`] without empty lists and unused counters.
///
/// # Errors
/// None that a stored entity can cause.
pub(crate) fn write_briefly(state: &SavedState) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(&StateDocument { state: state.clone(), with_counters: true, is_brief: true })
}

/// The document that [`read`](super::read()) turns into an equal state. It contains credentials, and is as small as the state
/// until it is written: entities are shared with the store.
pub(crate) struct StateDocument {
    state: SavedState,
    with_counters: bool,
    /// Whether empty lists are left out.
    is_brief: bool,
}

impl StateDocument {
    pub(super) fn of(state: SavedState, env: &Env) -> Self {
        Self { state, with_counters: env.is_seeded(), is_brief: false }
    }
}

impl Serialize for StateDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_map(None)?;
        if !self.state.clients.is_empty() {
            document.serialize_entry(key::CLIENTS, &self.state.clients)?;
        }
        document.serialize_entry(key::ORGANISATIONS, &Organisations(self))?;
        document.end()
    }
}

struct Organisations<'a>(&'a StateDocument);

impl Serialize for Organisations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let StateDocument { state, with_counters, is_brief } = self.0;
        // They are in the order of the tenants, so those of an organisation follow each other.
        let sandboxes: Vec<_> = state.sandboxes.of(&Part::All).collect();
        let mut organisations = serializer.serialize_seq(None)?;
        for of_one in sandboxes.chunk_by(|(one, _), (other, _)| one.ims_org == other.ims_org) {
            let Some((tenant, _)) = of_one.first() else { continue };
            let contents = of_one.iter().map(|(tenant, saved)| Sandbox {
                name: &tenant.sandbox,
                about: state.declared.get(*tenant).map(|about| &**about),
                saved,
                with_counters: *with_counters,
                is_brief: *is_brief,
            });
            organisations.serialize_element(&Organisation {
                ims_org: &tenant.ims_org,
                sandboxes: contents.collect(),
            })?;
        }
        organisations.end()
    }
}

struct Organisation<'a> {
    ims_org: &'a str,
    sandboxes: Vec<Sandbox<'a>>,
}

impl Serialize for Organisation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut organisation = serializer.serialize_map(Some(2))?;
        organisation.serialize_entry(key::IMS_ORG_ID, self.ims_org)?;
        organisation.serialize_entry(key::SANDBOXES, &self.sandboxes)?;
        organisation.end()
    }
}

struct Sandbox<'a> {
    name: &'a str,
    about: Option<&'a About>,
    saved: &'a SavedSandbox,
    with_counters: bool,
    is_brief: bool,
}

impl Serialize for Sandbox<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let SavedSandbox { entities: _, waiting: _, parts, counters } = self.saved;
        let Parts { specs, flow_specs, sources, neighbours, runs, targets } = parts;
        let mut sandbox = serializer.serialize_map(None)?;
        sandbox.serialize_entry(key::NAME, self.name)?;
        if let Some(Value::Object(about)) = self.about.and_then(|about| serde_json::to_value(about).ok()) {
            for (key, value) in &about {
                sandbox.serialize_entry(key, value)?;
            }
        }
        if !specs.is_empty() {
            sandbox.serialize_entry(ConnectionSpec::COLLECTION, &specs.documents())?;
        }
        if !flow_specs.is_empty() {
            sandbox.serialize_entry(FlowSpec::COLLECTION, &flow_specs.documents())?;
        }
        for &kind in Kind::ALL {
            if self.is_brief && self.saved.entities.count(kind) == 0 {
                continue;
            }
            let waiting = self.saved.waiting.iter().filter(|waiting| waiting.kind == kind);
            let waiting = waiting.map(|waiting| (waiting.id, waiting)).collect();
            let of_kind = Entities { saved: self.saved, kind, waiting };
            sandbox.serialize_entry(kind.collection(), &of_kind)?;
        }
        if !sources.is_empty() {
            sandbox.serialize_entry(key::SOURCES, &sources.current().document())?;
        }
        for (kind, documents) in neighbours.each() {
            if !documents.is_empty() {
                sandbox.serialize_entry(kind.collection, &kind.seeds(documents))?;
            }
        }
        let flows = self.saved.entities.oldest_first(Kind::Flow);
        let plans = flows.iter().filter_map(|flow| flow.facts::<Plan>()).collect();
        let runs = WrittenRuns { ledger: &runs.current(), plans };
        if !runs.is_empty() {
            sandbox.serialize_entry(state_document::KEY, &runs)?;
        }
        if !targets.is_empty() {
            let targets: Vec<Value> = targets.current().iter().map(|target| target.exposed()).collect();
            sandbox.serialize_entry(targets::KEY, &targets)?;
        }
        if self.with_counters && !(self.is_brief && *counters == Counters::default()) {
            sandbox.serialize_entry(key::COUNTERS, &by_name(*counters))?;
        }
        sandbox.end()
    }
}

/// The entities of a kind as they are stored, oldest first.
struct Entities<'a> {
    saved: &'a SavedSandbox,
    kind: Kind,
    /// Those that wait to be enabled.
    waiting: HashMap<Uuid, &'a Waiting>,
}

impl Serialize for Entities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::Error;
        let entities = self.saved.entities.oldest_first(self.kind);
        let mut items = serializer.serialize_seq(Some(entities.len()))?;
        for entity in entities {
            let waiting = self.waiting.get(&entity.id()).filter(|waiting| waiting.etag == entity.etag);
            if let Some(Waiting { ms, .. }) = waiting {
                let mut item: Value = serde_json::from_slice(entity.item()).map_err(S::Error::custom)?;
                item[OWN_SETTINGS] = json!({ (ENABLED_AFTER_MS): ms });
                items.serialize_element(&item)?;
                continue;
            }
            let item: &RawValue = serde_json::from_slice(entity.item()).map_err(S::Error::custom)?;
            items.serialize_element(item)?;
        }
        items.end()
    }
}

fn by_name(mut counters: Counters) -> Map<String, Value> {
    let numbers = counters.each_mut().map(|counter| Value::from(*counter));
    Counters::NAMES.map(str::to_owned).into_iter().zip(numbers).collect()
}
