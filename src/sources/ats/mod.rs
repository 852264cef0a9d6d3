//! Azure Table Storage. Reference: "Azure Table Storage (ATS)".

mod connection_string;

use super::{Leniency, Refusal, Source};
use connection_string::ConnectionString;
use serde_json::Value;

/// The id of its connection spec.
pub(super) const SPEC_ID: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// The source.
pub(super) struct AzureTableStorage;

const CONNECTION_STRING: &str = "connectionString";

impl Source for AzureTableStorage {
    fn check(&self, params: &Value, leniency: Leniency) -> Result<(), Refusal> {
        let Some(text) = params.get(CONNECTION_STRING).and_then(Value::as_str) else {
            // The auth spec says whether it must be there and be a string; a user's own fixture may say otherwise.
            return Ok(());
        };
        let parsed = ConnectionString::parse(text, leniency)
            .map_err(|fault| Refusal { param: CONNECTION_STRING, reason: fault.to_string() })?;
        tracing::debug!(account = parsed.account(), endpoint = parsed.endpoint(), "an ATS connection string");
        Ok(())
    }
}
