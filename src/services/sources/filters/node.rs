//! The nodes of a filter: their types, columns and literals.

use super::operator::Operator;
use super::refusal::Refusal;
use crate::base::error::{ProviderCode, excerpt};
use crate::base::json::kind_of;
use crate::base::spelling::nearest;
use serde_json::{Map, Value};

/// The form of a condition, for messages.
pub(super) const CONDITION: &str = r#"{"nodeType":"fnApply","fnName":"=","params":[...]}"#;
/// The form of a column, for messages.
pub(super) const COLUMN: &str = r#"{"nodeType":"fieldLookup","fieldName":"city"}"#;
/// The form of a value, for messages.
pub(super) const LITERAL: &str = r#"{"nodeType":"literal","value":"DDN"}"#;

/// 1349-400 at `path`.
pub(super) fn not_a_filter(path: impl Into<String>, reason: impl Into<String>) -> Refusal {
    Refusal::new(ProviderCode::FilterInvalid, path, reason)
}

/// How a member is wrong, for messages.
pub(super) fn how(sent: Option<&Value>) -> &'static str {
    match sent {
        None | Some(Value::Null) => "absent",
        Some(Value::String(text)) if text.is_empty() => "empty",
        Some(Value::Array(elements)) if elements.is_empty() => "empty",
        Some(other) => kind_of(other),
    }
}

/// The type of a node.
///
/// # Errors
/// 1349-400 unless it is one of those known.
pub(super) fn node_type<'n>(node: &'n Map<String, Value>, path: &str) -> Result<&'n str, Refusal> {
    const KNOWN: [&str; 3] = ["fnApply", "fieldLookup", "literal"];
    let sent = node.get("nodeType").unwrap_or(&Value::Null);
    let reason = match sent {
        Value::String(text) if KNOWN.contains(&&**text) => return Ok(text),
        Value::String(text) => {
            let meant = nearest(text, KNOWN);
            let hint = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
            format!("{} is none of {}{hint}", excerpt(text), KNOWN.join(", "))
        }
        Value::Null => format!("it is absent; send one of {}", KNOWN.join(", ")),
        other => format!("it is {}; send one of {}", kind_of(other), KNOWN.join(", ")),
    };
    Err(not_a_filter(format!("{path}/nodeType"), reason))
}

/// The node of the type `expected`, whose form is `form`.
///
/// # Errors
/// 1349-400.
fn node_of<'n>(
    node: &'n Value, expected: &str, form: &str, operator: Operator, path: &str,
) -> Result<&'n Map<String, Value>, Refusal> {
    let sent = match node {
        Value::Object(members) => match node_type(members, path)? {
            sent if sent == expected => return Ok(members),
            sent => format!("a {sent}"),
        },
        other => kind_of(other).to_owned(),
    };
    Err(not_a_filter(path, format!("{} needs a {expected} here, not {sent}; send {form}", operator.name())))
}

/// The name in the first param.
///
/// # Errors
/// 1349-400.
pub(super) fn read_column(node: &Value, operator: Operator, at_params: &str) -> Result<String, Refusal> {
    let path = format!("{at_params}/0");
    match node_of(node, "fieldLookup", COLUMN, operator, &path)?.get("fieldName") {
        Some(Value::String(name)) if !name.is_empty() => Ok(name.clone()),
        sent => {
            let reason = format!("the column of {} is {}; send its name", operator.name(), how(sent));
            Err(not_a_filter(format!("{path}/fieldName"), reason))
        }
    }
}

/// The value in the second param; null if it is absent, since nulls in a body count as absent.
///
/// # Errors
/// 1349-400.
pub(super) fn read_literal<'n>(
    node: &'n Value, operator: Operator, column: &str, path: &str,
) -> Result<&'n Value, Refusal> {
    let literal = node_of(node, "literal", LITERAL, operator, path).map_err(|mut refusal| {
        refusal.reason += &format!("; {} compares the column {}", operator.name(), excerpt(column));
        refusal
    })?;
    Ok(literal.get("value").unwrap_or(&Value::Null))
}
