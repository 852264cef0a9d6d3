//! [`Flow`]: the part of a flow that its client defines, from JSON to types.
//!
//! Reference: "Flows". Decided: as in a connection, unknown keys are kept. A draft needs its flow spec, and the connections
//! that it names must exist.

use super::ends::Ends;
use super::parts::Parts;
use super::plan::RunFacts;
use super::schedule::{Rules, Schedule};
use super::spec_ref::FlowSpecRef;
use super::{creation, operations, references, selectors};
use crate::base::error::{Code, Error, ProviderCode};
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::entities::patch::PatchOperation;
use crate::services::entities::{Completeness, Context, Definition, Keys, LAST_OPERATION, Write};
use crate::services::flow_specs::FlowSpec;
use crate::services::source_connections::shape::SourceShape;
use crate::store::{Entity, EntityRef, Facts, Key, State};
use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The top-level keys of a flow.
pub(super) const KEYS: Keys = Keys {
    body: &[
        ("name", &[]),
        ("description", &[]),
        ("flowSpec", &["id", "version"]),
        ("sourceConnectionIds", &[]),
        ("targetConnectionIds", &[]),
        ("scheduleParams", &["startTime", "frequency", "interval", "backfill", "endTime"]),
        ("transformations", &[]),
        ("options", &["errorDiagnosticsEnabled", "partialIngestionPercent", "isSampleDataflow"]),
        ("labels", &[]),
        ("policy", &["enforcementRefs"]),
        ("recordTypes", &[]),
        ("providerId", &[]),
    ],
    owned: &["id", "version", "etag", INHERITED, PROVIDER_REF, "runs", "lastRunDetails", LAST_OPERATION],
    fixed: &["flowSpec"],
    meaningless: &["state"],
    is_providers: true,
};

/// The keys of an item that the service adds.
pub(super) const INHERITED: &str = "inheritedAttributes";
const PROVIDER_REF: &str = "providerRefId";

pub(super) const TRANSFORMATIONS: &str = "transformations";

/// The optional parts before and after the transformations, in the order of an item.
pub(super) const PARTS: [&str; 5] = ["scheduleParams", "options", "labels", "recordTypes", "policy"];

/// `inheritedAttributes`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Inherited<'a> {
    properties: BTreeMap<&'static str, bool>,
    source_connections: Vec<&'a Value>,
    target_connections: Vec<&'a Value>,
}

/// The part of a flow that its client defines.
pub(crate) struct Flow {
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    pub(super) spec: FlowSpecRef,
    pub(super) sources: Ends,
    pub(super) targets: Ends,
    pub(super) transformations: Vec<Value>,
    /// The values of [`PARTS`].
    pub(super) parts: [Option<Value>; PARTS.len()],
    /// Keys that the client added to the documented ones.
    pub(super) extra: Map<String, Value>,
    /// `inheritedAttributes` of the version before.
    pub(super) inherited: Value,
    pub(super) is_destination: bool,
    /// The schedule, if the flow spec has one.
    pub(super) schedule: Option<Schedule>,
    /// The facts that its runs follow from, once it was checked.
    pub(super) run_facts: Option<RunFacts>,
    /// The link to its runs.
    pub(super) runs: String,
    pub(super) provider_ref: String,
}

impl Definition for Flow {
    const AFTER_PATCH: Completeness = Completeness::Past;

