//! flowmock's own calls, below `/_flowmock`: they need no headers.

mod errors;
mod health;

use crate::app::Shared;
use axum::Router;
use axum::routing::get;

/// Where they are. The healthcheck command asks the first.
pub(crate) const HEALTH: &str = "/_flowmock/health";
const ERRORS: &str = "/_flowmock/errors";

pub(crate) fn routes() -> Router<Shared> {
    Router::new().route(HEALTH, get(health::health)).route(ERRORS, get(errors::errors))
}
