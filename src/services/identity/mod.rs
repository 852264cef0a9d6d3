//! Adobe's identity service (IMS), which issues access tokens and describes their accounts.
//!
//! Reference: "Tokens and sandboxes". [`issuer`] issues and verifies tokens, [`client`] and [`clients`] are the configured
//! clients, [`codes`] the authorization codes. A login is checked by [`redirect`] and [`pkce`]; [`assertion`] is a service
//! account's request, [`person`] and [`id_token`] describe the user. The gateway decides whether a request needs a token.

pub(crate) mod assertion;
pub(crate) mod client;
pub(crate) mod clients;
pub(crate) mod codes;
mod digests;
pub(crate) mod id_token;
pub(crate) mod issuer;
pub(crate) mod person;
pub(crate) mod pkce;
pub(crate) mod redirect;
pub(crate) mod token_type;

pub(crate) use client::Client;
pub(crate) use clients::Clients;
pub(crate) use issuer::{Invalid, Issued, Issuer};
pub(crate) use token_type::TokenType;

use crate::base::time::Millis;
use crate::store::ids::Env;
use codes::Codes;
use digests::Digests;
use std::time::Duration;

/// The state of the identity service.
pub(crate) struct Ims {
    pub(crate) issuer: Issuer,
    pub(crate) clients: Clients,
    pub(crate) codes: Codes,
    revoked: Digests,
}

impl Ims {
    /// A service without configured clients: anyone may request tokens, which are valid for `lifetime`.
    pub(crate) fn new(lifetime: Duration, env: &Env) -> Self {
        Self {
            issuer: Issuer::new(lifetime, env),
            clients: Clients::default(),
            codes: Codes::default(),
            revoked: Digests::default(),
        }
    }

    /// The payload of a token of that type that is valid at `now` and not revoked.
    ///
    /// # Errors
    /// [`Invalid`] for any other text.
    pub(crate) fn verify(&self, kind: TokenType, token: &str, now: Millis) -> Result<Issued, Invalid> {
        let issued = self.issuer.verify(kind, token, now)?;
        if self.revoked.contains(token) { Err(Invalid::Revoked) } else { Ok(issued) }
    }

    /// Revokes a token. The newest 10,000 are remembered.
    pub(crate) fn revoke(&self, token: &str) {
        self.revoked.insert(token);
    }

    /// Forgets the used codes and the revoked tokens. Issued tokens stay valid: a client with a cached token must not fail
    /// after a reset.
    pub(crate) fn forget(&self) {
        self.codes.forget();
        self.revoked.forget();
    }
}
