//! The calls of sandbox management. Reference: "Tokens and sandboxes".

pub(crate) mod get;
pub(crate) mod known;
pub(crate) mod list;
pub(crate) mod wire;

use super::routes::Routes;
use crate::base::operation::Operation;

pub(crate) fn routes() -> Routes {
    Routes::default().on(Operation::ListSandboxes, list::list).on(Operation::GetSandbox, get::get)
}
