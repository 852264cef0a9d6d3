//! A stored connection that explore, configs or test ask the source about.
//!
//! Decided: the stored params must be complete and valid; the state does not matter. A disabled connection can be
//! explored, and so can a draft with its params. A draft without them is refused as in publishing.

use crate::app::{App, Shared};
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::base::secret::Secret;
use crate::http::blocking::with_brought_specs;
use crate::http::extract::Id;
use crate::services::connection_specs::{ConnectionSpec, TenantSpecs};
use crate::services::connections::Connection;
use crate::services::entities::record::Stored;
use crate::services::entities::spec_ref::SpecRef;
use crate::services::entities::{Completeness, Definition};
use crate::services::sources::{Access, Layout, Seeded, Source};
use crate::services::specs::Spec as _;
use crate::services::world::Sandbox;
use std::sync::Arc;

/// The stored connection with that id.
///
/// # Errors
/// FLOW-1439-404.
pub(super) fn stored(sandbox: &Sandbox, id: &Id) -> Result<Stored, Error> {
    Stored::read(&*id.find(sandbox, Kind::Connection)?)
}

/// A stored connection whose source can be asked, with the parts of the server that this needs.
pub(super) struct AskedConnection<'a> {
    app: &'a App,
    connection: Connection,
    specs: TenantSpecs<'a>,
    seeded: Arc<Seeded>,
}

impl<'a> AskedConnection<'a> {
    /// Checks a stored connection.
    ///
    /// # Errors
    /// FLOW-1413-400, FLOW-1415-400 and FLOW-1100-400, as for a POST of it.
    pub(super) async fn of(app: &'a Shared, sandbox: &'a Sandbox, stored: Stored) -> Result<Self, Error> {
        let json = stored.json;
        let context = app.context(sandbox);
        let connection = if Connection::can_be_slow(&context) && Connection::is_slow(&json, &context) {
            let sandbox = sandbox.clone();
            let read = move |app: &App| Connection::read(json, Completeness::Whole, &app.context(&sandbox));
            with_brought_specs(true, app, read).await?
        } else {
            Connection::read(json, Completeness::Whole, &context)?
        };
        Ok(Self { app, connection, specs: context.specs, seeded: sandbox.seeded() })
    }

    /// The connection spec, which names the source.
    ///
    /// # Errors
    /// FLOW-1413-400.
    pub(super) fn spec(&self) -> Result<&ConnectionSpec, Error> {
        let SpecRef { id, version, .. } = &self.connection.connection_spec;
        Ok(self.specs.resolve(id, version.as_deref())?.spec())
    }

    /// The source, if it can be explored, and its layout.
    ///
    /// # Errors
    /// FLOW-1413-400; FLOW-1100-400 with 1336-400 if the source cannot be explored.
    pub(super) fn explorable(&self) -> Result<(&dyn Source, Layout), Error> {
        let (spec, sources) = (self.spec()?, &self.app.sources);
        sources.explorable(&self.seeded, spec.name(), spec.layout())
    }

    /// The source, if its columns can be named, and its layout.
    ///
    /// # Errors
    /// FLOW-1413-400; FLOW-1100-400 with 1305-400 if the source has none.
    pub(super) fn configurable(&self) -> Result<(&dyn Source, Layout), Error> {
        let (spec, sources) = (self.spec()?, &self.app.sources);
        sources.configurable(&self.seeded, spec.name(), spec.layout())
    }

    /// Whether the source can be reached.
    ///
    /// # Errors
    /// FLOW-1413-400.
    pub(super) async fn test(&self) -> Result<bool, Error> {
        let (spec, sources) = (self.spec()?, &self.app.sources);
        Ok(sources.of(&self.seeded, spec.name(), spec.layout()).test(&self.access()).await)
    }

    /// The access that the source checks.
    pub(super) fn access(&self) -> Access<'_> {
        let Connection { auth, connection_spec, .. } = &self.connection;
        let params = auth.as_ref().and_then(|auth| auth.params.as_ref());
        Access { spec_id: &connection_spec.id, params: params.map(Secret::expose) }
    }
}
