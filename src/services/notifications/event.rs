//! [`RunEvent`]: the start or the end of a run.

use crate::base::time::Millis;
use crate::services::runs::Run;
use crate::services::runs::outcome::Status;
use crate::services::runs::run_id::RunId;
use uuid::Uuid;

/// What a notification tells of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventKind {
    Start,
    Success,
    Failure,
}

impl EventKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 3] = [Self::Start, Self::Success, Self::Failure];

    /// Its name in control calls and documents.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

/// The start or the end of a run. Events are sent in this order: by time, then by run, so that a run that ends at a moment
/// comes before its successor, which starts then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunEvent {
    pub(crate) at: Millis,
    pub(crate) run: RunId,
    /// Whether the run ends rather than starts.
    pub(crate) ends: bool,
}

impl RunEvent {
    /// The id of the event, always the same for one event.
    pub(crate) fn id(&self) -> Uuid {
        Uuid::new_v5(&self.run.uuid(), if self.ends { b"end" } else { b"start" })
    }

    /// The kind of the event, and the run as it was at that moment. `run` is the run at a later time.
    ///
    /// Decided: a run that a provider has put tells its own status.
    pub(crate) fn of(&self, run: Run) -> (EventKind, Run) {
        if self.ends {
            let kind = if run.shown_status() == Status::Failed.name() {
                EventKind::Failure
            } else {
                EventKind::Success
            };
            return (kind, run);
        }
        let put = run.put.clone().filter(|put| put.at <= self.at);
        (EventKind::Start, Run { status: Status::InProgress, updated: run.start, put, ..run })
    }
}
