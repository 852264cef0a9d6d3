//! The wire form of a [`Filter`], checked against what its source supports.

use super::at_source::FilterAtSource;
use super::encoding;
use super::filter::Filter;
use super::node::{CONDITION, not_a_filter};
use super::reader::Reader;
use super::refusal::Refusal;
use crate::base::error::{ProviderCode, excerpt};
use crate::base::json::kind_of;
use serde_json::Value;

/// The form of a filter, for messages.
const FORM: &str = r#"send {"type":"PQL","format":"pql/json","value":{...}}"#;
impl Filter {
    /// Reads a filter in base64, as in a query.
    ///
    /// # Errors
    /// 1389-400 and 1335-400 for the encoding, 1393-400 for `null`, and those of [`Filter::read`].
    pub(crate) fn decode(text: &str, source: &FilterAtSource<'_>) -> Result<Self, Refusal> {
        let empty = || {
            let reason = "it is null; leave the parameter out, or send the base64 of a filter";
            Refusal::new(ProviderCode::ParameterEmpty, "", reason)
        };
        if text == "null" {
            return Err(empty());
        }
        match encoding::decode(text)? {
            Value::Null => Err(empty()),
            value => Self::read(&value, source),
        }
    }

    /// Reads a filter.
    ///
    /// # Errors
    /// 1349-400 to 1352-400, 1355-400 to 1357-400, 1377-400, 1379-400, 1390-400.
    pub(crate) fn read(value: &Value, source: &FilterAtSource<'_>) -> Result<Self, Refusal> {
        let Value::Object(members) = value else {
            return Err(not_a_filter("", format!("a filter is an object, not {}; {FORM}", kind_of(value))));
        };
        let keys =
            [("type", "PQL", ProviderCode::FilterType), ("format", "pql/json", ProviderCode::FilterFormat)];
        for (key, expected, code) in keys {
            let sent = members.get(key).unwrap_or(&Value::Null);
            if sent != expected {
                let sent = match sent {
                    Value::Null => "absent".to_owned(),
                    Value::String(text) => excerpt(text),
                    other => kind_of(other).to_owned(),
                };
                return Err(Refusal::new(code, format!("/{key}"), format!("it is {sent}; send {expected}")));
            }
        }
        match members.get("value").unwrap_or(&Value::Null) {
            Value::Null => {
                let reason = format!("it is absent; send the condition, {CONDITION}");
                Err(Refusal::new(ProviderCode::FilterValueMissing, "/value", reason))
            }
            condition => Reader::of(source).condition(condition, "/value", 1),
        }
    }
}
