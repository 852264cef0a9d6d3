//! The layers around the routes and the steps that every request and response passes, one to a file.
//! [`router`](super::router) puts them in order.

pub(crate) mod contract_header;
pub(crate) mod cors;
pub(crate) mod damage;
pub(crate) mod date;
pub(crate) mod default_sandbox;
pub(crate) mod empty_body;
pub(crate) mod faults;
pub(crate) mod foreign_page;
pub(crate) mod gateway;
pub(crate) mod guard;
pub(crate) mod host;
pub(crate) mod journal;
pub(crate) mod log_line;
pub(crate) mod metrics;
pub(crate) mod panic_guard;
pub(crate) mod render;
pub(crate) mod request_id;
pub(crate) mod shared_state;
pub(crate) mod slashes;
pub(crate) mod time_limit;
pub(crate) mod unrecorded;

use crate::base::operation::paths::Call;
use axum::http::Request;
use axum::response::Response;
use std::future::Future;

/// A step of the way from a request to its response.
///
/// Unlike a tower service it is called through a shared reference: each request would otherwise clone the steps, and with them counts
/// of references for which the threads of the server compete.
pub(crate) trait Respond<B> {
    /// The response, when it is ready.
    type Future: Future<Output = Response> + Send + 'static;

    /// Begins to respond to a request that makes `call`.
    fn respond(&self, request: Request<B>, call: Call) -> Self::Future;
}
