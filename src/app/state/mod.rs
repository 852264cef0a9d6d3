//! The state of a server as a document: the content of a seed file, and of what `/_flowmock/state` takes and answers.
//!
//! ```yaml
//! clients: []               # the clients of the token endpoints; if there are none, anyone may ask for a token
//! organisations:
//! - imsOrgId: "ABC@AdobeOrg"
//!   sandboxes:
//!   - name: prod
//!     type: production      # and other keys of sandbox management
//!     connectionSpecs: []   # the sandbox's own, as POST /connectionSpecs takes them
//!     flowSpecs: []         # likewise, as POST /flowSpecs takes them
//!     connections: []       # as GET /connections/{id} answers them
//!     sources: {}           # the data that explore shows, by the name of the connection spec
//!     schemas: []           # the documents of the other services: dataSets, mappingSets, landingZones, encryptionKeys too
//!     notificationTargets: []   # the webhooks that are told of runs
//!     counters: {}          # how many ids a seeded generator has made; written by an export
//! ```
//!
//! [`read()`] reports everything that is wrong before anything is changed; [`StateDocument`] is its inverse. [`change`] and
//! [`snapshots`] are the operations on the state. `docs/state.md` describes the document for users.

pub(crate) mod change;
pub(crate) mod memory;
pub(crate) mod read;
pub(crate) mod seed;
pub(crate) mod snapshots;
pub(crate) mod write;

pub(crate) use read::{Mode, read};
pub(crate) use seed::load;
pub(crate) use write::{StateDocument, write_briefly};

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
    pub(super) const SOURCES: &str = "sources";
    pub(super) const COUNTERS: &str = "counters";
}

/// The state of a server or of a part of it.
#[derive(Clone, Default)]
pub(crate) struct SavedState {
    pub(crate) sandboxes: Saved,
    /// The descriptions of sandboxes in sandbox management.
    pub(crate) declared: BTreeMap<Tenant, Arc<About>>,
    /// The clients of the token endpoints.
    pub(crate) clients: Vec<Client>,
}
