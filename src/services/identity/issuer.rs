//! [`Issuer`]: issues access tokens and verifies them.
//!
//! Reference: "Tokens and sandboxes" (the payload). Tokens are JWTs (RFC 7519) like those of IMS, but signed with
//! HMAC-SHA256 and a key of this server. That is enough, since every client of the server can get tokens, and
//! verification takes a few microseconds. The payload has everything about a token, so the server keeps no state for
//! it.

use crate::base::time::Millis;
use crate::store::ids::Env;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac::{self, HMAC_SHA256};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::{Builder, Uuid};

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT","kid":"flowmock","itt":"at"}"#;

/// Issues tokens and verifies them.
pub(crate) struct Issuer {
    key: hmac::Key,
    lifetime: Duration,
    ids: TokenIds,
    /// The encoded header and a dot, with which every token begins.
    prefix: String,
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
    /// Separated by commas.
    pub(crate) scope: &'a str,
    /// The authorization code that was exchanged for it; empty if none was.
    pub(crate) code: &'a str,
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
    /// Whether it is known to be a user's token.
    pub(crate) is_users: bool,
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
}

impl Issuer {
    /// An issuer of tokens with this lifetime, signed with a key from `env`. If `env` has a seed, token ids are derived from
    /// the payload, so the same subject gets the same token at the same time, whatever other clients do.
    pub(crate) fn new(lifetime: Duration, env: &Env) -> Self {
        let key = hmac::Key::new(HMAC_SHA256, &env.key("tokens"));
        let ids = if env.is_seeded() { TokenIds::Derived } else { TokenIds::Random };
        Self { key, lifetime, ids, prefix: URL_SAFE_NO_PAD.encode(HEADER) + "." }
    }

    /// The lifetime of its tokens.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Issues a token.
    pub(crate) fn issue(&self, subject: &Subject<'_>, now: Millis) -> String {
        let id = match self.ids {
            TokenIds::Random => Uuid::new_v4(),
            TokenIds::Derived => {
                let told = self.payload(subject, now, subject.code);
                let digest = hmac::sign(&self.key, &told);
                let mut bytes = [0; 16];
                bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, derived)| *byte = *derived);
                Builder::from_random_bytes(bytes).into_uuid()
            }
        };
        let payload = self.payload(subject, now, &format!("{now}_{id}_ue1"));
        let mut token = self.prefix.clone();
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = hmac::sign(&self.key, token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut token);
        token
    }

    /// The payload of a token that is valid at `now`.
    ///
    /// # Errors
    /// [`Invalid`] if it is not.
    pub(crate) fn verify(&self, token: &str, now: Millis) -> Result<Issued, Invalid> {
        let issued = self.read(token).ok_or(Invalid::Unknown)?;
        if now < issued.expires_at { Ok(issued) } else { Err(Invalid::Expired) }
    }

    /// The payload of a token, expired or not; `None` if this server did not issue it. Texts of another form are rejected by
    /// their first bytes.
    pub(crate) fn read(&self, token: &str) -> Option<Issued> {
        let (payload, signature) = token.strip_prefix(&self.prefix)?.split_once('.')?;
        let signed = token.get(..self.prefix.len() + payload.len())?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        hmac::verify(&self.key, signed.as_bytes(), &signature).ok()?; // in constant time
        let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
        let told: Told = serde_json::from_slice(&payload).ok()?;
        Some(Issued {
            client_id: told.client_id,
            user_id: told.user_id,
            is_users: told.flowmock.is_users,
            ims_org_id: told.org,
            opens: if told.flowmock.opens_any { Opens::Any } else { Opens::ItsOwn },
            expires_at: told.created_at.parse::<Millis>().ok()?.saturating_add(told.expires_in.parse().ok()?),
        })
    }

    fn payload(&self, subject: &Subject<'_>, now: Millis, id: &str) -> Vec<u8> {
        let payload = TokenPayload {
            id,
            org: subject.ims_org_id,
            kind: "access_token",
            client_id: subject.client_id,
            user_id: subject.user_id,
            issuer: "ims-na1",
            aa_id: subject.user_id,
            scope: subject.scope,
            created_at: now.to_string(),
            expires_in: self.lifetime.as_millis().to_string(),
            flowmock: Own { is_users: subject.is_users, opens_any: subject.opens == Opens::Any },
        };
        // Serialising strings and booleans cannot fail.
        serde_json::to_vec(&payload).unwrap_or_default()
    }
}

impl Issued {
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
    flowmock: Own,
}

/// Claims that IMS does not have.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    is_users: bool,
    opens_any: bool,
}

/// The claims that are read back.
#[derive(Deserialize)]
struct Told {
    org: String,
    client_id: String,
    user_id: String,
    created_at: String,
    expires_in: String,
    flowmock: Own,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Clock;
    use proptest::prelude::*;
    use serde_json::Value;

    const HOUR: Duration = Duration::from_secs(3600);
    const NOW: Millis = 1_700_000_000_000;

    fn make(lifetime: Duration, seed: Option<u64>) -> Issuer {
        Issuer::new(lifetime, &Env::new(Clock::system(), seed))
    }

