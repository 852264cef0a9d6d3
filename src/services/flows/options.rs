//! The `options` of a flow. Reference: "Flow specs" (`optionSpec`).
//!
//! Decided: as in a schedule, numbers and booleans may be written as texts. The percentage is at most 100. Flow specs
//! without an `optionSpec` take any options.

use super::schedule::{number_of, shown, truth_of};
use crate::base::error::Error;
use crate::services::entities::documents::JsonDocument as _;
use crate::services::flow_specs::FlowSpec;
use serde_json::Value;

/// Checks the options of a flow of that flow spec.
///
/// # Errors
/// FLOW-1000-400 for `errorDiagnosticsEnabled` and `partialIngestionPercent`.
pub(super) fn check(options: Option<&Value>, spec: &FlowSpec) -> Result<(), Error> {
    match options {
        Some(Value::Object(members)) if has_option_spec(spec) => {
            members.iter().try_for_each(|(key, value)| check_member(key, value))
        }
        _ => Ok(()),
    }
}

/// Checks a value that a PATCH puts at that path below the options.
///
/// # Errors
/// Those of [`check`].
pub(super) fn check_change(path: &[&str], value: Option<&Value>, spec: &FlowSpec) -> Result<(), Error> {
    match (path, value) {
        ([], options) => check(options, spec),
        ([key], Some(value)) if has_option_spec(spec) => check_member(key, value),
        _ => Ok(()),
    }
}

fn has_option_spec(spec: &FlowSpec) -> bool {
    spec.document()["optionSpec"].is_object()
}

fn check_member(key: &str, value: &Value) -> Result<(), Error> {
    let is_percent = || number_of(value).is_some_and(|percent| percent > 0.0 && percent <= 100.0);
    let wanted = match key {
        _ if value.is_null() => return Ok(()),
        "errorDiagnosticsEnabled" if truth_of(value).is_none() => "true or false",
        "partialIngestionPercent" if !is_percent() => "a number above 0 and at most 100",
        _ => return Ok(()),
    };
    let detail = format!("options.{key} must be {wanted}, not {}", shown(value));
    Err(Error::bad_request(detail, format!("/options/{key}")))
}
