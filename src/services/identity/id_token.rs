//! The ID token of OpenID Connect, which names the user who has logged in.
//!
//! Decided: it is signed with HMAC-SHA256 and the client's secret, as OpenID Connect Core, section 10.1, allows. The client
//! can verify it, and `/ims/keys` needs no public key.

use super::issuer::signed;
use crate::base::time::Millis;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac::{self, HMAC_SHA256};
use serde_json::json;
use std::time::Duration;

/// The claims of an ID token.
pub(crate) struct IdToken<'a> {
    /// The URL of the identity service.
    pub(crate) issuer: &'a str,
    pub(crate) user_id: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: Option<&'a str>,
}

impl IdToken<'_> {
    /// The signed token, valid from `now` for the given lifetime.
    pub(crate) fn issue(&self, client_secret: &str, now: Millis, lifetime: Duration) -> String {
        let seconds = now / 1000;
        let ends = seconds.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX));
        let mut claims = json!({
            "iss": self.issuer, "sub": self.user_id, "aud": self.client_id, "iat": seconds, "exp": ends,
        });
        if let Some(nonce) = self.nonce {
            claims["nonce"] = nonce.into();
        }
        let prefix = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#) + ".";
        signed(&prefix, claims.to_string().as_bytes(), &hmac::Key::new(HMAC_SHA256, client_secret.as_bytes()))
    }
}
