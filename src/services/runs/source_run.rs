//! What a finished run of a batch source did: copy and promotion. Reference: "Runs" (the object, kinds of outcome).
//!
//! Decided: of a run without a batch the copy is shown, as a success. A run that fails because too many rows were rejected
//! writes no row. Without error diagnostics the errors of a run name no codes of rows, only that some were rejected.

use super::batch_id::{batch_id, derived};
use super::flow_runs::Run;
use super::metrics::*;
use super::outcome::{Durations, Ending, Rejected, Status};
use super::plan::{Plan, Volume};
use super::schedule::Rhythm;
use super::shape::Shape;
use crate::base::time::Millis;
use std::borrow::Cow;
use uuid::Uuid;

/// The error of a failed copy.
pub(crate) const COPY_FAILED: &str = "CONNECTOR-1001-500";
/// The error of a failed promotion, and of rejected rows.
pub(crate) const PROMOTION_FAILED: &str = "CONNECTOR-2001-500";
/// The error of a batch that could not be created.
pub(crate) const NO_BATCH: &str = "CONNECTOR-3001-500";
/// The code of rows that a mapping could not convert.
const MAPPING_FAILED: &str = "MAPPER-3700-400";
/// The code that says how many rows were rejected.
pub(crate) const ROWS_REJECTED: &str = "INGEST-1212-400";
/// The code that says no more than that rows were rejected.
pub(crate) const SOME_REJECTED: &str = "INGEST-1211-400";
/// The code of a promotion that found no files.
const NO_FILES: &str = "133";

/// The parts of a run whose times and counts follow from its outcome.
pub(crate) struct SourceRun<'a> {
    run: &'a Run,
    plan: &'a Plan,
    volume: Volume,
    rejected: Cow<'a, [Rejected]>,
    copy: Uuid,
    promotion: Uuid,
    copied_at: Millis,
    promoted_from: Millis,
}

impl<'a> SourceRun<'a> {
    pub(crate) fn new(run: &'a Run, plan: &'a Plan, base: Durations<Millis>) -> Self {
        let durations = run.outcome.durations(base);
        let copied_at = match run.outcome.ending {
            Ending::CopyFailed | Ending::NothingNew => run.end,
            _ => run.start.saturating_add(durations.copy).min(run.end),
        };
        let promoted_from = copied_at.saturating_add(durations.gap).min(run.end);
        let rejected = match run.outcome.ending {
            Ending::PartialSuccess if run.outcome.rejected.is_empty() => {
                Cow::Owned(vec![Rejected { code: MAPPING_FAILED.to_owned(), message: None, count: 1 }])
            }
            _ => Cow::Borrowed(&*run.outcome.rejected),
        };
        let volume = match run.outcome.ending {
            Ending::NothingNew => Volume { rows: 0, bytes: 0, files: 0 },
            _ => run.outcome.volume(plan),
        };
        let [copy, promotion] = [1, 2].map(|purpose| derived(run.uuid, purpose));
        Self { run, plan, volume, rejected, copy, promotion, copied_at, promoted_from }
    }

    /// The batch that it writes; `None` if it writes none.
    pub(crate) fn batch(&self) -> Option<String> {
        self.has_promotion().then(|| batch_id(self.run.id, self.promoted_from))
    }

    /// The rows that it rejects, by code.
    pub(crate) fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// The amount of data that it reads.
    pub(crate) fn volume(&self) -> Volume {
        self.volume
    }

    /// When its promotion begins.
    pub(crate) fn promoted_from(&self) -> Millis {
        self.promoted_from
    }

    /// The numbers of rows that it writes.
    pub(crate) fn counts(&self) -> RecordCounts {
        let failed = self.rejected.iter().map(|rejected| rejected.count).sum::<u64>();
        let skipped = self.run.outcome.counts.skipped;
        let output = match self.run.status {
            Status::Failed => 0,
            _ => self.volume.rows.saturating_sub(failed).saturating_sub(skipped.unwrap_or(0)),
        };
        let updated = self.run.outcome.counts.updated.map(|updated| updated.min(output));
        RecordCounts {
            input_record_count: Some(self.volume.rows),
            output_record_count: Some(output),
            created_record_count: Some(output - updated.unwrap_or(0)),
            updated_record_count: updated,
            skipped_record_count: skipped,
            failed_record_count: Some(failed),
            warning_record_count: None,
        }
    }

