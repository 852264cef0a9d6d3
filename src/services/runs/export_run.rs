//! What a finished run of a destination did. Reference: "Destinations" (runs).
//!
//! Decided: records are profiles or rows; those of a segment export are shared out evenly among its segments.

use super::flow_runs::Run;
use super::metrics::*;
use super::outcome::{Ending, Status};
use super::plan::Plan;
use super::shape::Shape;
use super::slot::Slot;
use uuid::Uuid;

const FAILED: &str = "ACTIVATION_BATCH-0000-FAILED";
const SKIPPED: &str = "ACTIVATION_BATCH-0000-SKIP";

/// The ids of the activities.
pub(super) const IDS: [Uuid; 2] = [
    Uuid::from_u128(0xc4f2_38e3_7334_4933_8b56_64d7_ea43_ea54),
    Uuid::from_u128(0x51d8_2b36_6b8f_11eb_9439_0242_ac13_0002),
];

/// The metrics and the activities of a run of a destination.
pub(super) fn parts<'a>(run: &'a Run, plan: &'a Plan) -> (Metrics<'a>, Vec<Activity<'a>>) {
    let export = Export { run, plan };
    let stops_early = matches!(run.outcome.ending, Ending::CopyFailed | Ending::NoBatch);
    let name = "Activation Batch XdmProcessor Activity";
    let mut activities = vec![export.activity(Slot::Copy, name, [Slot::Start, Slot::Copied], stops_early)];
    if !stops_early {
        let failed = run.status == Status::Failed;
        let name = "Activation Batch Publisher Activity";
        activities.push(export.activity(Slot::Promotion, name, [Slot::PromotedFrom, Slot::End], failed));
    }
    (export.metrics(if stops_early { Slot::Copy } else { Slot::Promotion }), activities)
}

struct Export<'a> {
    run: &'a Run,
    plan: &'a Plan,
}

impl<'a> Export<'a> {
    fn metrics(&self, last: Slot) -> Metrics<'a> {
        let failed = self.run.status == Status::Failed;
        Metrics {
            duration_summary: Some(DurationSummary {
                started: Slot::Start,
                completed: Some(Slot::End),
                extensions: None,
            }),
            size_summary: (!failed).then(|| self.size()),
            record_summary: Some(self.records()),
            file_summary: (!failed).then(|| FileSummary { activity_refs: Some([last]), ..self.files() }),
            status_summary: StatusSummary {
                status: self.run.status.name(),
                errors: self.errors(failed),
                activity_refs: failed.then_some([last]),
                extensions: None,
            },
        }
    }

    fn activity(
        &self, id: Slot, name: &'static str, [started, completed]: [Slot; 2], failed: bool,
    ) -> Activity<'a> {
        Activity {
            id,
            name: Name::Text(name),
            updated: 0,
            duration_summary: DurationSummary { started, completed: Some(completed), extensions: None },
            latency_summary: Empty {},
            size_summary: if failed { SizeSummary::default() } else { self.size() },
            record_summary: self.records(),
            file_summary: if failed { FileSummary::default() } else { self.files() },
            status_summary: StatusSummary {
                status: if failed { Status::Failed.name() } else { Status::Success.name() },
                errors: self.errors(failed),
                ..StatusSummary::default()
            },
            source_info: None,
            target_info: None,
        }
    }

    fn size(&self) -> SizeSummary {
        let bytes = if self.is_empty() { 0 } else { self.run.outcome.volume(self.plan).bytes };
        let output = self.run.outcome.counts.output_bytes.unwrap_or(bytes);
        SizeSummary { input_bytes: Some(bytes as i64), output_bytes: Some(output as i64) }
    }

    fn files(&self) -> FileSummary {
        let files = if self.is_empty() { 0 } else { self.run.outcome.volume(self.plan).files as i64 };
        FileSummary { output_file_count: Some(files), ..FileSummary::default() }
    }

    fn is_empty(&self) -> bool {
        self.run.outcome.ending == Ending::NothingNew
    }

    fn errors(&self, failed: bool) -> Vec<Cause<'a>> {
        if failed { vec![self.failure()] } else { Vec::new() }
    }

    fn failure(&self) -> Cause<'a> {
        let outcome = &self.run.outcome;
        let message = outcome.message.as_deref().unwrap_or("The activation was aborted.");
        Cause::new(outcome.code.as_deref().unwrap_or(FAILED), message)
    }

    fn records(&self) -> RecordSummary<'a> {
        let outcome = &self.run.outcome;
        let rows = if self.is_empty() { 0 } else { outcome.volume(self.plan).rows };
        let (failed, skipped) = (outcome.rejected_rows(), outcome.counts.skipped.unwrap_or(0));
        let failed = if self.run.status == Status::Failed { rows } else { failed };
        let counts = |rows: u64, failed: u64, skipped: u64| RecordCounts {
            input_record_count: Some(rows),
            output_record_count: Some(rows.saturating_sub(failed).saturating_sub(skipped)),
            skipped_record_count: Some(skipped),
            failed_record_count: Some(failed),
            ..RecordCounts::default()
        };
        let total = counts(rows, failed, skipped);
        let segments = match self.plan.facts.shape {
            Shape::SegmentExport | Shape::StreamingExport => &*self.plan.segments,
            _ => &[],
        };
        let among = segments.len().max(1) as u64;
        let part = |of: u64, index: u64| of / among + u64::from(index < of % among);
        let entities = (0..).zip(segments).map(|(index, segment)| EntitySummary {
            id: format!("segment:{segment}"),
            counts: counts(part(rows, index), part(failed, index), part(skipped, index)),
        });
        let entities: Vec<EntitySummary> = entities.collect();
        let ends = |ids: &'a [String]| -> Vec<EndSummary<'a>> {
            ids.iter()
                .take(1)
                .map(|id| EndSummary { id, counts: total, entity_summaries: entities.clone() })
                .collect()
        };
        let skipped_info = (skipped > 0).then(|| {
            let message = "Profiles were left out by the attribute filter.";
            Cause { count: Some(skipped), ..Cause::new(SKIPPED, message) }
        });
        let is_failed = self.run.status == Status::Failed;
        RecordSummary {
            counts: total,
            failed_info: if is_failed {
                vec![Cause { count: Some(failed), ..self.failure() }]
            } else {
                Vec::new()
            },
            skipped_info: skipped_info.into_iter().collect(),
            source_summaries: ends(&self.plan.source_ids),
            target_summaries: ends(&self.plan.target_ids),
        }
    }
}
