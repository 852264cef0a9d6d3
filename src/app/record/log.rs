//! [`Log`]: a place where commands are stored in an order.

use crate::base::error::Code;
use crate::services::world::recorder::NotRecorded;
use std::sync::Arc;
use std::time::Duration;

/// A place where commands are stored in an order. Its methods may block.
pub(crate) trait Log: Send {
    /// Stores records behind all others, and shows `each` what is new: these, among those that others stored since the last
    /// call, in the order of the log.
    ///
    /// # Errors
    /// [`LogError`]. Then records may not have been shown, and only those that were shown are known to be stored.
    fn exchange(&mut self, records: &[Vec<u8>], each: &mut dyn FnMut(New<'_>)) -> Result<(), LogError>;

    /// Begins a log that has nothing ([`LogError::Empty`]), with the records that make up the state. If another server has
    /// begun it meanwhile, nothing is done.
    ///
    /// # Errors
    /// [`LogError`].
    fn begin(&mut self, records: &[Vec<u8>]) -> Result<(), LogError>;

    /// Whether a snapshot would save much.
    fn wants_snapshot(&self) -> bool;

    /// Begins a snapshot: the state after everything that was shown so far. What is shown from now on comes behind it. The
    /// snapshot's records are stored with the result, on any thread; `None` if another server writes one.
    ///
    /// # Errors
    /// [`NotRecorded`] if it cannot begin; then nothing has changed.
    fn begin_snapshot(&mut self) -> Result<Option<Box<dyn Snapshot>>, NotRecorded>;

    /// How long after an exchange [`settle`](Self::settle) must be called at the latest; `None` if it need not.
    fn settles_after(&self) -> Option<Duration> {
        None
    }

    /// Makes everything that was stored last.
    fn settle(&mut self) {}

    /// Tells the others that this server is gone.
    fn leave(&mut self) {}

    /// Whether other servers store records too; if so, how often to look for them.
    fn is_shared(&self) -> Option<Duration> {
        None
    }
}

/// A record that is new in a log.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "redis"), allow(dead_code, reason = "only a shared log has all of them"))]
pub(crate) enum New<'a> {
    /// One of the records that are being stored: its place among them.
    Own(usize),
    /// A record of another server, or of a snapshot.
    Other(&'a [u8]),
    /// None: the records that follow make up the whole state, since those that were missed are gone.
    Anew,
}

/// Why records were not exchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "redis"), allow(dead_code, reason = "only a shared log has all of them"))]
pub(crate) enum LogError {
    /// The log does not take these records. It can still be read.
    Refused(NotRecorded),
    /// It cannot be reached. The records may be stored.
    Gone(NotRecorded),
    /// It has nothing: no server has begun it.
    Empty,
    /// It cannot be used by this server as it is.
    Unusable(Arc<str>),
}

impl LogError {
    /// The error of a change, or of a read, that needs the log.
    pub(crate) fn not_recorded(&self) -> NotRecorded {
        let unavailable = |reason| NotRecorded { code: Code::ProviderUnavailable, reason };
        match self {
            Self::Refused(reason) | Self::Gone(reason) => reason.clone(),
            Self::Empty => unavailable(
                "the state (--state) was begun anew meanwhile; a change may not be made".to_owned(),
            ),
            Self::Unusable(reason) => unavailable(format!("the state (--state) cannot be used: {reason}")),
        }
    }
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