    /// Reads a flow and checks it.
    ///
    /// # Errors
    /// FLOW-1000-400 for a key of the wrong type and for a missing `name`, FLOW-1413-400 for the flow spec and those of the
    /// connections, FLOW-1422-400 for a draft among the connections, FLOW-1439-404, FLOW-1431-400, FLOW-1100-400.
    fn read_all(
        json: Value, completeness: Completeness, context: &Context<'_>, _: usize,
    ) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        let is_draft = completeness == Completeness::Draft || json["state"] == State::Draft.name();
        let flow = Self::parse(json, completeness, &mut errors);
        let Some(mut flow) = flow.filter(|_| errors.is_empty()) else { return Err(errors) };
        match flow.check(completeness, is_draft, context) {
            Ok(()) => Ok(flow),
            Err(error) => Err(vec![error]),
        }
    }

    fn keys(&self, state: State) -> [Key; Entity::KEYS] {
        [self.name.as_deref().unwrap_or_default(), &self.spec.id, state.name()].map(Key::of)
    }

    fn own_fields(&self) -> Box<[Box<str>]> {
        self.extra.keys().map(|key| key.as_str().into()).collect()
    }

    fn write<M: SerializeMap>(&self, state: State, members: &mut M) -> Result<(), M::Error> {
        for (key, text) in [("name", &self.name), ("description", &self.description)] {
            if let Some(text) = text {
                members.serialize_entry(key, text)?;
            }
        }
        members.serialize_entry("flowSpec", &self.spec)?;
        members.serialize_entry("state", state.name())?;
        for ends in [&self.sources, &self.targets] {
            if let Some(ids) = &ends.ids {
                members.serialize_entry(ends.direction.key(), ids)?;
            }
        }
        let property = if self.is_destination { "isDestinationFlow" } else { "isSourceFlow" };
        let inherited = Inherited {
            properties: BTreeMap::from([(property, true)]),
            source_connections: self.sources.inherited(),
            target_connections: self.targets.inherited(),
        };
        members.serialize_entry(INHERITED, &inherited)?;
        let mut parts = PARTS.iter().zip(&self.parts);
        let mut write = |members: &mut M, count: usize| {
            parts.by_ref().take(count).try_for_each(|(key, part)| match part {
                Some(part) => members.serialize_entry(key, part),
                None => Ok(()),
            })
        };
        write(members, 1)?;
        members.serialize_entry("transformations", &self.transformations)?;
        write(members, PARTS.len())?;
        members.serialize_entry(PROVIDER_REF, &self.provider_ref)?;
        members.serialize_entry("runs", &self.runs)?;
        self.extra.iter().try_for_each(|(key, value)| members.serialize_entry(key, value))
    }

    fn holds(&self) -> Box<[EntityRef]> {
        self.sources.holds().chain(self.targets.holds()).collect()
    }

    fn facts(&self, id: Uuid, state: State, _: Millis, before: Option<&Entity>) -> Facts {
        let plan = self.run_facts.as_ref()?.plan(&self.parts(), id, state, before)?;
        Some(plan)
    }

    fn made_by_service(item: &Value) -> Option<Value> {
        let mut made = Map::new();
        made.extend(item.get(PROVIDER_REF).map(|known| (PROVIDER_REF.to_owned(), known.clone())));
        if item[INHERITED]["properties"]["isDestinationFlow"] == true {
            // For the times of its selectors.
            made.extend(item.get(TRANSFORMATIONS).map(|known| (TRANSFORMATIONS.to_owned(), known.clone())));
        }
        Some(made.into())
    }

    fn complete(&mut self, id: Uuid, _: &Tenant, context: &Context<'_>, made: Option<Value>) {
        let mut made = made.unwrap_or_default();
        if self.is_destination {
            let before = made[TRANSFORMATIONS].as_array().map_or(&[][..], Vec::as_slice);
            selectors::complete(&mut self.transformations, before, context.now);
        }
        self.runs = format!("/runs?property=flowId=={id}");
        self.provider_ref = match made[PROVIDER_REF].take() {
            Value::String(known) => known,
            _ => Uuid::new_v5(&id, PROVIDER_REF.as_bytes()).simple().to_string(),
        };
    }

    fn operation_details(operations: Option<&[PatchOperation]>) -> Map<String, Value> {
        operations.map(operations::details).unwrap_or_default()
    }

    fn checked_operation(
        operation: &PatchOperation, document: &Value, context: &Context<'_>,
    ) -> Result<Option<PatchOperation>, Error> {
        operations::checked(operation, document, context)
    }

    /// # Errors
    /// FLOW-1410-400 for a `state`, FLOW-1100-400 with 1368-400 for a `mode`.
    fn prepare(json: &mut Value, _: Completeness, _: &Write<'_>) -> Result<(), Error> {
        if json.get("state").is_some() {
            let detail = "a new flow has no state; leave it out, or create a draft with ?mode=draft";
            return Err(Error::new(Code::StateInBody, detail).at("/state"));
        }
        if json.get("mode").is_some() {
            let detail = "mode belongs to the query: POST /flows?mode=draft";
            return Err(Error::provider(ProviderCode::ModeInBody, detail).at("/mode"));
        }
        Ok(())
    }

    /// It may refer to a flow spec that was replaced, and a PATCH may have broken the rules of the creation.
    fn may_be_outdated(_: &Value, _: &Context<'_>) -> bool {
        true
    }
}

