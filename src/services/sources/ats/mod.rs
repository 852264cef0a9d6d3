//! Azure Table Storage. Reference: "Azure Table Storage (ATS)".

pub(crate) mod connection_string;
mod pairs;
mod values;

use super::content::{Column, ColumnType};
use super::params::{InvalidParam, Params};
use crate::base::config::Leniency;
use connection_string::ConnectionString;
use serde_json::Value;

/// The id of the connection spec.
pub(super) const SPEC_ID: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";

/// The name of the connection spec.
pub(super) const SPEC_NAME: &str = "azure-table-storage";

/// The columns that every entity has, whatever its table.
pub(super) fn system_columns() -> Vec<Column> {
    vec![
        Column::new("PartitionKey", ColumnType::Text),
        Column::new("RowKey", ColumnType::Text),
        Column::new("Timestamp", ColumnType::DateTime),
    ]
}

/// Checks the params of Azure Table Storage.
pub(super) struct AzureTableStorage;

const CONNECTION_STRING: &str = "connectionString";

impl Params for AzureTableStorage {
    fn check(&self, params: &Value, leniency: Leniency) -> Result<(), InvalidParam> {
        let Some(text) = params.get(CONNECTION_STRING).and_then(Value::as_str) else {
            // The auth spec decides whether it is required and a string; a user's own spec may differ.
            return Ok(());
        };
        let parsed = ConnectionString::parse(text, leniency)
            .map_err(|fault| InvalidParam { param: CONNECTION_STRING, reason: fault.to_string() })?;
        tracing::debug!(account = parsed.account(), endpoint = parsed.endpoint(), "an ATS connection string");
        Ok(())
    }

    fn account(&self, params: &Value) -> Option<String> {
        // `check` has decided about placeholders.
        let text = params.get(CONNECTION_STRING)?.as_str()?;
        ConnectionString::parse(text, Leniency::Placeholders).ok()?.account().map(str::to_owned)
    }
}
