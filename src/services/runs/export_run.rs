//! What a finished run of a destination did. Reference: "Destinations" (runs).
//!
//! Decided: records are profiles or rows; those of a segment export are shared out evenly among its segments. All records of a
//! run that is ordered to fail have failed; one that fails because too many were rejected writes none.

use super::flow_runs::Run;
use super::messages::message_of_rejected;
use super::metrics::*;
use super::outcome::{Ending, Rejected, Status};
use super::plan::Plan;
use super::shape::Shape;
use super::slot::Slot;
use uuid::Uuid;

const FAILED: &str = "ACTIVATION_BATCH-0000-FAILED";
const SKIPPED: &str = "ACTIVATION_BATCH-0000-SKIP";
const REJECTED: &str = "Some of the records were rejected.";

/// The ids of the activities.
pub(super) const IDS: [Uuid; 2] = [
    Uuid::from_u128(0xc4f2_38e3_7334_4933_8b56_64d7_ea43_ea54),
    Uuid::from_u128(0x51d8_2b36_6b8f_11eb_9439_0242_ac13_0002),
];

/// The metrics and the activities of a run of a destination.
pub(super) fn parts<'a>(run: &'a Run, plan: &'a Plan) -> (Metrics<'a>, Vec<Activity<'a>>) {
    let export = Export { run, plan };
    let stops_early = matches!(run.outcome.ending, Ending::CopyFailed | Ending::NoBatch);
    let processed = if stops_early { run.status } else { Status::Success };
    let name = "Activation Batch XdmProcessor Activity";
    let mut activities = vec![export.activity(Slot::Copy, name, [Slot::Start, Slot::Copied], processed)];
    if !stops_early {
        let name = "Activation Batch Publisher Activity";
        activities.push(export.activity(Slot::Promotion, name, [Slot::PromotedFrom, Slot::End], run.status));
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
        let errors = self.errors();
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
                activity_refs: (!errors.is_empty()).then_some([last]),
                errors,
                extensions: None,
            },
        }
    }

    fn activity(
        &self, id: Slot, name: &'static str, [started, completed]: [Slot; 2], status: Status,
    ) -> Activity<'a> {
        let failed = status == Status::Failed;
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
                status: status.name(),
                errors: if status == self.run.status { self.errors() } else { Vec::new() },
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

    /// The errors of the run and of the activity in which they happened.
    fn errors(&self) -> Vec<Cause<'a>> {
        if self.run.outcome.fails() {
            vec![self.failure()]
        } else if self.rejections().is_empty() {
            Vec::new()
        } else {
            vec![Cause::new(FAILED, REJECTED)]
        }
    }

    /// The records that are rejected, by code.
    fn rejections(&self) -> Vec<Cause<'a>> {
        let run: &'a Run = self.run;
        let outcome = &run.outcome;
        if self.is_empty() || outcome.fails() {
            return Vec::new();
        }
        if outcome.ending == Ending::PartialSuccess && outcome.rejected.is_empty() {
            return vec![Cause { count: Some(1), ..Cause::new(FAILED, REJECTED) }];
        }
        let cause = |rejected: &'a Rejected| {
            let message = message_of_rejected(rejected);
            Cause { count: Some(rejected.count), ..Cause::new(&*rejected.code, message) }
        };
        outcome.rejected.iter().map(cause).collect()
    }

    fn failure(&self) -> Cause<'a> {
        let outcome = &self.run.outcome;
        let message = outcome.message.as_deref().unwrap_or("The activation was aborted.");
        Cause::new(outcome.code.as_deref().unwrap_or(FAILED), message)
    }

    fn records(&self) -> RecordSummary<'a> {
        let outcome = &self.run.outcome;
        let rows = if self.is_empty() { 0 } else { outcome.volume(self.plan).rows };
        let rejections = self.rejections();
        let failed = match outcome.fails() {
            true => rows,
            false => rejections.iter().filter_map(|cause| cause.count).sum::<u64>().min(rows),
        };
        let skipped = outcome.counts.skipped.unwrap_or(0).min(rows - failed);
        let is_failed = self.run.status == Status::Failed;
        let counts = |rows: u64, failed: u64, skipped: u64| RecordCounts {
            input_record_count: Some(rows),
            output_record_count: Some(match is_failed {
                true => 0,
                false => rows.saturating_sub(failed).saturating_sub(skipped),
            }),
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
        RecordSummary {
            counts: total,
            failed_info: match outcome.fails() {
                true => vec![Cause { count: Some(failed), ..self.failure() }],
                false => rejections,
            },
            skipped_info: skipped_info.into_iter().collect(),
            source_summaries: ends(&self.plan.source_ids),
            target_summaries: ends(&self.plan.target_ids),
        }
    }
}
