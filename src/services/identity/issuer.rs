//! [`Issuer`]: issues access tokens, refresh tokens and authorization codes, and verifies them.
//!
//! Reference: "Tokens and sandboxes" (the payload). Tokens are JWTs (RFC 7519) like those of IMS, but signed with
//! HMAC-SHA256 and a key of this server. That is enough, since every client of the server can get tokens, and
//! verification takes a few microseconds. The payload has everything about a token, so the server keeps no state for
//! it.

use super::token_type::TokenType;
use crate::base::secret::Secret;
use crate::base::time::Millis;
use crate::store::ids::Env;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac::{self, HMAC_SHA256};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use uuid::{Builder, Uuid};

/// The lifetime of an authorization code, as in IMS.
const CODE_LIFETIME: Duration = Duration::from_secs(30 * 60);

/// The lifetime of a refresh token, as in IMS.
const REFRESH_LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Issues tokens and verifies them.
pub(crate) struct Issuer {
    key: RwLock<TokenKey>,
    lifetime: Duration,
    ids: TokenIds,
    /// The prefix of the tokens of each type: the encoded header and a dot.
    prefixes: [String; 3],
}

/// The key that signs tokens.
struct TokenKey {
    bytes: Secret<[u8; 32]>,
    hmac: hmac::Key,
}

impl TokenKey {
    fn new(bytes: [u8; 32]) -> Self {
        Self { hmac: hmac::Key::new(HMAC_SHA256, &bytes), bytes: Secret::new(bytes) }
    }
}

/// How token ids are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TokenIds {
    Random,
    /// Derived from the payload.
    Derived,
}

/// The subject of a token.
pub(crate) struct Subject<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) ims_org_id: &'a str,
    /// The organisations that accept the token.
    pub(crate) opens: Opens,
    /// Whether it is known to be a user's token, with which `x-sandbox-id` is not allowed.
    pub(crate) is_users: bool,
    /// The scopes, separated by commas.
    pub(crate) scope: &'a str,
    /// The code or refresh token that was exchanged for the token; empty if there is none. With a seed, the token's id
    /// depends on it.
    pub(crate) exchanged: &'a str,
    /// The login of an authorization code; empty for other tokens.
    pub(crate) login: Login,
}

/// The parts of a login that are checked when its code is exchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Login {
    /// The address to which the code was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) redirect_uri: Option<String>,
    /// The PKCE challenge (RFC 7636), in the form of method S256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) challenge: Option<String>,
    /// The `nonce` of the request, for the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
}

/// The organisations that accept a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opens {
    /// The one in its payload.
    ItsOwn,
    /// Any, since its client is not configured and has no known organisation.
    Any,
}

/// The payload of a token that this server issued.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) client_id: String,
    /// The user's id.
    pub(crate) user_id: String,
    /// Whether the token is known to belong to a user.
    pub(crate) is_users: bool,
    /// The scopes, separated by commas.
    pub(crate) scope: String,
    /// The login of an authorization code; empty for other tokens.
    pub(crate) login: Login,
    ims_org_id: String,
    opens: Opens,
    expires_at: Millis,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// This server did not issue it.
    Unknown,
    /// The token has expired.
    Expired,
    /// Its client has revoked it.
    Revoked,
}

impl Issuer {
    /// An issuer of tokens with this lifetime, signed with a key from `env`. If `env` has a seed, token ids are derived from
    /// the payload, so the same subject gets the same token at the same time, whatever other clients do.
    pub(crate) fn new(lifetime: Duration, env: &Env) -> Self {
        let key = RwLock::new(TokenKey::new(env.key("tokens")));
        let ids = if env.is_seeded() { TokenIds::Derived } else { TokenIds::Random };
        let prefixes = TokenType::ALL.map(|kind| URL_SAFE_NO_PAD.encode(kind.header()) + ".");
        Self { key, lifetime, ids, prefixes }
    }

    /// The key that signs tokens, which is as secret as they are.
    pub(crate) fn key(&self) -> [u8; 32] {
        *self.current_key().bytes.expose()
    }

