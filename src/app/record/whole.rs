//! The commands that make the present state of an empty server: the beginning of a record, and its snapshots.

use super::command::{Command, FaultCommand, Whole};
use crate::app::App;
use crate::services::world::Part;

impl App {
    /// The commands that make the present state of an empty server.
    pub(super) fn snapshot_commands(&self) -> Vec<Command> {
        let at = self.env.now();
        let version = |sandbox: &crate::services::world::Sandbox| (sandbox.tenant.clone(), sandbox.version());
        let whole = Whole {
            state: self.state_at(&Part::All, at),
            at,
            versions: self.world.all().iter().map(version).collect(),
            restores: self.world.restores(),
            outside: self.env.outside().counters(),
        };
        let mut commands = vec![
            Command::SetClock(self.env.clock.setting()),
            Command::Whole(Box::new(whole)),
            Command::Seed { state: self.memory.seed().as_ref().clone() },
            Command::Faults(FaultCommand::Set(self.faults.saved())),
            Command::Tokens(self.ims.saved()),
        ];
        commands.extend(self.memory.snapshots().iter().map(|(name, snapshot)| Command::SaveSnapshot {
            name: name.clone(),
            part: snapshot.part.clone(),
            at: snapshot.taken_at,
            state: Some(snapshot.state.clone()),
        }));
        commands
    }
}
