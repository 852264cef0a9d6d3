//! [`Memory`]: the states that a server can be put back to.

use super::SavedState;
use crate::base::time::Millis;
use crate::services::world::Part;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// The state after the seed files, and the snapshots.
#[derive(Default)]
pub(crate) struct Memory {
    /// Held while the state is changed other than by the API, or read as a whole, so that such calls exclude each
    /// other.
    turn: Mutex<()>,
    /// The state after the seed files.
    seed: RwLock<Arc<SavedState>>,
    snapshots: Mutex<BTreeMap<String, Snapshot>>,
}

/// A state that was saved under a name.
#[derive(Clone)]
pub(in crate::app) struct Snapshot {
    pub(in crate::app) state: SavedState,
    pub(in crate::app) part: Part,
    pub(in crate::app) taken_at: Millis,
}

impl Memory {
    pub(in crate::app) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state after the seed files.
    pub(crate) fn seed(&self) -> Arc<SavedState> {
        Arc::clone(&self.seed.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets the state after the seed files.
    pub(in crate::app) fn set_seed(&self, seed: SavedState) {
        *self.seed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(seed);
    }

    pub(in crate::app) fn snapshots(&self) -> MutexGuard<'_, BTreeMap<String, Snapshot>> {
        self.snapshots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
