//! A stored connection as its source is asked about it, by explore, configs and test.
//!
//! Decided: what counts is that the stored params are whole and valid, not the state. A disabled connection,
//! whose flows stand still, can be explored; so can a draft that has its params. One that has not is refused
//! as publishing it would be.

use super::not_found;
use crate::app::App;
use crate::base::error::Error;
use crate::base::secret::Secret;
use crate::http::extract::Id;
use crate::services::connection_specs::{Completeness, ConnectionSpec, TenantSpecs};
use crate::services::connections::KIND;
use crate::services::connections::definition::{Definition, SpecRef};
use crate::services::connections::record::Stored;
use crate::services::sources::Access;
use crate::services::world::Sandbox;

/// The stored connection with that id.
///
/// # Errors
/// FLOW-1439-404.
pub(super) fn stored(sandbox: &Sandbox, id: &Id) -> Result<Stored, Error> {
    let entity = id.uuid().and_then(|uuid| sandbox.store.get(KIND, uuid)).ok_or_else(|| not_found(id))?;
    Stored::read(&entity)
}

/// What a stored connection says, if its source could be asked with it.
///
/// # Errors
/// FLOW-1413-400, FLOW-1415-400 and FLOW-1100-400, as for a POST of it.
pub(super) fn usable(app: &App, sandbox: &Sandbox, stored: Stored) -> Result<Definition, Error> {
    Definition::read(stored.json, &app.specs.of(&sandbox.specs), Completeness::Whole, app.config.leniency())
}

impl Definition {
    /// The connection spec whose source answers.
    ///
    /// # Errors
    /// FLOW-1413-400.
    pub(super) fn spec<'a>(&self, specs: &'a TenantSpecs<'_>) -> Result<&'a ConnectionSpec, Error> {
        let SpecRef { id, version, .. } = &self.connection_spec;
        Ok(specs.resolve(id, version.as_deref())?.spec())
    }

    /// With what its source is asked.
    pub(super) fn access(&self) -> Access<'_> {
        let params = self.auth.as_ref().and_then(|auth| auth.params.as_ref());
        Access { spec_id: &self.connection_spec.id, params: params.map(Secret::expose) }
    }
}
