//! Base64 in the query of explore, in which clients send `filters` and `sourceParams`.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// URL-safe base64, padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes a parameter. Both alphabets of base64 are accepted, and a space for `+`, which is what an unencoded `+` in a
/// query stands for.
///
/// # Errors
/// A sentence without a subject about the mistake. It does not repeat the text, which may contain a credential.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, String> {
    let url_safe = text.replace(['+', ' '], "-").replace('/', "_");
    BASE64.decode(&url_safe).map_err(|_| format!("is not valid base64: {}", mistake(&url_safe)))
}

fn mistake(url_safe: &str) -> String {
    let is_of_alphabet = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
    match url_safe.chars().position(|c| !is_of_alphabet(c)) {
        Some(at) => {
            let hint = if url_safe.contains(['\r', '\n']) { "; leave out line ends" } else { "" };
            format!("the character at position {} is none of base64's{hint}", at + 1)
        }
        None => "its length or its last characters are wrong, as if its end were missing".to_owned(),
    }
}
