//! What a finished run of a batch source did, as JSON: copy and promotion. Reference: "Runs" (the object, kinds of outcome).
//!
//! Decided: of a run without a batch the copy is shown, as a success, and the cause in `failedInfo` if it has a code. Without error diagnostics the errors of a run name no
//! codes of rows, only that some were rejected.

use super::messages::{COPY_FAILED, NO_BATCH, PROMOTION_FAILED, REFUSED, ROWS_REJECTED, message_of_rejected};
use super::metrics::*;
use super::outcome::{Ending, Status};
use super::shape::Shape;
use super::slot::Slot;
use super::source_run::SourceRun;

impl SourceRun<'_> {
    /// The metrics of the run and its activities.
    pub(super) fn parts(&self) -> (Metrics<'_>, Vec<Activity<'_>>) {
        let mut activities = vec![self.copy_activity()];
        if self.has_promotion() {
            activities.push(self.promotion_activity());
        }
        (self.metrics(), activities)
    }

    fn metrics(&self) -> Metrics<'_> {
        let (run, volume) = (self.run, self.volume());
        let mut metrics = Metrics {
            duration_summary: Some(DurationSummary {
                started: Slot::Start,
                completed: Some(Slot::End),
                extensions: None,
            }),
            status_summary: StatusSummary {
                status: run.status.name(),
                errors: self.errors(),
                activity_refs: match run.outcome.ending {
                    Ending::CopyFailed => Some([Slot::Copy]),
                    _ if self.has_promotion() && !self.errors().is_empty() => Some([Slot::Promotion]),
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
                let cause = run.outcome.code.as_deref().map(|code| Cause::new(code, self.message()));
                let failed_info = cause.into_iter().collect();
                metrics.record_summary = Some(RecordSummary { failed_info, ..input_records(volume.rows) });
            }
            Ending::Success | Ending::PartialSuccess | Ending::PromotionFailed => {
                let (input, output) = (volume.bytes as i64, self.output_bytes() as i64);
                metrics.size_summary =
                    Some(SizeSummary { input_bytes: Some(input), output_bytes: Some(output) });
                metrics.record_summary = Some(self.promoted_records());
                metrics.file_summary = Some(FileSummary {
                    input_file_count: Some(volume.files as i64),
                    output_file_count: Some(self.output_files()),
                    activity_refs: Some([Slot::Promotion]),
                    manifest: Some(Manifest {
                        file_info: [FileInfo {
                            path: Slot::InputFiles,
                            path_prefix: self.plan.facts.path.is_some().then_some(Slot::PathPrefix),
                        }],
                    }),
                    extensions: None,
                });
            }
        }
        metrics
    }

    fn copy_activity(&self) -> Activity<'_> {
        let (run, plan, volume) = (self.run, self.plan, self.volume());
        let failed = run.outcome.ending == Ending::CopyFailed;
        let recurring = plan.timeline.schedule().is_recurring();
        let window = Window { window_start: Slot::WindowStart, window_end: Slot::WindowEnd };
        let bytes = (!failed).then_some(volume.bytes as i64);
        let nothing = run.outcome.ending == Ending::NothingNew;
        Activity {
            id: Slot::Copy,
            name: Name::Slot(Slot::CopyName),
            updated: 0,
            duration_summary: DurationSummary {
                started: Slot::Start,
                completed: Some(Slot::Copied),
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
                        vec![Cause::new(self.code(REFUSED), self.message())]
                    } else {
                        Vec::new()
                    },
                }),
            },
            source_info: plan.source_ids.first().map(|_| {
                let reference = Reference { kind: "AdfRunId", ids: [Slot::CopyRef] };
                [Info { id: Slot::Source, kind: "SourceConnection", reference }]
            }),
            target_info: None,
        }
    }

    fn promotion_activity(&self) -> Activity<'_> {
        let (run, plan, volume) = (self.run, self.plan, self.volume());
        let no_files = self.found_no_files();
        let input = |count: u64| if no_files { -1 } else { count as i64 };
        let causes = self.promotion_causes();
        let manifest = (plan.error_diagnostics && !self.rejected().is_empty())
            .then_some(RowErrors { failed_records: Slot::RowErrors, sample_errors: Slot::RowErrorSamples });
        Activity {
            id: Slot::Promotion,
            name: Name::Text("Promotion Activity"),
            updated: 0,
            duration_summary: DurationSummary {
                started: Slot::PromotedFrom,
                completed: Some(Slot::End),
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
                extensions: Some(FileExtensions { manifest: Manifest { file_info: Slot::InputFiles } }),
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
            target_info: plan.target_ids.first().map(|_| {
                let reference = Reference { kind: "Batch", ids: [Slot::Batch] };
                [Info { id: Slot::Target, kind: "TargetConnection", reference }]
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
            Ending::Success | Ending::PartialSuccess if !self.rejected().is_empty() => {
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
            causes.extend(self.rejected().iter().map(|rejected| {
                let message = message_of_rejected(rejected);
                Cause { record_count: Some(rejected.count), ..Cause::new(&*rejected.code, message) }
            }));
        }
        causes
    }

    fn failed_copy(&self) -> RecordSummary<'_> {
        let failed_info = vec![Cause::new(self.code(REFUSED), self.message())];
        RecordSummary { failed_info, ..RecordSummary::default() }
    }

    fn promoted_records(&self) -> RecordSummary<'_> {
        let failed_info = self.rejected().iter().map(|rejected| {
            let message = message_of_rejected(rejected);
            Cause { count: Some(rejected.count), ..Cause::new(&*rejected.code, message) }
        });
        let failed_info = if self.plan.error_diagnostics { failed_info.collect() } else { Vec::new() };
        RecordSummary { counts: self.counts(), failed_info, ..RecordSummary::default() }
    }

    fn output_bytes(&self) -> u64 {
        let output = self.counts().output_record_count.unwrap_or(0);
        let default = || {
            // The ratio of the documented example.
            let of_all = u128::from(self.volume().bytes) * 17_128 / 24_012;
            (of_all * u128::from(output) / u128::from(self.volume().rows.max(1))) as u64
        };
        self.run.outcome.counts.output_bytes.unwrap_or_else(default)
    }

    fn output_files(&self) -> i64 {
        i64::from(self.counts().output_record_count.unwrap_or(0) > 0)
    }
}

fn input_records(rows: u64) -> RecordSummary<'static> {
    let counts = RecordCounts { input_record_count: Some(rows), ..RecordCounts::default() };
    RecordSummary { counts, ..RecordSummary::default() }
}
