//! The [`Plan`] of a flow, from which its runs follow; it is kept beside the stored flow. Drafts have none.
//!
//! Decided: a flow exports to a stream if its target is an inlet for messages, and data sets if its flow spec has a schedule.

use super::ends::Ends;
use super::parts::Parts;
use crate::base::operation::Kind;
use crate::base::time::Millis;
use crate::services::connection_specs::ConnectionSpec;
use crate::services::entities::Context;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::flow_ends::base::uuid_of;
use crate::services::flow_specs::FlowSpec;
use crate::services::runs::flow_parts::FlowParts;
use crate::services::runs::plan::{self, Facts, Plan, Volume};
use crate::services::runs::shape::Shape;
use crate::services::source_connections::shape::SourceShape;
use crate::services::sources::volume::{DataPlace, DataVolume};
use crate::store::query::pick;
use crate::store::{Entity, State};
use serde_json::Value;
use std::sync::Arc;
use uuid::Uuid;

/// The part of a plan that depends on the context of a write.
pub(super) struct RunFacts {
    shape: Shape,
    source_name: String,
    generation: u64,
    volume: Option<Volume>,
    path: Option<String>,
    now: Millis,
}

impl RunFacts {
    /// The facts of a flow of that flow spec, whose source has that shape.
    pub(super) fn of(
        flow: &Parts<'_>, source_shape: Option<SourceShape>, spec: Option<&FlowSpec>, context: &Context<'_>,
    ) -> Self {
        let source = flow.sources.found.first().map(|source| source.spec_id());
        let source = source.and_then(|id| context.specs.resolve(id, None).ok());
        let display_name = source.as_ref().and_then(|source| {
            let document = source.spec().document();
            document["attributes"]["connectorName"].as_str().or(document["name"].as_str()).map(str::to_owned)
        });
        let shape = spec.map_or(Shape::Table, |spec| shape(flow.targets, source_shape, spec));
        let volume = source.as_ref().and_then(|source| volume(flow, source.spec(), shape, context));
        Self {
            shape,
            volume,
            path: path(flow, shape),
            source_name: display_name.unwrap_or_else(|| "Source".to_owned()),
            generation: context.runs_generation,
            now: context.now,
        }
    }

    /// The plan of the flow with that id, which replaces the version `before`; `None` for a draft.
    pub(super) fn plan(
        &self, flow: &Parts<'_>, id: Uuid, state: State, before: Option<&Entity>,
    ) -> Option<Arc<Plan>> {
        if state == State::Draft {
            return None;
        }
        let before = before.and_then(Entity::facts::<Plan>);
        let version = flow.spec.version.clone().unwrap_or_default();
        let parts = parts(flow);
        let is_from_there = |before: &Plan| parts.source_ids.iter().eq(before.source_ids.iter());
        let facts = Facts {
            flow: id,
            flow_spec: plan::FlowSpecRef { id: flow.spec.id.clone(), version },
            shape: self.shape,
            source_name: self.source_name.clone(),
            // A flow works with the data of its source as they were when it was made.
            volume: before.as_ref().map_or(self.volume, |before| before.facts.volume),
            path: match &before {
                Some(before) if is_from_there(before) => before.facts.path.clone(),
                _ => self.path.clone(),
            },
            generation: self.generation,
        };
        let active = state == State::Enabled;
        Some(Arc::new(match before {
            Some(before) => before.then(facts, parts, self.now, active),
            None => Plan::begin(facts, parts, self.now, active),
        }))
    }
}

/// The amount of data at the table, the file or the folder that the source connection names, if the source's fixture tells.
fn volume(flow: &Parts<'_>, spec: &ConnectionSpec, shape: Shape, context: &Context<'_>) -> Option<Volume> {
    let source = flow.sources.found.first()?;
    let param = |key: &str| source.params[key].as_str();
    let place = match shape {
        Shape::Table => DataPlace::Table(param("tableName").or_else(|| param("path"))?),
        Shape::Files => {
            let recursive = &source.params["recursive"];
            DataPlace::Files { path: param("path")?, recursive: *recursive == true || *recursive == "true" }
        }
        _ => return None,
    };
    let auth = || {
        let base = uuid_of(source.inherited["baseConnection"]["id"].as_str()?)?;
        let base = context.entities.find(Kind::Connection, base)?;
        let mut auth = pick(base.item(), |key| key == "auth").ok()?.shift_remove("auth")?;
        Some(auth["params"].take())
    };
    let DataVolume { rows, bytes, files } = context.source_data.volume(spec.source(), place, auth)?;
    Some(Volume { rows, bytes, files })
}

/// The path of the files that the flow reads.
fn path(flow: &Parts<'_>, shape: Shape) -> Option<String> {
    let source = flow.sources.found.first().filter(|_| shape == Shape::Files)?;
    source.params["path"].as_str().map(str::to_owned)
}

/// The parts of the flow that its runs follow from.
fn parts<'f>(flow: &Parts<'f>) -> FlowParts<'f> {
    static NULL: Value = Value::Null;
    let ids = |ends: &'f Ends| ends.ids.iter().flatten().map(String::as_str).collect();
    FlowParts {
        source_ids: ids(flow.sources),
        target_ids: ids(flow.targets),
        schedule: flow.schedule.unwrap_or(&NULL),
        transformations: flow.transformations,
        options: flow.options.unwrap_or(&NULL),
    }
}

fn shape(targets: &Ends, source: Option<SourceShape>, spec: &FlowSpec) -> Shape {
    if spec.is_destination() {
        let target = targets.found.first().and_then(|target| SourceShape::by_id(target.spec_id()));
        return match target {
            Some(SourceShape::Kinesis | SourceShape::EventHubs | SourceShape::HttpApi) => {
                Shape::StreamingExport
            }
            _ if spec.has_schedule() => Shape::DatasetExport,
            _ => Shape::SegmentExport,
        };
    }
    if !spec.is_batch_source() {
        return Shape::Streaming;
    }
    match source {
        Some(SourceShape::File | SourceShape::LandingZone) => Shape::Files,
        Some(SourceShape::Rest) => Shape::Rest,
        _ => Shape::Table,
    }
}
