//! Base connections. Reference: "A base connection", "Operations on /connections", "Listing", "Updating".
//!
//! [`definition`] is what a client says of a connection, [`record`] the whole of it as it is stored,
//! [`lifecycle`] the rules of its states, [`patch`] JSON Patch, [`if_match`] the precondition, [`question`]
//! what a list asks, [`fields`] what it can ask for, [`select`] and [`lookup`] how the answer is found,
//! [`access`] what a source is asked with; the other files are an operation each.

mod access;
mod action;
mod configs;
mod create;
mod definition;
mod delete;
mod explore;
mod fields;
#[cfg(feature = "internals")]
pub(crate) mod fuzz;
mod get;
mod if_match;
mod lifecycle;
mod list;
mod lookup;
#[cfg(feature = "internals")]
pub(crate) mod micro;
mod patch;
mod question;
mod record;
mod search;
mod seeded;
mod select;
mod test;
mod update;

pub(crate) use action::STATUSES as ACTION_STATUSES;
pub(crate) use patch::MAX_OPERATIONS as MAX_PATCH_OPERATIONS;
#[cfg(feature = "pact")]
pub(crate) use patch::patched;
pub(crate) use seeded::{Defaults, read as read_seeded};

use crate::error::Error;
use crate::operation::Operation;
use crate::store::Kind;
use crate::web::extract::Id;
use crate::web::routes::Routes;

/// Where the store keeps them.
pub(crate) const KIND: Kind = Kind::Connection;

/// What paths and error reports call them.
const COLLECTION: &str = "connections";

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListConnections, list::list)
        .on(Operation::CreateConnection, create::create)
        .on(Operation::SearchConnections, search::search)
        .on(Operation::GetConnection, get::get)
        .on(Operation::UpdateConnection, update::update)
        .on(Operation::DeleteConnection, delete::delete)
        .on(Operation::TestConnection, test::test)
        .on(Operation::ExploreConnection, explore::explore)
        .on(Operation::GetConnectionConfigs, configs::configs)
        .on(Operation::ActOnConnection, action::action)
}

fn not_found(id: &Id) -> Error {
    Error::not_found(COLLECTION, id.as_str())
}
