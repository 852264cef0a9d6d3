//! flowmock's own calls, below `/_flowmock`: they need no headers.

mod errors;
mod health;
mod refusal;

pub use refusal::{Problem, Refused};

use crate::app::Shared;
use axum::Router;
use axum::routing::get;

/// Where they are. The healthcheck command asks the first.
pub(crate) const HEALTH: &str = "/_flowmock/health";
const ERRORS: &str = "/_flowmock/errors";

/// Whether a path is one of flowmock's own: no fault strikes it, and the journal does not know of it.
pub(crate) fn is_control(path: &str) -> bool {
    path.strip_prefix("/_flowmock").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route(HEALTH, get(health::health)).route(ERRORS, get(errors::errors))
}
