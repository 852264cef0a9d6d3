//! Adobe's identity service (IMS), which issues access tokens.
//!
//! Reference: "Tokens and sandboxes". [`issuer`] issues and verifies tokens, [`client`] and [`clients`] are the configured
//! clients, [`codes`] the used authorization codes. The gateway decides whether a request needs a token.

pub(crate) mod client;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod issuer;

pub(crate) use client::Client;
pub(crate) use clients::Clients;
pub(crate) use issuer::{Invalid, Issued, Issuer};

use crate::store::ids::Env;
use codes::Codes;
use std::time::Duration;

/// The state of the identity service.
pub(crate) struct Ims {
    pub(crate) issuer: Issuer,
    pub(crate) clients: Clients,
    pub(crate) codes: Codes,
}

impl Ims {
    /// A service without configured clients: anyone may request tokens, which are valid for `lifetime`.
    pub(crate) fn new(lifetime: Duration, env: &Env) -> Self {
        Self { issuer: Issuer::new(lifetime, env), clients: Clients::default(), codes: Codes::default() }
    }

    /// Forgets which codes were used. Tokens stay valid: a client with a cached token must not fail after a reset.
    pub(crate) fn forget(&self) {
        self.codes.forget();
    }
}
