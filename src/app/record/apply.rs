//! Applies commands: the one place in which the state of a server changes.

use super::command::{Command, FaultCommand, Outcome, Whole};
use super::recording::Recording;
use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::services::world::Part;
use crate::services::world::recorder::NotRecorded;
use std::sync::Arc;

impl App {
    /// Gives a command: applies it at once, or when it is recorded. With a record, it blocks until then.
    ///
    /// # Errors
    /// [`NotRecorded`]; then nothing has changed.
    pub(crate) fn give(&self, command: Command) -> Result<Outcome, NotRecorded> {
        match self.recording() {
            None => Ok(self.apply(command)),
            Some(recording) => recording.give(command),
        }
    }

    /// Gives a command that has no other result than that it was done.
    ///
    /// # Errors
    /// Why it was not.
    pub(crate) fn carry_out(&self, command: Command) -> Result<(), Refused> {
        self.give(command)?.done()
    }

    /// The record, if there is one.
    pub(crate) fn recording(&self) -> Option<&Arc<Recording>> {
        self.recording.get()
    }

    /// Ends the record, after everything that was given is stored.
    pub(crate) fn close_record(&self) {
        if let Some(recording) = self.recording() {
            recording.stop();
        }
    }

    /// Applies a command.
    ///
    /// Nobody else changes the state meanwhile if there is a record. It must not give commands itself, or wait for somebody
    /// who does.
    pub(super) fn apply(&self, command: Command) -> Outcome {
        match command {
            Command::Sandbox { sandbox, change } => {
                return match self.world.place_of(&sandbox, &self.env) {
                    Some(place) => Outcome::Sandbox(place.apply(change)),
                    None => Outcome::Done,
                };
            }
            Command::Merge { state, at } => self.add(state, at),
            Command::PutBack { state, part, at } => self.put_back(&state, &part, at),
            Command::Whole(whole) => self.replace_by(*whole),
            Command::Reset { part, at } => self.reset_now(&part, at),
            Command::Seed { state } => self.memory.set_seed(state),
            Command::SaveSnapshot { name, part, at, state } => {
                let state = state.unwrap_or_else(|| self.state_at(&part, at));
                return self.keep_snapshot(name, part, at, state).into();
            }
            Command::RestoreSnapshot { name, at } => return self.restore_now(&name, at).into(),
            Command::DeleteSnapshot { name } => return self.delete_now(&name).into(),
            Command::Faults(FaultCommand::Add(rules, part)) => return self.faults.add(rules, &part).into(),
            Command::Faults(FaultCommand::Replace(rules, part)) => {
                return self.faults.replace(rules, &part).into();
            }
            Command::Faults(FaultCommand::Remove(id)) => return self.faults.remove(&id).into(),
            Command::Faults(FaultCommand::Set(saved)) => self.faults.set(saved),
            Command::Faults(FaultCommand::Strike(matching)) => {
                return Outcome::Struck(self.faults.current().strike(&matching));
            }
            Command::SetClock(setting) => self.env.clock.set(setting),
            Command::Continue { tenant, counters, issued_codes } => {
                match tenant {
                    Some(tenant) => self.world.open(&tenant, &self.env).sequence.skip(counters),
                    None => self.env.outside().skip(counters),
                }
                self.ims.codes.skip(issued_codes);
            }
            Command::UseCode(code) => return Outcome::IsNew(self.ims.codes.use_up(code)),
            Command::RevokeToken(token) => self.ims.revoke(token),
            Command::Tokens(saved) => self.ims.restore(&saved),
            Command::Ask { id, question } => {
                if let Some(peers) = self.replicas.peers.get() {
                    peers.asked(id, question);
                }
            }
        }
        Outcome::Done
    }

    /// Replaces everything that snapshots and fault rules do not hold.
    fn replace_by(&self, whole: Whole) {
        self.memory.snapshots().clear(); // they follow
        self.put_back(&whole.state, &Part::All, whole.at);
        for (tenant, version) in whole.versions {
            self.world.open(&tenant, &self.env).set_version(version);
        }
        self.world.set_restores(whole.restores);
        self.env.set_outside(whole.outside);
    }
}
