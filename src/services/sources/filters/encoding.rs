//! The encoding of a filter in a query: JSON in base64.

use super::refusal::Refusal;
use crate::base::error::ProviderCode;
use crate::base::json::{self, Nulls};
use crate::services::sources::encoded;
use serde_json::Value;

/// The largest number of values in the JSON of a filter.
const MAX_VALUES: usize = 20_000;

/// Decodes a parameter.
///
/// # Errors
/// 1389-400 for text that is not base64, 1335-400 if it does not contain JSON.
pub(super) fn decode(text: &str) -> Result<Value, Refusal> {
    let bytes = encoded::decode(text).map_err(|mistake| {
        let reason = format!("it {mistake}; send the filter's JSON in base64");
        Refusal::new(ProviderCode::FilterNotBase64, "", reason)
    })?;
    json::parse_within(&bytes, Nulls::Kept, json::MAX_DEPTH, MAX_VALUES).map_err(|reason| {
        let reason = format!("the base64 does not contain the JSON of a filter: {reason}");
        Refusal::new(ProviderCode::FilterNotSerialized, "", reason)
    })
}
