//! Changes the fault rules of a server.

use super::App;
use super::record::Command;
use super::record::command::FaultCommand;
use crate::base::document::refusal::Refused;
use crate::services::world::Part;
use crate::testkit::faults::{Fault, NewRule};

impl App {
    /// Adds rules for `part` after the others: all of them or none.
    ///
    /// # Errors
    /// For a rule that does nothing or is for another part, an id that is in use, more than 1000 rules, and if the change is
    /// not recorded.
    pub(crate) fn add_faults(&self, rules: Vec<NewRule>, part: Part) -> Result<Vec<Fault>, Refused> {
        self.give(Command::Faults(FaultCommand::Add(rules, part)))?.faults()
    }

    /// Replaces the rules of `part`.
    ///
    /// # Errors
    /// As [`add_faults`](Self::add_faults).
    pub(crate) fn replace_faults(&self, rules: Vec<NewRule>, part: Part) -> Result<Vec<Fault>, Refused> {
        self.give(Command::Faults(FaultCommand::Replace(rules, part)))?.faults()
    }

    /// Removes a rule.
    ///
    /// # Errors
    /// If no rule has that id, and if the change is not recorded.
    pub(crate) fn remove_fault(&self, id: &str) -> Result<(), Refused> {
        self.carry_out(Command::Faults(FaultCommand::Remove(id.to_owned())))
    }
}
