//! [`Stages`]: when the two steps of a finished run end and begin.

use super::flow_runs::Run;
use super::outcome::{Durations, Ending};
use super::shape::Shape;
use crate::base::time::Millis;

/// When the two steps of a finished run end and begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stages {
    /// When data was copied from the source, or processed for a destination.
    pub(super) copied: Millis,
    /// When promotion, or publication to a destination, begins.
    pub(super) promoted_from: Millis,
}

impl Stages {
    pub(super) fn of(run: &Run, shape: Shape, base: Durations<Millis>) -> Self {
        let durations = run.outcome.durations(base);
        let is_one_step = match run.outcome.ending {
            Ending::CopyFailed => true,
            Ending::NothingNew => !shape.is_export(),
            Ending::NoBatch => shape.is_export(),
            Ending::Success | Ending::PartialSuccess | Ending::PromotionFailed => false,
        };
        let copied = match is_one_step {
            true => run.end,
            false => run.start.saturating_add(durations.copy).min(run.end),
        };
        Self { copied, promoted_from: copied.saturating_add(durations.gap).min(run.end) }
    }
}
