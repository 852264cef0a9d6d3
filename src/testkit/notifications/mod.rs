//! The log of notifications: what was sent to webhooks, how often, and what they answered.
//!
//! Decided: like the journal it is a record of what happened, not a part of the state.

pub(crate) mod delivery;
pub(crate) mod filter;
pub(crate) mod log;
pub(crate) mod show;

pub(crate) use delivery::{Attempt, Delivery, DeliveryFacts, DeliveryState};
pub(crate) use filter::NotificationFilter;
pub(crate) use log::NotificationLog;
pub use show::{Notification, NotificationAttempt};
