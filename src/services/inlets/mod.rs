//! Inlets: the addresses to which clients of streaming connections (HTTP API) send messages.
//!
//! Reference: "Streaming endpoint". The connection has its inlet in `auth.params`
//! ([`connections::inlet`](super::connections)); [`url`] says where it points. [`index`] and [`lookup`] find the connection
//! of an inlet, [`message`] checks what is sent there, [`mailbox`] keeps it for tests to read.

pub(crate) mod index;
pub(crate) mod lookup;
pub(crate) mod mailbox;
pub(crate) mod message;
pub(crate) mod url;

use crate::base::config::Config;
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use index::InletIndex;
use mailbox::Mailboxes;
use std::net::SocketAddr;

/// The inlets of a server.
pub(crate) struct Inlets {
    /// The address that the server listens on.
    pub(crate) address: SocketAddr,
    /// The connection of each inlet.
    pub(crate) index: InletIndex,
    /// The messages that each inlet got.
    pub(crate) mailboxes: Mailboxes,
}

impl Inlets {
    /// No inlets, bounded as `config` says, of a server that listens on the configured address.
    pub(crate) fn new(config: &Config) -> Self {
        let mailboxes = Mailboxes::new(config.inlet_messages, config.inlet_max_bytes);
        Self { address: config.listen, index: InletIndex::default(), mailboxes }
    }

    /// Adapts to a change of the sandboxes of `part` other than by the API, which may have added or removed inlets. Their
    /// messages are forgotten.
    pub(crate) fn replaced(&self, part: &Part) {
        self.index.outdate();
        self.mailboxes.forget(|tenant: &Tenant| part.has(tenant));
    }
}
