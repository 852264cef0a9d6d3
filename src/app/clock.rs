//! Setting the clock of a whole server.

use super::App;
use crate::base::clock::Reading;
use crate::base::document::refusal::Refused;
use crate::base::time::{self, Millis};

/// How a clock is to change: all that is given, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// What it is to show, in milliseconds since the epoch. Without [`Change::runs`] it stands still from then on.
    pub(crate) now: Option<Millis>,
    /// How far it is to go forwards, in milliseconds; backwards if negative.
    pub(crate) advance: Option<Millis>,
    /// Whether it is to go on by itself.
    pub(crate) runs: Option<bool>,
}

impl App {
    /// Changes what time it is; answers with the time that it is then.
    ///
    /// # Errors
    /// For a time before 1970 or after 9999.
    pub(crate) fn change_clock(&self, Change { now, advance, runs }: Change) -> Result<Reading, Refused> {
        let next = |reading: Reading| {
            let now_then = now.unwrap_or(reading.now).saturating_add(advance.unwrap_or(0));
            let runs = runs.unwrap_or(reading.runs && now.is_none());
            time::is_writable(now_then).then_some(Reading { now: now_then, runs })
        };
        let changed = self.env.clock.change(next);
        changed.ok_or_else(|| Refused::because("", "the clock would leave the years 1970 to 9999"))
    }
}
