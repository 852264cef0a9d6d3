//! The calls on `/connectionSpecs`, one operation to a file.

pub(crate) mod configs;
pub(crate) mod create;
pub(crate) mod explore;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod own;
pub(crate) mod replace;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListConnectionSpecs, list::list)
        .on(Operation::CreateConnectionSpec, create::create)
        .on(Operation::GetConnectionSpec, get::get)
        .on(Operation::ReplaceConnectionSpec, replace::replace)
        .on(Operation::ExploreConnectionSpec, explore::explore)
        .on(Operation::GetConnectionSpecConfigs, configs::configs)
}
