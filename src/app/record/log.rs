//! [`Log`]: a place where commands are stored in an order.

use crate::services::world::recorder::NotRecorded;
use std::time::Duration;

/// A place where commands are stored in an order. Its methods may block.
pub(crate) trait Log: Send {
    /// Stores records behind all others: all of them or none.
    ///
    /// # Errors
    /// [`NotRecorded`] if they could not be stored.
    fn append(&mut self, records: &[Vec<u8>]) -> Result<(), NotRecorded>;

    /// Whether a snapshot would save much.
    fn wants_snapshot(&self) -> bool;

    /// Begins a snapshot: the state after everything that was appended so far. What is appended from now on comes behind
    /// it. The snapshot's records are stored with the result, on any thread.
    ///
    /// # Errors
    /// [`NotRecorded`] if it cannot begin; then nothing has changed.
    fn begin_snapshot(&mut self) -> Result<Box<dyn Snapshot>, NotRecorded>;

    /// How long after an append [`settle`](Self::settle) must be called at the latest; `None` if it need not.
    fn settles_after(&self) -> Option<Duration>;

    /// Makes everything that was appended last.
    fn settle(&mut self);
}

/// A snapshot that is being stored. If it is dropped, it is given up.
pub(crate) trait Snapshot: Send {
    /// Stores the records that make up the state, and forgets those that it replaces.
    ///
    /// # Errors
    /// Why that failed, as a sentence, or the first error among the records; then the log is as it was.
    fn store(
        self: Box<Self>, records: &mut dyn Iterator<Item = Result<Vec<u8>, String>>,
    ) -> Result<(), String>;
}
