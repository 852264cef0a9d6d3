//! The messages to the thread that exchanges commands with the log.

use super::command::{Command, Outcome};
use crate::services::world::recorder::NotRecorded;

/// The most messages that wait for the thread.
pub(super) const MOST_WAITING: usize = 4096;

/// A message to the thread.
pub(super) enum Message {
    /// A command that waits to be recorded.
    Command(Waiting),
    /// Somebody who waits until everything is applied that was in the log when the message was sent.
    Reader(Answer<()>),
    Stop,
}

/// A command that waits to be recorded.
pub(super) struct Waiting {
    pub(super) command: Command,
    pub(super) record: Vec<u8>,
    pub(super) answer: Answer<Outcome>,
}

/// Tells whoever waits. It does not block.
pub(super) type Answer<T> = Box<dyn FnOnce(Result<T, NotRecorded>) + Send>;
