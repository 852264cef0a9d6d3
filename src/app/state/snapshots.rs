//! Snapshots: states of a server, or of a part of it, under names.

use super::StateDocument;
use super::memory::Snapshot;
use crate::app::App;
use crate::app::record::Command;
use crate::app::state::SavedState;
use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::base::time::Millis;
use crate::services::world::Part;

/// The largest number of snapshots.
const MAX_SNAPSHOTS: usize = 100;
/// The longest name of a snapshot, in bytes.
const MAX_NAME_BYTES: usize = 100;

/// A snapshot in the list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SnapshotInfo {
    pub(crate) name: String,
    /// When it was saved, in milliseconds since the epoch.
    pub(crate) taken_at: Millis,
    pub(crate) part: Part,
}

impl App {
    /// Saves `part` as it is now. It replaces the snapshot of that name.
    ///
    /// # Errors
    /// For a name with other characters than letters, digits and `.`, `_`, `-`, and for more than 100 snapshots.
    pub(crate) fn save_snapshot(&self, name: &str, part: Part) -> Result<(), Refused> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(is_plain) {
            let reason = format!("a snapshot's name has 1 to {MAX_NAME_BYTES} letters, digits, and . _ -");
            return Err(Refused::because("", reason));
        }
        let _turn = self.memory.turn();
        self.saved(&part); // entities that are due are enabled first
        let (name, at) = (name.to_owned(), self.env.now());
        self.carry_out(Command::SaveSnapshot { name, part, at, state: None })
    }

    /// Keeps a snapshot.
    ///
    /// # Errors
    /// For more than 100 snapshots.
    pub(in crate::app) fn keep_snapshot(
        &self, name: String, part: Part, taken_at: Millis, state: SavedState,
    ) -> Result<(), Refused> {
        let mut snapshots = self.memory.snapshots();
        if snapshots.len() >= MAX_SNAPSHOTS && !snapshots.contains_key(&name) {
            let reason = format!("there are {MAX_SNAPSHOTS} snapshots already; delete one first");
            return Err(Refused::because("", reason));
        }
        snapshots.insert(name, Snapshot { state, part, taken_at });
        Ok(())
    }

    /// All snapshots, by name.
    pub(crate) fn snapshots(&self) -> Vec<SnapshotInfo> {
        let snapshots = self.memory.snapshots();
        let info = |(name, snapshot): (&String, &Snapshot)| SnapshotInfo {
            name: name.clone(),
            taken_at: snapshot.taken_at,
            part: snapshot.part.clone(),
        };
        snapshots.iter().map(info).collect()
    }

    /// The saved part as a document, like an [export](App::export).
    ///
    /// # Errors
    /// For a name that no snapshot has.
    pub(crate) fn export_snapshot(&self, name: &str) -> Result<StateDocument, Refused> {
        let snapshot = self.memory.snapshots().get(name).cloned();
        let Snapshot { state, .. } = snapshot.ok_or_else(|| self.no_snapshot(name))?;
        Ok(StateDocument::of(state, &self.env))
    }

    /// Restores the part that the snapshot was saved of. A request sees the old state or the new one.
    ///
    /// # Errors
    /// For a name that no snapshot has.
    pub(crate) fn restore_snapshot(&self, name: &str) -> Result<(), Refused> {
        let _turn = self.memory.turn();
        let part = self.part_of_snapshot(name).ok_or_else(|| self.no_snapshot(name))?;
        self.catch_up();
        self.carry_out(Command::RestoreSnapshot { name: name.to_owned(), at: self.env.now() })?;
        self.was_put_back(&part);
        Ok(())
    }

    /// The part that a snapshot was saved of, if there is one of that name.
    pub(in crate::app) fn part_of_snapshot(&self, name: &str) -> Option<Part> {
        self.memory.snapshots().get(name).map(|snapshot| snapshot.part.clone())
    }

    /// Restores a snapshot; entities that wait to be enabled wait from `at` on.
    ///
    /// # Errors
    /// For a name that no snapshot has.
    pub(in crate::app) fn restore_now(&self, name: &str, at: Millis) -> Result<(), Refused> {
        let snapshot = self.memory.snapshots().get(name).cloned();
        let Snapshot { state, part, .. } = snapshot.ok_or_else(|| self.no_snapshot(name))?;
        self.put_back(&state, &part, at);
        Ok(())
    }

    /// Deletes a snapshot.
    ///
    /// # Errors
    /// For a name that no snapshot has.
    pub(crate) fn delete_snapshot(&self, name: &str) -> Result<(), Refused> {
        self.carry_out(Command::DeleteSnapshot { name: name.to_owned() })
    }

    /// Deletes a snapshot.
    ///
    /// # Errors
    /// For a name that no snapshot has.
    pub(in crate::app) fn delete_now(&self, name: &str) -> Result<(), Refused> {
        let deleted = self.memory.snapshots().remove(name);
        deleted.map(drop).ok_or_else(|| self.no_snapshot(name))
    }

    fn no_snapshot(&self, name: &str) -> Refused {
        let known: Vec<String> = self.memory.snapshots().keys().cloned().collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Refused::not_found(format!("there is no snapshot {}; there is {known}", excerpt(name)))
    }
}
