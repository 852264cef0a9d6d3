//! The rules that a single request can break, a file for each part of the request.

pub(crate) mod body;
pub(crate) mod body_schema;
pub(crate) mod calls;
pub(crate) mod headers;
pub(crate) mod query;
pub(crate) mod secrets;

use super::description::Description;
use super::exchange::Exchange;
use super::findings::Findings;

/// Adds every rule that the request breaks by itself to `found`.
pub(crate) fn check_request(exchange: &Exchange<'_>, description: &Description, found: &mut Findings) {
    calls::check(exchange, found);
    headers::check(exchange, found);
    query::check(exchange, description, found);
    body::check(exchange, found);
    secrets::check(exchange, found);
    body_schema::check(exchange, description, found);
}
