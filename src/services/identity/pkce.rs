//! Proof Key for Code Exchange (RFC 7636).

use crate::base::secret::is_same;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

/// The challenge of a request in the form of the method `S256`.
///
/// # Errors
/// A sentence with the fault of the challenge or the method.
pub(crate) fn challenge(challenge: &str, method: Option<&str>) -> Result<String, &'static str> {
    if !is_well_formed(challenge) {
        return Err("code_challenge must have 43 to 128 letters, digits, -, ., _ or ~");
    }
    match method {
        Some("S256") => Ok(challenge.to_owned()),
        Some("plain") | None => Ok(derived(challenge)), // `plain` is the RFC's default
        Some(_) => Err("code_challenge_method must be S256 or plain"),
    }
}

/// Whether the challenge was made from the verifier.
pub(crate) fn is_proof(verifier: &str, challenge: &str) -> bool {
    is_same(derived(verifier).as_bytes(), challenge.as_bytes())
}

fn derived(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

fn is_well_formed(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc_is_a_proof() {
        let (verifier, challenge_of_it) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let kept = challenge(challenge_of_it, Some("S256")).unwrap();
        assert!(is_proof(verifier, &kept) && !is_proof("another", &kept));
        for plain in [Some("plain"), None] {
            assert!(is_proof(verifier, &challenge(verifier, plain).unwrap()));
        }
        assert!(
            challenge("short", Some("S256")).is_err() && challenge(challenge_of_it, Some("s256")).is_err()
        );
    }
}
