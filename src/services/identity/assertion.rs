//! [`Assertion`]: the JWT with which a service account asks for a token (`/ims/exchange/jwt`).
//!
//! Source: Adobe's public documentation of service account credentials: the claims `iss` (an organisation), `sub` (a
//! technical account), `aud` (`https://<IMS host>/c/<client id>`) and `exp` (in seconds). Decided: the signature is not
//! verified, since no certificate of the client is known here.

use crate::base::document::reader::is_name;
use crate::base::time::Millis;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

/// The claims in the JWT of a service account.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Assertion {
    /// The organisation.
    #[serde(rename = "iss")]
    pub(crate) ims_org_id: String,
    /// The technical account.
    #[serde(rename = "sub")]
    pub(crate) account: String,
}

impl Assertion {
    /// Reads the JWT of a client.
    ///
    /// # Errors
    /// A sentence with the fault. It quotes nothing from the JWT.
    pub(crate) fn read(jwt: &str, client_id: &str, now: Millis) -> Result<Self, &'static str> {
        let parts: Vec<&str> = jwt.splitn(4, '.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err("jwt_token is no JWT: it must have three parts, separated by dots");
        };
        let read = |part: &str| -> Option<Value> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?).ok()
        };
        let (Some(header), Some(claims)) = (read(header), read(payload)) else {
            return Err("jwt_token cannot be decoded: header and payload must be base64url of JSON");
        };
        let algorithm = header["alg"].as_str().unwrap_or_default();
        if algorithm.is_empty() || algorithm.eq_ignore_ascii_case("none") || signature.is_empty() {
            return Err("jwt_token is not signed");
        }
        let expires_at = claims["exp"].as_i64().ok_or("the JWT has no exp, in whole seconds")?;
        if expires_at.saturating_mul(1000) <= now {
            return Err("the JWT has expired");
        }
        let audience = claims["aud"].as_str().unwrap_or_default();
        if audience.rsplit_once("/c/").is_none_or(|(_, client)| client != client_id) {
            return Err("the aud of the JWT does not end with /c/ and the client_id");
        }
        let assertion: Self =
            serde_json::from_value(claims).map_err(|_| "the JWT needs iss and sub, both text")?;
        if is_name(&assertion.ims_org_id) && is_name(&assertion.account) {
            Ok(assertion)
        } else {
            Err("iss or sub of the JWT has characters that no header can carry, or is empty")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    const NOW: Millis = 1_700_000_000_000;

    fn jwt(header: &Value, claims: &Value, signature: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{signature}", part(header), part(claims))
    }

    fn claims() -> Value {
        json!({"iss": "A@AdobeOrg", "sub": "B@techacct.adobe.com", "exp": NOW / 1000 + 1,
               "aud": "https://ims-na1.adobelogin.com/c/key", "https://ims-na1.adobelogin.com/s/ent_dataservices_sdk": true})
    }

    #[test]
    fn the_documented_claims_are_enough() {
        let read = Assertion::read(&jwt(&json!({"alg": "RS256"}), &claims(), "c2ln"), "key", NOW).unwrap();
        assert_eq!((read.ims_org_id.as_str(), read.account.as_str()), ("A@AdobeOrg", "B@techacct.adobe.com"));
    }

    #[test]
    fn a_jwt_is_refused_with_the_reason() {
        let with = |key: &str, value: Value| {
            let mut claims = claims();
            claims[key] = value;
            jwt(&json!({"alg": "RS256"}), &claims, "c2ln")
        };
        for (jwt, reason) in [
            ("a.b".to_owned(), "three parts"),
            ("a.b.c.d".to_owned(), "three parts"),
            ("?.?.c".to_owned(), "decoded"),
            (jwt(&json!({"alg": "none"}), &claims(), "c2ln"), "not signed"),
            (jwt(&json!({}), &claims(), "c2ln"), "not signed"),
            (jwt(&json!({"alg": "RS256"}), &claims(), ""), "not signed"),
            (with("exp", Value::Null), "no exp"),
            (with("exp", json!(NOW / 1000)), "expired"),
            (with("aud", json!("https://ims-na1.adobelogin.com/c/other")), "aud"),
            (with("aud", Value::Null), "aud"),
            (with("iss", Value::Null), "iss and sub"),
            (with("sub", json!(7)), "iss and sub"),
            (with("sub", json!("a\nb")), "characters"),
            (with("iss", json!("")), "characters"),
        ] {
            let refused = Assertion::read(&jwt, "key", NOW).unwrap_err();
            assert!(refused.contains(reason), "{reason}: {refused}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r"[a-zA-Z0-9_.=-]{0,60}|.{0,40}") {
            prop_assert!(Assertion::read(&text, "key", NOW).is_err());
        }
    }
}
