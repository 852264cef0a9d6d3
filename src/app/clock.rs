//! Changes the clock of a server.

use super::App;
use crate::base::clock::Reading;
use crate::base::document::refusal::Refused;
use crate::base::time::{self, Millis};

/// A change of the clock: all parts that are given, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// The new time, in milliseconds since the epoch. Without [`Change::runs`], the clock stops there.
    pub(crate) now: Option<Millis>,
    /// Milliseconds to go forwards; backwards if negative.
    pub(crate) advance: Option<Millis>,
    /// Whether the clock runs from now on.
    pub(crate) runs: Option<bool>,
}

impl App {
    /// Resets the clock to its state at the start.
    pub(crate) fn reset_clock(&self) {
        self.env.clock.reset();
        self.clock_was_changed();
    }

    /// Changes the clock; returns the new time.
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
        self.clock_was_changed();
        changed.ok_or_else(|| Refused::because("", "the clock would leave the years 1970 to 9999"))
    }

    /// Notifies of what has fallen due, before a later request changes it, and lets the task that looks see the new time.
    fn clock_was_changed(&self) {
        self.look();
        self.notifications.wake();
    }
}