impl Flow {
    /// The parts from which its rules and its runs follow.
    fn parts(&self) -> Parts<'_> {
        Parts {
            spec: &self.spec,
            sources: &self.sources,
            targets: &self.targets,
            transformations: &self.transformations,
            schedule: self.part("scheduleParams"),
            options: self.part("options"),
        }
    }

    /// An optional part, by its key.
    pub(super) fn part(&self, key: &str) -> Option<&Value> {
        PARTS.iter().zip(&self.parts).find(|(known, _)| **known == key)?.1.as_ref()
    }

    /// The shape of its source; `None` if it has no source or its connection spec is unknown.
    pub(super) fn shape(&self, context: &Context<'_>) -> Option<SourceShape> {
        creation::shape(&self.sources, context)
    }

    /// Checks the parts, and finds the connections. The schedule and the connections of a draft are checked when it is
    /// published.
    fn check(
        &mut self, completeness: Completeness, is_draft: bool, context: &Context<'_>,
    ) -> Result<(), Error> {
        let spec = self.spec.resolve(completeness, context)?;
        self.is_destination = spec.map_or_else(
            || self.inherited["properties"]["isDestinationFlow"] == true,
            FlowSpec::is_destination,
        );
        let is_batch = spec.is_some_and(FlowSpec::is_batch_source);
        let known = |key: &str| self.inherited[key].as_array().map_or(&[][..], Vec::as_slice);
        let mut sides = [
            (&mut self.sources, known("sourceConnections")),
            (&mut self.targets, known("targetConnections")),
        ];
        for (ends, known) in &mut sides {
            ends.compare(known);
            let is_patched = completeness == Completeness::Past && !is_draft && ends.is_changed;
            if completeness == Completeness::Whole || is_patched {
                ends.check_number(is_batch)?;
            }
        }
        for (ends, known) in sides {
            ends.find(known, context)?;
        }
        let shape = self.shape(context);
        self.schedule = match (completeness, spec) {
            (Completeness::Whole, Some(spec)) => creation::check(&self.parts(), spec, shape, context)?,
            _ if is_draft => None,
            (_, Some(spec)) => {
                if self.sources.is_changed || self.targets.is_changed {
                    creation::check_ends(&self.parts(), spec)?;
                }
                let schedule = self.part("scheduleParams").filter(|_| is_batch);
                schedule.map(|schedule| Schedule::read(Some(schedule), Rules::Form)).transpose()?
            }
            _ => None,
        };
        if let Some(neighbours) = context.neighbours
            && completeness != Completeness::Draft
        {
            let target = self.targets.found.first();
            let data_set = target.and_then(|target| target.params["dataSetId"].as_str());
            references::check(&self.transformations, data_set, neighbours, context.now)?;
        }
        if let Some(policy) = self.part("policy")
            && policy["fields"].as_array().is_some_and(Vec::is_empty)
        {
            let detail = "policy.fields is empty; name at least one field, or leave it out";
            return Err(Error::new(Code::PolicyWithoutFields, detail).at("/policy/fields"));
        }
        self.run_facts = Some(RunFacts::of(&self.parts(), shape, spec, context));
        Ok(())
    }
}
