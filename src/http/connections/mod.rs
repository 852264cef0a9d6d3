//! The calls on `/connections`, an operation a file; [`access`] finds out how a source is asked.

pub(crate) mod access;
pub(crate) mod action;
pub(crate) mod configs;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod explore;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod search;
pub(crate) mod test;
pub(crate) mod update;

use super::extract::Id;
use super::routes::Routes;
use crate::base::error::Error;
use crate::base::operation::Operation;
use crate::services::connections::COLLECTION;

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

pub(crate) fn not_found(id: &Id) -> Error {
    Error::not_found(COLLECTION, id.as_str())
}
