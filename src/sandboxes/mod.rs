//! Sandbox management: which sandboxes an organisation has.
//!
//! Reference: "Tokens and sandboxes". Its paths are behind the gateway too, but need no `x-sandbox-name`. [`declared`]
//! is what a seed document says of sandboxes, [`known`] which there are, [`wire`] how they are answered.

mod declared;
mod get;
mod known;
mod list;
mod wire;

pub(crate) use declared::{About, Declared};
pub(crate) use list::MAX_LIMIT;

use crate::operation::Operation;
use crate::web::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::default().on(Operation::ListSandboxes, list::list).on(Operation::GetSandbox, get::get)
}
