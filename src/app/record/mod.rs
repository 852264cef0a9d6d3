//! The record of changes: makes the state of a server last.
//!
//! Every change is a [`Command`], a value that holds all it needs. Without a record, a command is applied where it is given.
//! With one, the [recording](recording::Recording) writes it to a [`Log`](log::Log) first, and applies it when it is stored;
//! whoever gave it waits for that. The state is what the commands of the log make of an empty server, so a start reads them
//! and applies them again.
//!
//! The log decides the order, and conflicts are decided when a command is applied: of two updates that read one etag, the
//! first in the log wins. `docs/state.md` has the guarantees.

pub(crate) mod apply;
pub(crate) mod command;
mod decode;
pub(crate) mod disk;
mod encode;
mod follow;
pub(crate) mod health;
mod key;
pub(crate) mod log;
mod queue;
pub(crate) mod recording;
#[cfg(feature = "redis")]
pub(crate) mod redis;
mod start;
mod whole;
mod writer;

pub(crate) use command::Command;
