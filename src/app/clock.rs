//! Changes the clock of a server.

use super::App;
use super::record::Command;
use crate::base::clock::{Clock, Reading, Setting};
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
    ///
    /// # Errors
    /// If the change is not recorded.
    pub(crate) fn reset_clock(&self) -> Result<(), Refused> {
        let _turn = self.memory.turn();
        self.set_clock(self.env.clock.first_setting())
    }

    /// Changes the clock; returns the new time.
    ///
    /// # Errors
    /// For a time before 1970 or after 9999, and if the change is not recorded.
    pub(crate) fn change_clock(&self, Change { now, advance, runs }: Change) -> Result<Reading, Refused> {
        let _turn = self.memory.turn(); // two clients that advance it do so one after the other
        let reading = self.env.clock.read();
        let now_then = now.unwrap_or(reading.now).saturating_add(advance.unwrap_or(0));
        if !time::is_writable(now_then) {
            return Err(Refused::because("", "the clock would leave the years 1970 to 9999"));
        }
        let next = Reading { now: now_then, runs: runs.unwrap_or(reading.runs && now.is_none()) };
        self.set_clock(Clock::setting_for(next))?;
        Ok(next)
    }

    fn set_clock(&self, setting: Setting) -> Result<(), Refused> {
        self.carry_out(Command::SetClock(setting))?;
        // Notifies of what has fallen due, before a later request changes it, and lets the task that looks see the new time.
        self.look();
        self.notifications.wake();
        Ok(())
    }
}
