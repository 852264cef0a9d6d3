//! The calls on `/runs`. Reference: "Runs".
//!
//! The rules are those of [`crate::services::runs`]; runs are written when they are asked for.

pub(crate) mod action;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod put;
mod written;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListRuns, list::list)
        .on(Operation::CreateRun, create::create)
        .on(Operation::GetRun, get::get)
        .on(Operation::ReplaceRun, put::put)
        .on(Operation::ActOnRun, action::action)
}
