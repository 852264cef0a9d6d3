//! Connection specs: what a connection may connect to, and the JSON Schemas that its `auth.params` must satisfy.
//!
//! They are data: documents under `fixtures/connection-specs/`, compiled into the binary, each the item that
//! `GET /connectionSpecs` is documented to answer with. A folder of the user's adds to them. Reference:
//! "Connection specs", "Azure Table Storage (ATS)".

mod configs;
mod explore;
mod load;
mod registry;
mod validate;

pub(crate) use registry::Registry;
pub(crate) use validate::Completeness;

use crate::app::{Shared, at};
use crate::error::Error;
use axum::Router;
use axum::routing::get;

/// What a connection spec's source answers without a connection to it.
pub(crate) fn source_routes() -> Router<Shared> {
    Router::new()
        .route(&at("/connectionSpecs/{id}/explore"), get(explore::explore))
        .route(&at("/connectionSpecs/{id}/configs"), get(configs::configs))
}

impl Registry {
    /// The newest version of the spec with that id.
    ///
    /// # Errors
    /// FLOW-1439-404 if there is none.
    fn newest(&self, id: &str) -> Result<&registry::ConnectionSpec, Error> {
        self.versions(id).first().ok_or_else(|| Error::not_found("connectionSpecs", id))
    }
}
