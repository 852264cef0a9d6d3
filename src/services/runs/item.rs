//! [`Item`]: a run as JSON. Reference: "Runs" (the object).
//!
//! Decided: a run in progress has no `durationSummary`, except for the hours of a streaming flow, which show what has arrived
//! so far. Members that a provider has put replace those of the projection.

use super::batch_id::derived;
use super::export_run;
use super::extra::{Events, Hour};
use super::flow_runs::{FlowRuns, Origin, Run};
use super::metrics::*;
use super::outcome::Status;
use super::plan::{FlowSpecRef, Plan};
use super::run_id::mix;
use super::source_run::SourceRun;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::store::Etag;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use uuid::Uuid;

/// A run and its surroundings, to be written as JSON.
pub(crate) struct Item<'a> {
    pub(crate) run: &'a Run,
    pub(crate) runs: &'a FlowRuns,
    pub(crate) place: &'a ItemPlace<'a>,
}

/// Where runs are written.
pub(crate) struct ItemPlace<'a> {
    pub(crate) tenant: &'a Tenant,
    /// The tenant's [`Tenant::sandbox_id`].
    pub(crate) sandbox_id: Uuid,
    /// Where links to batches begin: scheme, host and port.
    pub(crate) base_url: &'a str,
}

/// The user and the client of what the service writes.
const SERVICE: (&str, &str) = ("acp_foundation_connectors@AdobeID", "acp_foundation_connectors");
/// The user and the client of the runs of data set exports.
const EXPORT_SERVICE: (&str, &str) = ("aep_activation_batch@AdobeID", "aep_activation_batch");

/// The members that a provider cannot put.
pub(crate) const STAMPS: [&str; 13] = [
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

impl Run {
    /// The version of the run, which changes with its status.
    pub(crate) fn etag(&self) -> Etag {
        let stage = match self.status {
            Status::Scheduled => 0,
            Status::InProgress => 1,
            Status::Success | Status::Failed | Status::PartialSuccess => 2,
        };
        let put = self.put.as_ref().map_or(0, |put| 3 + put.version);
        let (high, low) = self.uuid.as_u64_pair();
        // Events change the run of an hour within its stage.
        let events = match &self.origin {
            Origin::Events(hour) => hour.events.ok + hour.events.failed,
            _ => 0,
        };
        let write = mix(high ^ low ^ mix(events)).wrapping_add(stage).wrapping_add(u64::from(put));
        Etag::new(write as u32, self.shown_updated())
    }

    /// The time of its last change.
    pub(crate) fn shown_updated(&self) -> Millis {
        self.put.as_ref().map_or(self.updated, |put| put.at.max(self.updated))
    }

    /// The name of its status.
    pub(crate) fn shown_status(&self) -> &str {
        let put = self.put.as_ref().and_then(|put| put.members.get("metrics"));
        let put = put.and_then(|metrics| metrics["statusSummary"]["status"].as_str());
        put.unwrap_or(self.status.name())
    }
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { run, runs, place } = self;
        let plan = &*runs.plan;
        let service = if plan.facts.shape.is_export() { EXPORT_SERVICE } else { SERVICE };
        let created = match &run.origin {
            Origin::Call { by: Some(by), .. } => (&*by.0, &*by.1),
            _ => service,
        };
        let updated = match &run.put {
            Some(put) => (&*put.by.0, &*put.by.1),
            None if plan.facts.shape.is_export() => (SERVICE.1, SERVICE.1),
            None => SERVICE,
        };
        let mut item = serializer.serialize_map(None)?;
        item.serialize_entry("id", &run.uuid)?;
        item.serialize_entry("createdAt", &run.created)?;
        item.serialize_entry("updatedAt", &run.shown_updated())?;
        item.serialize_entry("createdBy", created.0)?;
        item.serialize_entry("updatedBy", updated.0)?;
        item.serialize_entry("createdClient", created.1)?;
        item.serialize_entry("updatedClient", updated.1)?;
        item.serialize_entry("sandboxId", &place.sandbox_id)?;
        item.serialize_entry("sandboxName", &*place.tenant.sandbox)?;
        item.serialize_entry("imsOrgId", &*place.tenant.ims_org)?;
        item.serialize_entry("flowId", &plan.facts.flow)?;
        match &run.put {
            Some(put) => {
                item.serialize_entry("etag", run.etag().text().as_str())?;
                if !put.members.contains_key("flowSpec") {
                    item.serialize_entry("flowSpec", &plan.facts.flow_spec)?;
                }
                for (key, value) in put.members.iter().filter(|(key, _)| !STAMPS.contains(&key.as_str())) {
                    item.serialize_entry(key, value)?;
                }
            }
            None => self.write_projection(&mut item, &plan.facts.flow_spec)?,
        }
        item.end()
    }
}

impl Item<'_> {
    fn write_projection<M: SerializeMap>(&self, item: &mut M, spec: &FlowSpecRef) -> Result<(), M::Error> {
        let Self { run, runs, place } = self;
        let plan = &*runs.plan;
        item.serialize_entry("flowSpec", spec)?;
        item.serialize_entry("providerRefId", &provider_ref(run, plan))?;
        item.serialize_entry("etag", run.etag().text().as_str())?;
        if let Origin::Call { params: Some(params), .. } = &run.origin {
            item.serialize_entry::<_, Value>("params", params)?;
        }
        let (metrics, activities) = match &run.origin {
            Origin::Events(hour) => (of_events(run, hour), Vec::new()),
            _ if !run.status.is_final() => {
                let status_summary = StatusSummary { status: run.status.name(), ..StatusSummary::default() };
                (Metrics { status_summary, ..Metrics::default() }, Vec::new())
            }
            _ if plan.facts.shape.is_export() => export_run::parts(run, plan, runs.base),
            _ => {
                let source = SourceRun::new(run, plan, runs.base);
                let (metrics, activities) = source.parts(place.base_url);
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
            started: run.start,
            completed: run.completed(),
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

/// The provider's id of the run, which clients do not look into.
fn provider_ref(run: &Run, plan: &Plan) -> String {
    let id = derived(run.uuid, 4);
    if plan.facts.shape.is_export() {
        return id.simple().to_string();
    }
    let mode = if matches!(run.origin, Origin::Call { .. }) { "adhoc" } else { "incremental" };
    format!("M-{}-{mode}-0:{id}", plan.facts.flow)
}
