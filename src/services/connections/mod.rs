//! Base connections. Reference: "A base connection", "Operations on /connections", "Listing", "Updating".
//!
//! [`definition`] is what a client says of a connection, [`record`] the whole of it as it is stored,
//! [`lifecycle`] the rules of its states, [`patch`] JSON Patch, [`if_match`] the precondition, [`question`]
//! what a list asks, [`fields`] what it can ask for, [`select`] and [`lookup`] how the answer is found,
//! [`access`] what a source is asked with; the other files are an operation each.

pub(crate) mod definition;
pub(crate) mod fields;
pub(crate) mod record;
pub(crate) mod seeded;

pub(crate) use crate::http::connections::action::STATUSES as ACTION_STATUSES;
pub(crate) use crate::services::entities::patch::MAX_OPERATIONS as MAX_PATCH_OPERATIONS;
pub(crate) use crate::services::entities::patch::patched;
pub(crate) use seeded::{Defaults, read as read_seeded};

use crate::store::Kind;

/// Where the store keeps them.
pub(crate) const KIND: Kind = Kind::Connection;

/// What paths and error reports call them.
pub(crate) const COLLECTION: &str = "connections";
