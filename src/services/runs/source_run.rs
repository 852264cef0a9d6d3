//! [`SourceRun`]: the times and counts of a finished run of a batch source. Reference: "Runs" (kinds of outcome).
//!
//! Decided: a run that fails because too many rows were rejected writes no row.

use super::batch_id::batch_id;
use super::flow_runs::Run;
use super::messages::{MAPPING_FAILED, NO_FILES, REFUSED};
use super::metrics::RecordCounts;
use super::outcome::{Durations, Ending, Rejected, Status};
use super::plan::{Plan, Volume};
use super::stages::Stages;
use crate::base::time::Millis;
use std::borrow::Cow;

pub(crate) use super::messages::{ROWS_REJECTED, SOME_REJECTED, message_of, message_of_rejected};

/// The parts of a run whose times and counts follow from its outcome.
pub(crate) struct SourceRun<'a> {
    pub(super) run: &'a Run,
    pub(super) plan: &'a Plan,
    volume: Volume,
    rejected: Cow<'a, [Rejected]>,
    stages: Stages,
}

impl<'a> SourceRun<'a> {
    pub(crate) fn new(run: &'a Run, plan: &'a Plan, base: Durations<Millis>) -> Self {
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
        Self { run, plan, volume, rejected, stages: Stages::of(run, plan.facts.shape, base) }
    }

    /// The batch that it writes; `None` if it writes none.
    pub(crate) fn batch(&self) -> Option<String> {
        self.has_promotion().then(|| batch_id(self.run.id, self.promoted_from()))
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
        self.stages.promoted_from
    }

    /// The numbers of rows that it writes.
    pub(crate) fn counts(&self) -> RecordCounts {
        let failed = self.rejected.iter().map(|rejected| rejected.count).sum::<u64>();
        let left = self.volume.rows.saturating_sub(failed);
        let skipped = self.run.outcome.counts.skipped.map(|skipped| skipped.min(left));
        let output = match self.run.status {
            Status::Failed => 0,
            _ => left - skipped.unwrap_or(0),
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

    /// Whether it has a promotion, and with it a batch.
    pub(super) fn has_promotion(&self) -> bool {
        !matches!(self.run.outcome.ending, Ending::NothingNew | Ending::CopyFailed | Ending::NoBatch)
    }

    /// The code of the cause of its failure.
    pub(super) fn code(&self, default: &'static str) -> &str {
        self.run.outcome.code.as_deref().unwrap_or(default)
    }

    /// The message of the cause of its failure.
    pub(super) fn message(&self) -> Cow<'_, str> {
        match &self.run.outcome.message {
            Some(message) => Cow::Borrowed(message),
            None => Cow::Borrowed(match self.run.outcome.ending {
                Ending::CopyFailed => message_of(self.code(REFUSED)),
                _ => message_of(self.code(NO_FILES)),
            }),
        }
    }
}
