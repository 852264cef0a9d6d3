//! The encoding of a filter in a query: JSON in base64.

use super::refusal::Refusal;
use crate::base::error::ProviderCode;
use crate::base::json::{self, Nulls};
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

/// URL-safe base64, padded or not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The largest number of values in the JSON of a filter.
const MAX_VALUES: usize = 20_000;

/// Decodes a parameter. Both alphabets of base64 are accepted, and a space for `+`, which is what an unencoded `+` in a
/// query stands for.
///
/// # Errors
/// 1389-400 for text that is not base64, 1335-400 if it does not contain JSON.
pub(super) fn decode(text: &str) -> Result<Value, Refusal> {
    let url_safe = text.replace(['+', ' '], "-").replace('/', "_");
    let bytes = BASE64.decode(&url_safe).map_err(|_| not_base64(&url_safe))?;
    json::parse_within(&bytes, Nulls::Kept, json::MAX_DEPTH, MAX_VALUES).map_err(|reason| {
        let reason = format!("the base64 does not contain the JSON of a filter: {reason}");
        Refusal::new(ProviderCode::FilterNotSerialized, "", reason)
    })
}

fn not_base64(url_safe: &str) -> Refusal {
    let is_of_alphabet = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=');
    let mistake = match url_safe.chars().position(|c| !is_of_alphabet(c)) {
        Some(at) => {
            let hint = if url_safe.contains(['\r', '\n']) { "; leave out line ends" } else { "" };
            format!("the character at position {} is none of base64's{hint}", at + 1)
        }
        None => "its length or its last characters are wrong, as if its end were missing".to_owned(),
    };
    let reason = format!("it is not valid base64: {mistake}; send the filter's JSON in base64");
    Refusal::new(ProviderCode::FilterNotBase64, "", reason)
}
