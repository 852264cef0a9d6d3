//! [`RunJson`]: the JSON of a run with [slots](Slot) for the values that differ from run to run. Reference: "Runs" (the
//! object).
//!
//! Decided: a run in progress has no `durationSummary`, except for the hours of a streaming flow, which show what has arrived
//! so far. Members that a provider has put replace those of the projection.

use super::export_run;
use super::extra::{Events, Hour};
use super::flow_runs::{FlowRuns, Origin, Run};
use super::metrics::*;
use super::run_values::SERVICE;
use super::slot::Slot;
use super::source_run::SourceRun;
use crate::base::tenant::Tenant;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use uuid::Uuid;

/// A run, to be written as JSON with slots.
pub(super) struct RunJson<'a> {
    pub(super) run: &'a Run,
    pub(super) runs: &'a FlowRuns,
    pub(super) tenant: &'a Tenant,
    pub(super) sandbox_id: Uuid,
}

/// The members that a provider cannot put.
pub(super) const STAMPS: [&str; 13] = [
    "id",
    "createdAt",
    "updatedAt",
    "createdBy",
    "updatedBy",
    "createdClient",
    "updatedClient",
    "sandboxId",
    "sandboxName",
    "imsOrgId",
    "flowId",
    "etag",
    "version",
];

#[derive(Serialize)]
struct FlowSpec {
    id: Slot,
    version: Slot,
}

const FLOW_SPEC: FlowSpec = FlowSpec { id: Slot::FlowSpec, version: Slot::FlowSpecVersion };

impl Serialize for RunJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { run, runs, tenant, sandbox_id } = self;
        let updated = match &run.put {
            Some(put) => (&*put.by.0, &*put.by.1),
            None if runs.plan.facts.shape.is_export() => (SERVICE.1, SERVICE.1),
            None => SERVICE,
        };
        let mut item = serializer.serialize_map(None)?;
        item.serialize_entry("id", &Slot::Id)?;
        item.serialize_entry("createdAt", &Slot::Created)?;
        item.serialize_entry("updatedAt", &Slot::Updated)?;
        item.serialize_entry("createdBy", &Slot::CreatedBy)?;
        item.serialize_entry("updatedBy", updated.0)?;
        item.serialize_entry("createdClient", &Slot::CreatedClient)?;
        item.serialize_entry("updatedClient", updated.1)?;
        item.serialize_entry("sandboxId", sandbox_id)?;
        item.serialize_entry("sandboxName", &*tenant.sandbox)?;
        item.serialize_entry("imsOrgId", &*tenant.ims_org)?;
        item.serialize_entry("flowId", &Slot::Flow)?;
        match &run.put {
            Some(put) => {
                item.serialize_entry("etag", &Slot::Etag)?;
                if !put.members.contains_key("flowSpec") {
                    item.serialize_entry("flowSpec", &FLOW_SPEC)?;
                }
                for (key, value) in put.members.iter().filter(|(key, _)| !STAMPS.contains(&key.as_str())) {
                    item.serialize_entry(key, value)?;
                }
            }
            None => self.write_projection(&mut item)?,
        }
        item.end()
    }
}

impl RunJson<'_> {
    fn write_projection<M: SerializeMap>(&self, item: &mut M) -> Result<(), M::Error> {
        let Self { run, runs, .. } = self;
        let plan = &*runs.plan;
        item.serialize_entry("flowSpec", &FLOW_SPEC)?;
        item.serialize_entry("providerRefId", &Slot::ProviderRef)?;
        item.serialize_entry("etag", &Slot::Etag)?;
        if matches!(run.origin, Origin::Call { params: Some(_), .. }) {
            item.serialize_entry("params", &Slot::Params)?;
        }
        let (metrics, activities) = match &run.origin {
            Origin::Events(hour) => (of_events(run, hour), Vec::new()),
            _ if !run.status.is_final() => {
                let status_summary = StatusSummary { status: run.status.name(), ..StatusSummary::default() };
                (Metrics { status_summary, ..Metrics::default() }, Vec::new())
            }
            _ if plan.facts.shape.is_export() => export_run::parts(run, plan),
            _ => {
                let source = SourceRun::new(run, plan, runs.base);
                let (metrics, activities) = source.parts();
                item.serialize_entry("metrics", &metrics)?;
                return item.serialize_entry("activities", &activities);
            }
        };
        item.serialize_entry("metrics", &metrics)?;
        item.serialize_entry("activities", &activities)
    }
}

/// The metrics of an hour of events.
fn of_events<'a>(run: &Run, hour: &Hour) -> Metrics<'a> {
    let Events { ok, failed, warnings, bytes } = hour.events;
    let counts = RecordCounts {
        input_record_count: Some(ok + failed),
        output_record_count: Some(ok),
        created_record_count: Some(ok),
        failed_record_count: Some(failed),
        warning_record_count: Some(warnings),
        ..RecordCounts::default()
    };
    let refused = (failed > 0).then(|| {
        let message = "Events did not have the form that the schema or the mapping needs.";
        Cause { count: Some(failed), ..Cause::new("INGEST-1401-400", message) }
    });
    let bytes = Some(bytes as i64);
    Metrics {
        duration_summary: Some(DurationSummary {
            started: Slot::Start,
            completed: run.completed().map(|_| Slot::End),
            extensions: None,
        }),
        size_summary: Some(SizeSummary { input_bytes: bytes, output_bytes: bytes }),
        record_summary: Some(RecordSummary {
            counts,
            failed_info: refused.into_iter().collect(),
            ..RecordSummary::default()
        }),
        file_summary: None,
        status_summary: StatusSummary { status: run.status.name(), ..StatusSummary::default() },
    }
}
