//! The state of a server as a document: what a seed file holds, `POST` and `PUT /_flowmock/state` take and `GET` answers.
//!
//! ```yaml
//! clients: []               # who may ask for tokens; without any, anyone may
//! organisations:
//! - imsOrgId: "ABC@AdobeOrg"
//!   sandboxes:
//!   - name: prod
//!     type: production      # and whatever else sandbox management says of it
//!     connectionSpecs: []   # of this sandbox alone, as POST /connectionSpecs takes them
//!     connections: []       # as GET /connections/{id} answers them
//!     sources: {}           # what explore shows, by the name of the connection spec
//!     counters: {}          # how many ids a seeded generator has made; written by an export
//! ```
//!
//! [`read`] finds everything that is wrong before anything is changed; [`write`] is its inverse. `docs/state.md`
//! describes the document for users.

pub(crate) mod place;
pub(crate) mod read;
pub(crate) mod seed;
pub(crate) mod snapshots;
pub(crate) mod write;

pub(crate) use read::{Mode, read};
pub(crate) use seed::load;
pub(crate) use write::write;

use crate::base::tenant::Tenant;
use crate::services::identity::Client;
use crate::services::sandboxes::About;
use crate::services::world::Saved;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The keys of the document and of its parts.
mod key {
    pub(super) const CLIENTS: &str = "clients";
    pub(super) const ORGANISATIONS: &str = "organisations";
    pub(super) const IMS_ORG_ID: &str = "imsOrgId";
    pub(super) const SANDBOXES: &str = "sandboxes";
    pub(super) const NAME: &str = "name";
    pub(super) const CONNECTION_SPECS: &str = "connectionSpecs";
    pub(super) const SOURCES: &str = "sources";
    pub(super) const COUNTERS: &str = "counters";
}

/// What a document describes.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) sandboxes: Saved,
    /// What sandbox management says of sandboxes.
    pub(crate) declared: BTreeMap<Tenant, Arc<About>>,
    /// Who may ask for tokens.
    pub(crate) clients: Vec<Client>,
}