    fn subject() -> Subject<'static> {
        Subject {
            client_id: "client",
            user_id: "jane@AdobeID",
            ims_org_id: "A@AdobeOrg",
            opens: Opens::ItsOwn,
            is_users: true,
            scope: "openid,AdobeID",
            code: "",
        }
    }

    fn decoded(token: &str, part: usize) -> Value {
        let part = token.split('.').nth(part).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_token_is_a_jwt_with_the_claims_that_the_reference_names() {
        let token = make(HOUR, None).issue(&subject(), NOW);
        assert_eq!(token.split('.').count(), 3);
        let (header, payload) = (decoded(&token, 0), decoded(&token, 1));
        assert_eq!((&header["alg"], &header["typ"]), (&"HS256".into(), &"JWT".into()));
        for (claim, expected) in [
            ("org", "A@AdobeOrg"),
            ("type", "access_token"),
            ("client_id", "client"),
            ("user_id", "jane@AdobeID"),
            ("scope", "openid,AdobeID"),
            ("created_at", "1700000000000"),
            ("expires_in", "3600000"),
        ] {
            assert_eq!(payload[claim], expected, "{payload}");
        }
        assert!(payload["id"].as_str().unwrap().starts_with("1700000000000_"), "{payload}");
    }

    #[test]
    fn a_token_is_valid_until_the_exact_end_of_its_lifetime() {
        let issuer = make(HOUR, None);
        let token = issuer.issue(&subject(), NOW);
        let end = NOW + 3_600_000;
        for now in [NOW - 1, NOW, end - 1] {
            let issued = issuer.verify(&token, now).unwrap();
            assert_eq!((issued.client_id.as_str(), issued.user_id.as_str()), ("client", "jane@AdobeID"));
            assert!(issued.is_users && issued.opens("A@AdobeOrg") && !issued.opens("B@AdobeOrg"));
        }
        for now in [end, Millis::MAX] {
            assert_eq!(issuer.verify(&token, now).unwrap_err(), Invalid::Expired);
        }
        assert!(issuer.read(&token).is_some());
        let at_once = make(Duration::ZERO, None);
        assert_eq!(at_once.verify(&at_once.issue(&subject(), NOW), NOW).unwrap_err(), Invalid::Expired);
        // The latest clock and the longest lifetime.
        let for_ever = make(Duration::from_secs(365 * 24 * 60 * 60), None);
        assert!(for_ever.verify(&for_ever.issue(&subject(), Millis::MAX), Millis::MAX - 1).is_ok());
    }

    #[test]
    fn a_token_of_an_unconfigured_client_is_accepted_by_any_organisation() {
        let issuer = make(HOUR, None);
        let token = issuer.issue(&Subject { opens: Opens::Any, ..subject() }, NOW);
        assert!(issuer.verify(&token, NOW).unwrap().opens("B@AdobeOrg"));
    }

    #[test]
    fn a_token_of_another_server_is_unknown() {
        let issuer = make(HOUR, None);
        let token = issuer.issue(&subject(), NOW);
        let others = make(HOUR, None).issue(&subject(), NOW);
        let (head, signature) = token.rsplit_once('.').unwrap();
        let (prefix, _) = head.split_once('.').unwrap();
        let forged = URL_SAFE_NO_PAD.encode(r#"{"client_id":"client"}"#);
        let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        for token in [
            "",
            ".",
            "..",
            "opaque",
            &others,
            head,
            &format!("{head}."),
            &format!("{token}."),
            &format!("{token}="),
            &format!("{token}A"),
            &token[..token.len() - 1],
            &format!("{prefix}.{forged}.{signature}"),
            &format!("{unsigned}.{}.", head.split_once('.').unwrap().1),
        ] {
            assert_eq!(issuer.verify(token, NOW).unwrap_err(), Invalid::Unknown, "{token}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_token_for_the_same_request_and_another_for_any_other() {
        let token = |seed, subject: &Subject<'_>, now| make(HOUR, Some(seed)).issue(subject, now);
        let first = token(1, &subject(), NOW);
        assert_eq!(first, token(1, &subject(), NOW));
        let id = |token: &str| decoded(token, 1)["id"].clone();
        for other in [
            token(2, &subject(), NOW),
            token(1, &subject(), NOW + 1),
            token(1, &Subject { client_id: "other", ..subject() }, NOW),
            token(1, &Subject { scope: "openid", ..subject() }, NOW),
            token(1, &Subject { code: "code", ..subject() }, NOW),
        ] {
            assert_ne!(id(&first), id(&other));
        }
        assert!(make(HOUR, Some(1)).verify(&first, NOW).is_ok(), "on the next run too");
        let issuer = make(HOUR, None);
        assert_ne!(issuer.issue(&subject(), NOW), issuer.issue(&subject(), NOW), "without a seed");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(token in any::<String>(), part in "[A-Za-z0-9_-]{0,40}") {
            let issuer = make(HOUR, Some(7));
            prop_assert!(issuer.read(&token).is_none());
            let prefixed = format!("{}{part}.{token}", issuer.prefix);
            prop_assert!(issuer.read(&prefixed).is_none());
        }

        #[test]
        fn a_token_with_a_changed_byte_is_unknown(at in any::<prop::sample::Index>(), byte in "[A-Za-z0-9_.-]") {
            let issuer = make(HOUR, Some(7));
            let token = issuer.issue(&subject(), NOW);
            let at = at.index(token.len());
            let mut changed = token.clone();
            changed.replace_range(at..=at, &byte);
            prop_assume!(changed != token);
            prop_assert!(issuer.read(&changed).is_none());
        }
    }
}
