//! A stored connection as its source is asked about it, by explore, configs and test.
//!
//! Decided: the stored params must be whole and valid; the state does not matter. A disabled connection,
//! whose flows stand still, can be explored; so can a draft that has its params. A draft without them is refused as
//! publishing it would be.

use crate::app::{App, Shared};
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::base::secret::Secret;
use crate::http::apart::with_brought_specs;
use crate::http::extract::Id;
use crate::services::connection_specs::{ConnectionSpec, TenantSpecs};
use crate::services::connections::Connection;
use crate::services::connections::definition::SpecRef;
use crate::services::entities::record::Stored;
use crate::services::entities::{Completeness, Context, Definition};
use crate::services::sources::Access;
use crate::services::world::Sandbox;

/// The stored connection with that id.
///
/// # Errors
/// FLOW-1439-404.
pub(super) fn stored(sandbox: &Sandbox, id: &Id) -> Result<Stored, Error> {
    Stored::read(&*id.find(sandbox, Kind::Connection)?)
}

/// The definition of a stored connection, if its source can be asked with it.
///
/// # Errors
/// FLOW-1413-400, FLOW-1415-400 and FLOW-1100-400, as for a POST of it.
pub(super) async fn usable(app: &Shared, sandbox: &Sandbox, stored: Stored) -> Result<Connection, Error> {
    let json = stored.json;
    let context = Context { specs: app.specs.of(&sandbox.specs), leniency: app.config.leniency() };
    if !Connection::can_be_slow(&context) || !Connection::is_slow(&json, &context) {
        return Connection::read(json, Completeness::Whole, &context);
    }
    drop(context);
    let specs = sandbox.specs.clone();
    let read = move |app: &App| {
        let context = Context { specs: app.specs.of(&specs), leniency: app.config.leniency() };
        Connection::read(json, Completeness::Whole, &context)
    };
    with_brought_specs(true, app, read).await
}

impl Connection {
    /// The connection spec whose source answers.
    ///
    /// # Errors
    /// FLOW-1413-400.
    pub(super) fn spec<'a>(&self, specs: &'a TenantSpecs<'_>) -> Result<&'a ConnectionSpec, Error> {
        let SpecRef { id, version, .. } = &self.connection_spec;
        Ok(specs.resolve(id, version.as_deref())?.spec())
    }

    /// What the source is told about its client.
    pub(super) fn access(&self) -> Access<'_> {
        let params = self.auth.as_ref().and_then(|auth| auth.params.as_ref());
        Access { spec_id: &self.connection_spec.id, params: params.map(Secret::expose) }
    }
}
