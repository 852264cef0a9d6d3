//! Notifications of runs: the webhooks of a sandbox, the events that its runs imply, and their payloads. Sending them is the
//! task of `app::notifications`.
//!
//! Reference: "Notifications". Decided: only flows of batch sources notify (those whose flow spec has
//! `attributes.notification.flowRun.enabled`), as documented; the payloads of destinations are not printed.

pub(crate) mod event;
pub(crate) mod host;
pub(crate) mod newest;
pub(crate) mod payload;
pub(crate) mod progress;
pub(crate) mod target;
pub(crate) mod target_document;
pub(crate) mod targets;

pub(crate) use event::{EventKind, RunEvent};
pub(crate) use target::Target;
pub(crate) use targets::Targets;
