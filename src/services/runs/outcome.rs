//! [`Outcome`]: how a run ends, and how long it takes.
//!
//! Reference: "Kinds of outcome", "A simulation of runs".

use super::plan::{Plan, Volume};
use super::shared::Shared;
use crate::base::time::Millis;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

pub(crate) use super::durations::Durations;

/// How a run ends. Its JSON stands in state documents and in calls of the test control.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Outcome {
    #[serde(rename = "outcome", default)]
    pub(crate) ending: Ending,
    /// The code of the error's cause, such as the source's own `2200`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The message of that error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// How long after its start the run fails, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after_ms: Option<Millis>,
    /// Whether the run stays in progress until a test releases it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) stuck: bool,
    /// The rows that are rejected, by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rejected: Vec<Rejected>,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    #[serde(flatten)]
    pub(crate) durations: Durations<Option<Millis>>,
}

/// The kind of an outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Ending {
    #[default]
    Success,
    /// The source has nothing new.
    NothingNew,
    /// Some of the data got through.
    PartialSuccess,
    CopyFailed,
    /// The batch in the data lake could not be created.
    NoBatch,
    PromotionFailed,
}

/// Rejected rows with one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rejected {
    pub(crate) code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    pub(crate) count: u64,
}

/// The amount of data in an outcome; absent values follow from the flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    /// The rows that are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<u64>,
    /// The bytes that are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    /// The files that are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) files: Option<u64>,
    /// The bytes that are written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_bytes: Option<u64>,
    /// The rows that are left out without an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<u64>,
    /// The rows that replace others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) updated: Option<u64>,
}

/// A time that never comes.
pub(crate) const NEVER: Millis = Millis::MAX;

/// The largest duration in an outcome: a hundred days.
pub(crate) const LONGEST: Millis = 100 * 24 * 3_600_000;

/// The largest number of codes among the rejected rows of an outcome.
pub(crate) const MOST_CODES: usize = 20;

/// The largest number in an outcome, so that sums fit and clients in JavaScript can read it.
pub(crate) const LARGEST: u64 = 1 << 53;

/// The outcome of runs for which nothing is set.
static SUCCESS: LazyLock<Shared<Outcome>> = LazyLock::new(Shared::default);

/// The outcome of runs for which nothing is set.
pub(super) fn plain_success() -> Shared<Outcome> {
    SUCCESS.clone()
}

impl Outcome {
    /// The outcome with values for everything that it leaves open.
    pub(crate) fn durations(&self, base: Durations<Millis>) -> Durations<Millis> {
        let Durations { copy, gap, promotion } = self.durations;
        Durations {
            copy: copy.unwrap_or(base.copy),
            gap: gap.unwrap_or(base.gap),
            promotion: promotion.unwrap_or(base.promotion),
        }
    }

    /// How long the run takes, in milliseconds; [`NEVER`] if it is stuck.
    pub(crate) fn total(&self, base: Durations<Millis>) -> Millis {
        let Durations { copy, gap, promotion } = self.durations(base);
        match self.ending {
            _ if self.stuck => NEVER,
            Ending::NothingNew => copy,
            Ending::CopyFailed => self.after_ms.unwrap_or(copy),
            Ending::NoBatch => self.after_ms.unwrap_or(copy + gap),
            Ending::PromotionFailed => self.after_ms.unwrap_or(copy + gap + promotion),
            Ending::Success | Ending::PartialSuccess => copy + gap + promotion,
        }
    }

    /// Whether it is a failure, whatever the flow tolerates.
    pub(crate) fn fails(&self) -> bool {
        matches!(self.ending, Ending::CopyFailed | Ending::NoBatch | Ending::PromotionFailed)
    }

    /// The number of rejected rows.
    pub(crate) fn rejected_rows(&self) -> u64 {
        self.rejected.iter().map(|rejected| rejected.count).sum()
    }

    /// The amount of data that the run reads.
    pub(crate) fn volume(&self, plan: &Plan) -> Volume {
        let default = plan.facts.volume.unwrap_or(Volume { rows: 100, bytes: 24_012, files: 1 });
        let rows = self.counts.rows.unwrap_or(default.rows).max(self.rejected_rows());
        let bytes = self.counts.bytes.unwrap_or_else(|| match default.rows {
            of if of == rows => default.bytes,
            0 => 0,
            of => (u128::from(default.bytes) * u128::from(rows) / u128::from(of)).min(LARGEST.into()) as u64,
        });
        Volume { rows, bytes, files: self.counts.files.unwrap_or(default.files) }
    }

