//! [`Memory`]: the states that a server can be put back to.

use super::SavedState;
use crate::base::time::Millis;
use crate::services::world::Part;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// The state after the seed files, and the snapshots.
#[derive(Default)]
pub(crate) struct Memory {
    /// Held while the state is changed other than by the API, or read as a whole, so that such calls exclude each
    /// other.
    turn: Mutex<()>,
    /// The state after the seed files.
    pub(super) seed: OnceLock<SavedState>,
    snapshots: Mutex<BTreeMap<String, Snapshot>>,
}

/// A state that was saved under a name.
#[derive(Clone)]
pub(super) struct Snapshot {
    pub(super) state: SavedState,
    pub(super) part: Part,
    pub(super) taken_at: Millis,
}

impl Memory {
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn snapshots(&self) -> MutexGuard<'_, BTreeMap<String, Snapshot>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