    /// Signs and verifies tokens with another key: that of an earlier server with this state, or of one that shares it.
    pub(crate) fn set_key(&self, key: [u8; 32]) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = TokenKey::new(key);
    }

    fn current_key(&self) -> RwLockReadGuard<'_, TokenKey> {
        self.key.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lifetime of access tokens.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Issues a token of that type.
    pub(crate) fn issue(&self, kind: TokenType, subject: &Subject<'_>, now: Millis) -> String {
        let id = match self.ids {
            TokenIds::Random => Uuid::new_v4(),
            TokenIds::Derived => {
                let told = self.payload(kind, subject, now, subject.exchanged);
                let digest = hmac::sign(&self.current_key().hmac, &told);
                let mut bytes = [0; 16];
                bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, derived)| *byte = *derived);
                Builder::from_random_bytes(bytes).into_uuid()
            }
        };
        let payload = self.payload(kind, subject, now, &format!("{now}_{id}_ue1"));
        signed(&self.prefixes[kind as usize], &payload, &self.current_key().hmac)
    }

    /// The payload of a token of that type that is valid at `now`.
    ///
    /// # Errors
    /// [`Invalid`] for any other text.
    pub(crate) fn verify(&self, kind: TokenType, token: &str, now: Millis) -> Result<Issued, Invalid> {
        let issued = self.read_as(kind, token).ok_or(Invalid::Unknown)?;
        if now < issued.expires_at { Ok(issued) } else { Err(Invalid::Expired) }
    }

    /// The payload of an access token, even an expired one; `None` if this server did not issue it. Texts of another form
    /// are rejected by their first bytes.
    pub(crate) fn read(&self, token: &str) -> Option<Issued> {
        self.read_as(TokenType::Access, token)
    }

    /// Like [`read`](Self::read), for tokens of that type.
    pub(crate) fn read_as(&self, kind: TokenType, token: &str) -> Option<Issued> {
        let told: ReadClaims = serde_json::from_slice(&self.payload_of(kind, token)?).ok()?;
        Some(Issued {
            client_id: told.client_id,
            user_id: told.user_id,
            is_users: told.flowmock.is_users,
            scope: told.scope,
            login: told.flowmock.login,
            ims_org_id: told.org,
            opens: if told.flowmock.opens_any { Opens::Any } else { Opens::ItsOwn },
            expires_at: told.created_at.parse::<Millis>().ok()?.saturating_add(told.expires_in.parse().ok()?),
        })
    }

    /// All claims of a token of that type; `None` if this server did not issue it.
    pub(crate) fn claims(&self, kind: TokenType, token: &str) -> Option<Value> {
        serde_json::from_slice(&self.payload_of(kind, token)?).ok()
    }

    /// The payload, if this server has signed the token.
    fn payload_of(&self, kind: TokenType, token: &str) -> Option<Vec<u8>> {
        let prefix = &self.prefixes[kind as usize];
        let (payload, signature) = token.strip_prefix(prefix)?.split_once('.')?;
        let signed = token.get(..prefix.len() + payload.len())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.current_key().hmac, signed.as_bytes(), &signature).ok()?; // in constant time
        URL_SAFE_NO_PAD.decode(payload).ok()
    }

    const fn lifetime_of(&self, kind: TokenType) -> Duration {
        match kind {
            TokenType::Access => self.lifetime,
            TokenType::Code => CODE_LIFETIME,
            TokenType::Refresh => REFRESH_LIFETIME,
        }
    }

    fn payload(&self, kind: TokenType, subject: &Subject<'_>, now: Millis, id: &str) -> Vec<u8> {
        let payload = TokenPayload {
            id,
            org: subject.ims_org_id,
            kind: kind.name(),
            client_id: subject.client_id,
            user_id: subject.user_id,
            issuer: "ims-na1",
            aa_id: subject.user_id,
            scope: subject.scope,
            created_at: now.to_string(),
            expires_in: self.lifetime_of(kind).as_millis().to_string(),
            flowmock: FlowmockClaims {
                is_users: subject.is_users,
                opens_any: subject.opens == Opens::Any,
                login: subject.login.clone(),
            },
        };
        // Serialising strings and booleans cannot fail.
        serde_json::to_vec(&payload).unwrap_or_default()
    }
}

/// A JWT: the encoded header and a dot, the payload, and the signature.
pub(super) fn signed(prefix: &str, payload: &[u8], key: &hmac::Key) -> String {
    let mut token = prefix.to_owned();
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let signature = hmac::sign(key, token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token
}

impl Issued {
    /// The only organisation that accepts the token; `None` if any accepts it.
    pub(crate) fn only_org(&self) -> Option<&str> {
        (self.opens == Opens::ItsOwn).then_some(&self.ims_org_id)
    }

    /// Whether the organisation accepts it.
    pub(crate) fn opens(&self, ims_org: &str) -> bool {
        self.opens == Opens::Any || self.ims_org_id == ims_org
    }

    /// The organisation that it was issued for.
    pub(crate) fn ims_org_id(&self) -> &str {
        &self.ims_org_id
    }
}

/// The claims of IMS tokens; times are in milliseconds, as text.
#[derive(Serialize)]
struct TokenPayload<'a> {
    id: &'a str,
    org: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    client_id: &'a str,
    user_id: &'a str,
    #[serde(rename = "as")]
    issuer: &'static str,
    aa_id: &'a str,
    scope: &'a str,
    created_at: String,
    expires_in: String,
    flowmock: FlowmockClaims,
}

impl Login {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Claims that IMS does not have.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FlowmockClaims {
    is_users: bool,
    opens_any: bool,
    #[serde(default, skip_serializing_if = "Login::is_empty")]
    login: Login,
}

/// The claims that are read back.
#[derive(Deserialize)]
struct ReadClaims {
    org: String,
    client_id: String,
    user_id: String,
    scope: String,
    created_at: String,
    expires_in: String,
    flowmock: FlowmockClaims,
}

#[cfg(test)]
mod tests;