    /// The status at the end.
    pub(crate) fn status(&self, plan: &Plan) -> Status {
        match self.ending {
            Ending::CopyFailed | Ending::NoBatch | Ending::PromotionFailed => Status::Failed,
            Ending::PartialSuccess => Status::PartialSuccess,
            Ending::NothingNew => Status::Success,
            Ending::Success => {
                let (rejected, rows) = (self.rejected_rows(), self.volume(plan).rows);
                let percent = 100.0 * rejected as f64 / rows.max(1) as f64;
                let tolerated = plan.partial_ingestion_percent.unwrap_or(0.0);
                if rejected > 0 && percent > tolerated { Status::Failed } else { Status::Success }
            }
        }
    }

    /// Checks the bounds of all numbers and texts.
    ///
    /// # Errors
    /// The first value that is outside, as a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Self { after_ms, rejected, counts, durations, code, message, .. } = self;
        let times = [*after_ms, durations.copy, durations.gap, durations.promotion];
        if times.into_iter().flatten().any(|ms| !(0..=LONGEST).contains(&ms)) {
            return Err(format!("a duration of an outcome must be from 0 to {LONGEST} milliseconds"));
        }
        let Counts { rows, bytes, files, output_bytes, skipped, updated } = *counts;
        let numbers = [rows, bytes, files, output_bytes, skipped, updated].into_iter().flatten();
        let total = rejected.iter().try_fold(0_u64, |sum, rejected| sum.checked_add(rejected.count));
        if numbers.chain([total.unwrap_or(u64::MAX)]).any(|number| number > LARGEST) {
            return Err(format!("a count of an outcome must be at most {LARGEST}"));
        }
        if rejected.len() > MOST_CODES {
            return Err(format!("an outcome rejects rows with at most {MOST_CODES} codes"));
        }
        let texts = [code.as_ref(), message.as_ref()].into_iter().flatten();
        let of_rejected =
            rejected.iter().flat_map(|rejected| [Some(&rejected.code), rejected.message.as_ref()]);
        if texts.chain(of_rejected.flatten()).any(|text| text.len() > 2000) {
            return Err("a code or message of an outcome must have at most 2000 bytes".to_owned());
        }
        Ok(())
    }
}

/// The status of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Made on demand for a time that has not come.
    Scheduled,
    InProgress,
    Success,
    Failed,
    PartialSuccess,
}

impl Status {
    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "inProgress",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::PartialSuccess => "partialSuccess",
        }
    }

    /// Whether the run is over.
    pub(crate) fn is_final(self) -> bool {
        !matches!(self, Self::Scheduled | Self::InProgress)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::runs::plan::tests;
    use crate::services::runs::shape::Shape;
    use serde_json::{from_value, json};

    fn outcome(json: serde_json::Value) -> Outcome {
        from_value(json).unwrap()
    }

    #[test]
    fn rejected_rows_fail_a_run_above_the_percentage_and_any_does_without_one() {
        let plan = Plan::begin(tests::facts(1, Shape::Table), &tests::every(15, 0), 0, true);
        let bare = Plan { partial_ingestion_percent: None, ..plan.clone() };
        let rejecting = |count| outcome(json!({"rejected": [{"code": "MAPPER-3700-400", "count": count}]}));
        assert_eq!(rejecting(5).status(&plan), Status::Success);
        assert_eq!(rejecting(6).status(&plan), Status::Failed);
        assert_eq!(rejecting(1).status(&bare), Status::Failed);
        assert_eq!(rejecting(0).status(&bare), Status::Success);
        assert_eq!(rejecting(900).volume(&plan), Volume { rows: 900, bytes: 216_108, files: 1 });
    }

    #[test]
    fn the_duration_follows_from_the_ending() {
        let total = |json| outcome(json).total(Durations::DEFAULT);
        assert_eq!(total(json!({})), 2000);
        assert_eq!(total(json!({"outcome": "nothingNew"})), 1000);
        assert_eq!(total(json!({"outcome": "copyFailed", "afterMs": 30})), 30);
        assert_eq!(total(json!({"outcome": "promotionFailed", "gapMs": 500})), 2500);
        assert_eq!(total(json!({"copyMs": 0, "promotionMs": 0})), 0);
        assert_eq!(total(json!({"stuck": true})), NEVER);
    }

    #[test]
    fn it_survives_json_and_numbers_are_bounded() {
        let json = json!({"outcome": "copyFailed", "code": "1337", "afterMs": 5, "rows": 7, "copyMs": 3});
        let read = outcome(json.clone());
        assert_eq!(from_value::<Outcome>(serde_json::to_value(&read).unwrap()).unwrap(), read);
        assert_eq!(read.check(), Ok(()));
        for wrong in [
            json!({"afterMs": -1}),
            json!({"copyMs": LONGEST + 1}),
            json!({"rows": LARGEST + 1}),
            json!({"rejected": [{"code": "a", "count": LARGEST}, {"code": "b", "count": u64::MAX}]}),
            json!({"code": "x".repeat(2001)}),
        ] {
            assert!(outcome(wrong.clone()).check().is_err(), "{wrong}");
        }
        assert!(from_value::<Outcome>(json!({"outcome": "exploded"})).is_err());
    }
}