    /// The code and the message of a failed promotion.
    pub(crate) fn promotion_failure(&self) -> Option<(&str, Cow<'_, str>)> {
        let has_failed = self.run.outcome.ending == Ending::PromotionFailed;
        has_failed.then(|| (self.code(NO_FILES), self.message()))
    }

    /// Whether its promotion fails because there are no files.
    pub(crate) fn found_no_files(&self) -> bool {
        self.run.outcome.ending == Ending::PromotionFailed && self.code(NO_FILES) == NO_FILES
    }

    /// How many rows it rejects, as a sentence.
    pub(crate) fn rejected_text(&self) -> String {
        let counts = self.counts();
        let (failed, ingested) =
            (counts.failed_record_count.unwrap_or(0), counts.output_record_count.unwrap_or(0));
        format!("{failed} rows were rejected and {ingested} ingested; review the row errors.")
    }

    fn has_promotion(&self) -> bool {
        !matches!(self.run.outcome.ending, Ending::NothingNew | Ending::CopyFailed | Ending::NoBatch)
    }

    fn output_bytes(&self) -> u64 {
        let output = self.counts().output_record_count.unwrap_or(0);
        let default = || {
            // The ratio of the documented example.
            let of_all = u128::from(self.volume.bytes) * 17_128 / 24_012;
            (of_all * u128::from(output) / u128::from(self.volume.rows.max(1))) as u64
        };
        self.run.outcome.counts.output_bytes.unwrap_or_else(default)
    }

    /// The metrics of the run and its activities. `base_url` is where links to the batch begin.
    pub(crate) fn parts(&self, base_url: &str) -> (Metrics<'_>, Vec<Activity<'_>>) {
        let batch = self.batch();
        let meta = |path: &str| {
            let batch = batch.as_deref().unwrap_or_default();
            format!("{base_url}/data/foundation/export/batches/{batch}/meta?path={path}")
        };
        let mut activities = vec![self.copy_activity()];
        if let Some(batch) = &batch {
            activities.push(self.promotion_activity(batch, &meta));
        }
        (self.metrics(&meta), activities)
    }

