//! [`RunValues`]: the values of a run for the [slots](Slot) of its JSON.

use super::batch_id::{LENGTH as BATCH_LENGTH, batch_digits, derived};
use super::export_run;
use super::flow_runs::{Origin, Run};
use super::outcome::Durations;
use super::plan::Plan;
use super::slot::Slot;
use super::stages::Stages;
use crate::base::time::Millis;
use serde_json::to_writer;
use std::cell::OnceCell;
use uuid::Uuid;

/// The user and the client of what the service writes.
pub(super) const SERVICE: (&str, &str) = ("acp_foundation_connectors@AdobeID", "acp_foundation_connectors");
/// The user and the client of the runs of data set exports.
const EXPORT_SERVICE: (&str, &str) = ("aep_activation_batch@AdobeID", "aep_activation_batch");

/// The beginning of links to batches, as JSON: with a quote, which is not closed.
pub(super) struct Batches(Vec<u8>);

impl Batches {
    /// The batches below `base_url`: scheme, host and port.
    pub(super) fn below(base_url: &str) -> Self {
        let mut start = Vec::with_capacity(base_url.len() + 40);
        text(base_url, &mut start);
        start.pop();
        start.extend_from_slice(b"/data/foundation/export/batches/");
        Self(start)
    }
}

/// The values of a run for the slots of its JSON.
pub(super) struct RunValues<'a> {
    run: &'a Run,
    plan: &'a Plan,
    batches: &'a Batches,
    stages: Stages,
    /// The id of its batch, which several slots show.
    batch: OnceCell<[u8; BATCH_LENGTH]>,
}

impl<'a> RunValues<'a> {
    pub(super) fn of(run: &'a Run, plan: &'a Plan, base: Durations<Millis>, batches: &'a Batches) -> Self {
        let stages = Stages::of(run, plan.facts.shape, base);
        Self { run, plan, batches, stages, batch: OnceCell::new() }
    }

    /// Whether all runs of a flow whose JSON has the same template have one value in a slot. `is_scheduled` says whether
    /// they are runs of the schedule.
    pub(super) fn is_of_flow(slot: Slot, is_scheduled: bool) -> bool {
        match slot {
            Slot::Flow
            | Slot::FlowSpec
            | Slot::FlowSpecVersion
            | Slot::CopyName
            | Slot::Source
            | Slot::Target
            | Slot::PathPrefix => true,
            Slot::CreatedBy | Slot::CreatedClient => is_scheduled,
            _ => false,
        }
    }

    /// Appends the JSON of the value in a slot to `out`.
    ///
    /// # Errors
    /// Those of serialising, which no value causes.
    pub(super) fn write(&self, slot: Slot, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let Self { run, plan, stages, .. } = self;
        match slot {
            Slot::Id => id(run.uuid, out),
            Slot::Created => time(run.created, out),
            Slot::Updated => time(run.shown_updated(), out),
            Slot::CreatedBy => text(self.creator().0, out),
            Slot::CreatedClient => text(self.creator().1, out),
            Slot::Flow => id(plan.facts.flow, out),
            Slot::FlowSpec => text(&plan.facts.flow_spec.id, out),
            Slot::FlowSpecVersion => text(&plan.facts.flow_spec.version, out),
            Slot::ProviderRef => self.provider_ref(out),
            Slot::Etag => {
                out.extend_from_slice(b"\"\\\"");
                out.extend_from_slice(run.etag().text().bare().as_bytes());
                out.extend_from_slice(b"\\\"\"");
            }
            Slot::Params => {
                if let Origin::Call { params: Some(params), .. } = &run.origin {
                    to_writer(out, params)?;
                }
            }
            Slot::Start => time(run.start, out),
            Slot::Copied => time(stages.copied, out),
            Slot::PromotedFrom => time(stages.promoted_from, out),
            Slot::End => time(run.end, out),
            Slot::WindowStart => time(run.window.0, out),
            Slot::WindowEnd => time(run.window.1, out),
            Slot::Copy => id(self.activity(0), out),
            Slot::Promotion => id(self.activity(1), out),
            Slot::CopyName => {
                text(&plan.facts.source_name, out);
                out.pop();
                out.extend_from_slice(b" Copy Activity\"");
            }
            Slot::CopyRef => id(derived(run.uuid, 3), out),
            Slot::Source => text(plan.source_ids.first().map_or("", |id| id), out),
            Slot::Target => text(plan.target_ids.first().map_or("", |id| id), out),
            Slot::Batch => {
                out.push(b'"');
                out.extend_from_slice(self.batch());
                out.push(b'"');
            }
            Slot::InputFiles => self.about_batch(b"input_files", out),
            Slot::RowErrors => self.about_batch(b"row_errors", out),
            Slot::RowErrorSamples => self.about_batch(b"row_error_samples.json", out),
            Slot::PathPrefix => text(plan.facts.path.as_deref().unwrap_or_default(), out),
        }
        Ok(())
    }

    /// The user and the client who made it.
    fn creator(&self) -> (&str, &str) {
        match &self.run.origin {
            Origin::Call { by: Some(by), .. } => (&by.0, &by.1),
            _ if self.plan.facts.shape.is_export() => EXPORT_SERVICE,
            _ => SERVICE,
        }
    }

    /// The id of its first or second activity.
    fn activity(&self, index: usize) -> Uuid {
        match self.plan.facts.shape.is_export() {
            true => export_run::IDS[index],
            false => derived(self.run.uuid, index as u64 + 1),
        }
    }

    /// The provider's id of the run, which clients do not look into.
    fn provider_ref(&self, out: &mut Vec<u8>) {
        let own = derived(self.run.uuid, 4);
        out.push(b'"');
        if self.plan.facts.shape.is_export() {
            out.extend_from_slice(own.simple().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
        } else {
            out.extend_from_slice(b"M-");
            bare_id(self.plan.facts.flow, out);
            let is_call = matches!(self.run.origin, Origin::Call { .. });
            out.extend_from_slice(if is_call { b"-adhoc-0:" } else { b"-incremental-0:" });
            bare_id(own, out);
        }
        out.push(b'"');
    }

    fn batch(&self) -> &[u8] {
        self.batch.get_or_init(|| batch_digits(self.run.id, self.stages.promoted_from))
    }

    /// The link to files about its batch.
    fn about_batch(&self, path: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(&self.batches.0);
        out.extend_from_slice(self.batch());
        out.extend_from_slice(b"/meta?path=");
        out.extend_from_slice(path);
        out.push(b'"');
    }
}

fn time(at: Millis, out: &mut Vec<u8>) {
    _ = to_writer(out, &at); // a vector takes everything; formatting would take several times as long
}

fn id(id: Uuid, out: &mut Vec<u8>) {
    out.push(b'"');
    bare_id(id, out);
    out.push(b'"');
}

fn bare_id(id: Uuid, out: &mut Vec<u8>) {
    out.extend_from_slice(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
}

/// Writes a text as JSON. Serialising looks at each byte; most texts need no escape.
fn text(text: &str, out: &mut Vec<u8>) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        _ = to_writer(out, text); // a vector takes every text
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}
