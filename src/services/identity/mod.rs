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
pub(crate) use digests::digest;
pub(crate) use issuer::{Invalid, Issued, Issuer};
pub(crate) use token_type::TokenType;

use crate::base::secret::Secret;
use crate::base::time::Millis;
use crate::store::ids::Env;
use codes::Codes;
use digests::Digests;
use std::time::Duration;
use uuid::Uuid;

/// Everything about tokens that is not in them.
pub(crate) struct SavedTokens {
    pub(crate) key: Secret<[u8; 32]>,
    pub(crate) used_codes: Vec<Uuid>,
    pub(crate) issued_codes: u64,
    pub(crate) revoked: Vec<Uuid>,
}

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

    /// Revokes the token with that [`digest`]. The newest 10,000 are remembered.
    pub(crate) fn revoke(&self, token: Uuid) {
        self.revoked.insert(token);
    }

    /// Everything about tokens that is not in them.
    pub(crate) fn saved(&self) -> SavedTokens {
        SavedTokens {
            key: Secret::new(self.issuer.key()),
            used_codes: self.codes.used.all(),
            issued_codes: self.codes.issued(),
            revoked: self.revoked.all(),
        }
    }

    /// Restores everything about tokens that is not in them.
    pub(crate) fn restore(&self, saved: &SavedTokens) {
        self.issuer.set_key(*saved.key.expose());
        self.codes.used.replace(&saved.used_codes);
        self.codes.skip(saved.issued_codes);
        self.revoked.replace(&saved.revoked);
    }

    /// Forgets the used codes and the revoked tokens. Issued tokens stay valid: a client with a cached token must not fail
    /// after a reset.
    pub(crate) fn forget(&self) {
        self.codes.forget();
        self.revoked.forget();
    }
}