    fn metrics(&self, meta: &dyn Fn(&str) -> String) -> Metrics<'_> {
        let Self { run, volume, .. } = self;
        let mut metrics = Metrics {
            duration_summary: Some(DurationSummary {
                started: run.start,
                completed: Some(run.end),
                extensions: None,
            }),
            status_summary: StatusSummary {
                status: run.status.name(),
                errors: self.errors(),
                activity_refs: match run.outcome.ending {
                    Ending::CopyFailed => Some([self.copy]),
                    _ if self.has_promotion() && !self.errors().is_empty() => Some([self.promotion]),
                    _ => None,
                },
                extensions: None,
            },
            ..Metrics::default()
        };
        match run.outcome.ending {
            Ending::NothingNew => {
                metrics.size_summary = Some(SizeSummary { input_bytes: Some(0), output_bytes: None });
                metrics.record_summary = Some(input_records(0));
            }
            Ending::CopyFailed => metrics.record_summary = Some(self.failed_copy()),
            Ending::NoBatch => {
                let input_bytes = Some(volume.bytes as i64);
                metrics.size_summary = Some(SizeSummary { input_bytes, output_bytes: None });
                metrics.record_summary = Some(input_records(volume.rows));
            }
            Ending::Success | Ending::PartialSuccess | Ending::PromotionFailed => {
                let (input, output) = (volume.bytes as i64, self.output_bytes() as i64);
                metrics.size_summary =
                    Some(SizeSummary { input_bytes: Some(input), output_bytes: Some(output) });
                metrics.record_summary = Some(self.promoted_records());
                metrics.file_summary = Some(FileSummary {
                    input_file_count: Some(volume.files as i64),
                    output_file_count: Some(self.output_files()),
                    activity_refs: Some([self.promotion]),
                    manifest: Some(Manifest { file_info: [FileInfo { path: meta("input_files") }] }),
                    extensions: None,
                });
            }
        }
        metrics
    }

    fn copy_activity(&self) -> Activity<'_> {
        let Self { run, plan, volume, .. } = self;
        let failed = run.outcome.ending == Ending::CopyFailed;
        let recurring = matches!(plan.timeline.schedule().rhythm, Rhythm::Every { .. });
        let window = Window { window_start: run.window.0, window_end: run.window.1 };
        let bytes = (!failed).then_some(volume.bytes as i64);
        let nothing = run.outcome.ending == Ending::NothingNew;
        Activity {
            id: self.copy,
            name: Cow::Owned(format!("{} Copy Activity", plan.facts.source_name)),
            updated: 0,
            duration_summary: DurationSummary {
                started: run.start,
                completed: Some(self.copied_at),
                extensions: Some(window),
            },
            latency_summary: Empty {},
            size_summary: SizeSummary { input_bytes: bytes, output_bytes: bytes },
            record_summary: match plan.facts.shape {
                _ if failed => self.failed_copy(),
                Shape::Files => RecordSummary::default(),
                _ => {
                    let output_record_count = (!nothing).then_some(volume.rows);
                    let input = input_records(volume.rows);
                    RecordSummary { counts: RecordCounts { output_record_count, ..input.counts }, ..input }
                }
            },
            file_summary: FileSummary {
                input_file_count: (!failed && plan.facts.shape == Shape::Files)
                    .then_some(volume.files as i64),
                output_file_count: (!failed).then_some(volume.files as i64),
                ..FileSummary::default()
            },
            status_summary: StatusSummary {
                status: if failed { Status::Failed.name() } else { Status::Success.name() },
                errors: if failed { self.errors() } else { Vec::new() },
                activity_refs: None,
                extensions: Some(StatusExtensions {
                    kind: Some(if recurring { "incremental" } else { "one-time" }),
                    error_detail: failed.then(|| self.message()),
                    manifest: None,
                    errors: if failed {
                        vec![Cause::new(self.code("2200"), self.message())]
                    } else {
                        Vec::new()
                    },
                }),
            },
            source_info: plan.source_ids.first().map(|id| {
                let ids = [derived(run.uuid, 3).to_string()];
                [Info { id, kind: "SourceConnection", reference: Reference { kind: "AdfRunId", ids } }]
            }),
            target_info: None,
        }
    }

    fn promotion_activity(&self, batch: &str, meta: &dyn Fn(&str) -> String) -> Activity<'_> {
        let Self { run, plan, volume, .. } = self;
        let no_files = self.found_no_files();
        let input = |count: u64| if no_files { -1 } else { count as i64 };
        let causes = self.promotion_causes();
        let manifest = (plan.error_diagnostics && !self.rejected.is_empty()).then(|| RowErrors {
            failed_records: meta("row_errors"),
            sample_errors: meta("row_error_samples.json"),
        });
        Activity {
            id: self.promotion,
            name: Cow::Borrowed("Promotion Activity"),
            updated: 0,
            duration_summary: DurationSummary {
                started: self.promoted_from,
                completed: Some(run.end),
                extensions: None,
            },
            latency_summary: Empty {},
            size_summary: SizeSummary {
                input_bytes: Some(input(volume.bytes)),
                output_bytes: Some(self.output_bytes() as i64),
            },
            record_summary: self.promoted_records(),
            file_summary: FileSummary {
                input_file_count: Some(input(volume.files)),
                output_file_count: Some(self.output_files()),
                extensions: Some(FileExtensions { manifest: Manifest { file_info: meta("input_files") } }),
                ..FileSummary::default()
            },
            status_summary: StatusSummary {
                status: run.status.name(),
                errors: self.errors(),
                activity_refs: None,
                extensions: (!causes.is_empty() || manifest.is_some()).then_some(StatusExtensions {
                    manifest,
                    errors: causes,
                    ..StatusExtensions::default()
                }),
            },
            source_info: None,
            target_info: plan.target_ids.first().map(|id| {
                let ids = [batch.to_owned()];
                [Info { id, kind: "TargetConnection", reference: Reference { kind: "Batch", ids } }]
            }),
        }
    }

    /// The errors of the run and of the activity that failed.
    fn errors(&self) -> Vec<Cause<'_>> {
        match self.run.outcome.ending {
            Ending::CopyFailed => vec![Cause::new(COPY_FAILED, "Copying data from the source failed.")],
            Ending::NoBatch => {
                let message = self.run.outcome.message.as_deref();
                vec![Cause::new(
                    NO_BATCH,
                    message.unwrap_or("The batch in the data lake could not be created."),
                )]
            }
            Ending::PromotionFailed => {
                vec![Cause::new(
                    PROMOTION_FAILED,
                    "Parsing, validating or transforming the copied data failed.",
                )]
            }
            Ending::Success | Ending::PartialSuccess if !self.rejected.is_empty() => {
                vec![Cause::new(PROMOTION_FAILED, "Some of the copied rows were rejected.")]
            }
            Ending::Success | Ending::PartialSuccess | Ending::NothingNew => Vec::new(),
        }
    }

    /// The causes of a failed promotion and of rejected rows.
    fn promotion_causes(&self) -> Vec<Cause<'_>> {
        let mut causes = Vec::new();
        if let Some((code, message)) = self.promotion_failure() {
            causes.push(Cause::new(code, message));
        }
        let failed = self.counts().failed_record_count.unwrap_or(0);
        if failed > 0 {
            causes.push(Cause::new(ROWS_REJECTED, self.rejected_text()));
        }
        if failed > 0 && self.plan.error_diagnostics {
            causes.extend(self.rejected.iter().map(|rejected| {
                let message = message_of_rejected(rejected);
                Cause { record_count: Some(rejected.count), ..Cause::new(&*rejected.code, message) }
            }));
        }
        causes
    }

    fn failed_copy(&self) -> RecordSummary<'_> {
        let failed_info = vec![Cause::new(self.code("2200"), self.message())];
        RecordSummary { failed_info, ..RecordSummary::default() }
    }

    fn promoted_records(&self) -> RecordSummary<'_> {
        let failed_info = self.rejected.iter().map(|rejected| {
            let message = message_of_rejected(rejected);
            Cause { count: Some(rejected.count), ..Cause::new(&*rejected.code, message) }
        });
        let failed_info = if self.plan.error_diagnostics { failed_info.collect() } else { Vec::new() };
        RecordSummary { counts: self.counts(), failed_info, ..RecordSummary::default() }
    }

    fn output_files(&self) -> i64 {
        i64::from(self.counts().output_record_count.unwrap_or(0) > 0)
    }

    fn code(&self, default: &'static str) -> &str {
        self.run.outcome.code.as_deref().unwrap_or(default)
    }

    fn message(&self) -> Cow<'_, str> {
        match &self.run.outcome.message {
            Some(message) => Cow::Borrowed(message),
            None => Cow::Borrowed(match self.run.outcome.ending {
                Ending::CopyFailed => message_of(self.code("2200")),
                _ => message_of(self.code(NO_FILES)),
            }),
        }
    }
}

fn input_records(rows: u64) -> RecordSummary<'static> {
    let counts = RecordCounts { input_record_count: Some(rows), ..RecordCounts::default() };
    RecordSummary { counts, ..RecordSummary::default() }
}

/// The message about rejected rows.
pub(crate) fn message_of_rejected(rejected: &Rejected) -> &str {
    rejected.message.as_deref().unwrap_or_else(|| message_of(&rejected.code))
}

/// A message for a code for which none is given.
pub(crate) fn message_of(code: &str) -> &'static str {
    match code {
        "2200" => {
            "The source refused the request: check that the table or file exists and the credentials are valid."
        }
        NO_FILES => "The batch has no files.",
        MAPPING_FAILED => "The mapping of a row failed.",
        "INGEST-1401-400" => "A row is corrupt and cannot be read or parsed.",
        "INGEST-1555-400" => "A required field is missing or null.",
        SOME_REJECTED => "Rows were rejected; switch error diagnostics on to see which.",
        _ => "The run failed as a test asked it to.",
    }
}
