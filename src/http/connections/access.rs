//! A stored connection that explore, configs or test ask the source about.
//!
//! Decided: the stored params must be complete and valid; the state does not matter. A disabled connection can be
//! explored, and so can a draft with its params. A draft without them is refused as in publishing.

use crate::app::App;
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::base::secret::Secret;
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

/// The definition of a stored connection whose source can be asked.
///
/// # Errors
///
/// FLOW-1413-400, FLOW-1415-400 and FLOW-1100-400, as for a POST of it.
pub(super) fn usable(app: &App, sandbox: &Sandbox, stored: Stored) -> Result<Connection, Error> {
    let context = Context { specs: app.specs.of(&sandbox.specs), leniency: app.config.leniency() };
    Connection::read(stored.json, Completeness::Whole, &context)
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

    /// The access that the source checks.
    pub(super) fn access(&self) -> Access<'_> {
        let params = self.auth.as_ref().and_then(|auth| auth.params.as_ref());
        Access { spec_id: &self.connection_spec.id, params: params.map(Secret::expose) }
    }
}
