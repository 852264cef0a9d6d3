//! The parameters and the body of an action. Reference: "Operations on /connections"; `errors.csv`, FLOW-1406-400 to
//! FLOW-1408-400, FLOW-1434-400 to FLOW-1437-400.

use super::lifecycle::Action;
use super::members::wrong_type;
use crate::base::error::{Code, Error, excerpt};
use crate::store::query::Parameters;
use serde_json::Value;

/// The meaning of `op`.
pub(crate) enum Op {
    /// An action that a user's token may request.
    Users(Action),
    /// `finalize` and `finalize_update`.
    Providers,
}

impl Op {
    /// Reads the parameter `op`, in any letter case.
    ///
    /// # Errors
    /// FLOW-1434-400 if it is absent or unknown.
    pub(crate) fn read(query: &Parameters) -> Result<Self, Error> {
        let Some(op) = query.last("op") else {
            return Err(Error::new(
                Code::OpUnknown,
                "op is absent; give op=publish, op=enable or op=disable",
            ));
        };
        if let Some(action) = Action::from_name(op) {
            return Ok(Self::Users(action));
        }
        match op.to_ascii_lowercase().as_str() {
            "finalize" | "finalize_update" => Ok(Self::Providers),
            _ => {
                let detail = format!(
                    "op {} is none of publish, enable, disable, finalize, finalize_update",
                    excerpt(op)
                );
                Err(Error::new(Code::OpUnknown, detail))
            }
        }
    }
}

/// The detail that providers send with `finalize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SubOp {
    Apply,
    Rollback,
    Progress,
}

impl SubOp {
    /// Reads every value of `subOp`, from repeated parameters or a list.
    ///
    /// # Errors
    /// FLOW-1435-400 for an unknown value, FLOW-1406-400 for `progress` beside another.
    pub(crate) fn read_all(query: &Parameters) -> Result<Vec<Self>, Error> {
        let words = query.all("subOp").flat_map(|value| value.split(','));
        let sub_ops: Vec<Self> = words.map(|word| Self::read(word.trim())).collect::<Result<_, _>>()?;
        if sub_ops.contains(&Self::Progress) && sub_ops.iter().any(|&other| other != Self::Progress) {
            return Err(Error::of(Code::SubOpProgressCombined));
        }
        Ok(sub_ops)
    }

    fn read(word: &str) -> Result<Self, Error> {
        match word.to_ascii_lowercase().as_str() {
            "apply" => Ok(Self::Apply),
            "rollback" => Ok(Self::Rollback),
            "progress" => Ok(Self::Progress),
            _ => {
                let detail = format!("subOp {} is none of apply, rollback, progress", excerpt(word));
                Err(Error::new(Code::SubOpUnknown, detail))
            }
        }
    }
}

/// The values of `status.value`, each with whether the work is finished.
pub(crate) const STATUSES: [(&str, bool); 8] = [
    ("IN_PROGRESS", false),
    ("COMPLETED", true),
    ("SUCCESS", true),
    ("PARTIAL_SUCCESS", true),
    ("FAILED", true),
    ("PARTIAL_FAILURE", true),
    ("QUEUED", false),
    ("SCHEDULED", false),
];

/// Checks the body of an action, which reports the progress of the work; flowmock does not keep it.
///
/// # Errors
/// FLOW-1000-400, FLOW-1407-400, FLOW-1408-400 or FLOW-1437-400.
pub(crate) fn check_status(body: &Value, sub_ops: &[SubOp]) -> Result<(), Error> {
    if !body.is_object() {
        return Err(wrong_type(body, "an object", ""));
    }
    let percent = match body.get("percentCompleted") {
        None => None,
        Some(Value::Number(percent)) => percent.as_f64(),
        Some(other) => return Err(wrong_type(other, "a number", "/percentCompleted")),
    };
    let Some(status) = body.get("status") else { return Ok(()) };
    if !status.is_object() {
        return Err(wrong_type(status, "an object", "/status"));
    }
    let value = match status.get("value") {
        None => return Ok(()),
        Some(Value::String(value)) => value,
        Some(other) => return Err(wrong_type(other, "a string", "/status/value")),
    };
    let Some((name, is_end)) = STATUSES.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(value)) else {
        let names = STATUSES.map(|(name, _)| name).join(", ");
        let detail = format!("status.value {} is none of {names}", excerpt(value));
        return Err(Error::new(Code::StatusUnknown, detail).at("/status/value"));
    };
    if name == "FAILED" && sub_ops.contains(&SubOp::Progress) {
        return Err(Error::of(Code::FailedWithProgress).at("/status/value"));
    }
    match percent {
        Some(percent) if is_end && percent != 100.0 => {
            Err(Error::of(Code::PercentNotComplete).at("/percentCompleted"))
        }
        _ => Ok(()),
    }
}
