//! `POST /connections/{id}/action`. Reference: "Operations on /connections"; `errors.csv`, FLOW-1402-400 to
//! FLOW-1409-400, FLOW-1422-400, FLOW-1434-400 to FLOW-1437-400.
//!
//! Decided: the query is judged first, then the body, then whether the token may, then the connection; so
//! each refusal can be met, although `finalize` itself always ends in FLOW-1402-400 while every token is a
//! user's.

use super::update::change;
use crate::app::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::extract::{Id, Payload, Query};
use crate::services::connections::definition::wrong_type;
use crate::services::entities::if_match::IfMatch;
use crate::services::entities::lifecycle::Action;
use crate::services::world::Sandbox;
use crate::store::query::Parameters;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

pub(super) async fn action(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, id: Id, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&["op", "subOp"])?;
    let op = Op::read(&query)?;
    let sub_ops = SubOp::read_all(&query)?;
    if !body.is_empty() {
        check_status(&body.json(Nulls::Dropped)?, &sub_ops)?;
    }
    let action = match op {
        Op::Users(_) if !sub_ops.is_empty() => return Err(Error::of(Code::SubOpNotSupported)),
        Op::Users(action) => action,
        Op::Providers => return Err(Error::of(Code::ProviderOnlyAction)),
    };
    let entity =
        change(&app, &sandbox, &caller, &id, &IfMatch::Any, |current, _| action.apply(current.state))?;
    Ok(answer::written(StatusCode::OK, &entity))
}

/// What `op` asks for.
enum Op {
    /// What a user's token may.
    Users(Action),
    /// `finalize` and `finalize_update`.
    Providers,
}

impl Op {
    fn read(query: &Parameters) -> Result<Self, Error> {
        let Some(op) = query.last("op") else {
            return Err(Error::new(
                Code::OpUnknown,
                "op is absent; give op=publish, op=enable or op=disable",
            ));
        };
        match op.to_ascii_lowercase().as_str() {
            "publish" => Ok(Self::Users(Action::Publish)),
            "enable" => Ok(Self::Users(Action::Enable)),
            "disable" => Ok(Self::Users(Action::Disable)),
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

/// The further word that providers send with `finalize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SubOp {
    Apply,
    Rollback,
    Progress,
}

impl SubOp {
    /// Every one that the query names, in repeated parameters or a list.
    fn read_all(query: &Parameters) -> Result<Vec<Self>, Error> {
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

/// The values of `status.value`, and whether each means that the work is over.
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

/// Checks what an action's body says of the work's progress; nothing of it is kept.
fn check_status(body: &Value, sub_ops: &[SubOp]) -> Result<(), Error> {
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
