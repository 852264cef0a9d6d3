//! Sends notifications of runs to webhooks.
//!
//! ```text
//! services::notifications   targets, what has happened to runs since the last look, payloads
//! watched, watch            look when something was changed or falls due, while there is a target
//! couriers, carry           one task for each target that has something to send
//! client                    one attempt
//! testkit::notifications    the log
//! center                    holds all of it
//! ```
//!
//! Runs are computed when somebody asks, so their events are too: a task looks when a request may have changed something, when
//! the clock was moved, and when the next event falls due. It exists only while there is a target.

mod carry;
pub(crate) mod center;
pub(crate) mod client;
pub(crate) mod couriers;
pub(crate) mod look;
pub(crate) mod registration;
pub(crate) mod replay;
#[cfg(test)]
mod tests;
pub(crate) mod watch;
mod watched;
