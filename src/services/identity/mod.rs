//! Adobe's identity service (IMS): the endpoints that issue tokens, and what is known of the tokens that they issued.
//!
//! Reference: "Tokens and sandboxes". [`request`] is what a client asks, [`token`] what it gets, [`client`] and
//! [`clients`] who may ask, [`issuer`] makes tokens and knows them again, [`codes`] the authorization codes that are
//! used up. Whether a token is needed at all is the gateway's business.

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

/// What the token endpoints know.
pub(crate) struct Ims {
    /// Makes tokens, and knows its own again.
    pub(crate) issuer: Issuer,
    /// Who may ask for tokens.
    pub(crate) clients: Clients,
    pub(crate) codes: Codes,
}

impl Ims {
    /// Without clients, so that anyone may ask. Tokens are good for `lifetime`.
    pub(crate) fn new(lifetime: Duration, env: &Env) -> Self {
        Self { issuer: Issuer::new(lifetime, env), clients: Clients::default(), codes: Codes::default() }
    }

    /// Forgets which codes were used. Tokens stay good until they expire: a client that caches its token must not
    /// fail because a test has reset the data.
    pub(crate) fn forget(&self) {
        self.codes.forget();
    }
}
