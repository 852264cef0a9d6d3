//! The operations of a PATCH of a flow: which paths a client may change, and when. Reference: "Flows" (PATCH);
//! `flows-errors.csv`, 1365-400, 1366-400, 1403-400, 1404-400.
//!
//! Decided: a value of `/scheduleParams` with some keys only keeps the others. A key that keeps its value, in whatever
//! form, is not a change. A draft has not started, so its schedule is checked when it is published, as its options are.

use super::options;
use super::schedule::{self, Frequency, Rules, Schedule};
use crate::base::config::Leniency;
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::services::entities::Context;
use crate::services::entities::patch::PatchOperation;
use crate::services::flow_specs::FlowSpec;
use crate::store::State;
use serde_json::{Map, Value, json};

/// The top-level keys that a PATCH may change.
const CHANGEABLE: [&str; 10] = [
    "name",
    "description",
    "labels",
    "policy",
    "state",
    "scheduleParams",
    "transformations",
    "sourceConnectionIds",
    "targetConnectionIds",
    "options",
];

/// Checks an operation before it is applied to `flow`. The result replaces it, if there is one.
///
/// # Errors
/// FLOW-1100-400 with the codes in the module's documentation, and those of the schedule.
pub(super) fn checked(
    operation: &PatchOperation, flow: &Value, context: &Context<'_>,
) -> Result<Option<PatchOperation>, Error> {
    let path: Vec<&str> = operation.path().collect();
    match path.as_slice() {
        ["options", rest @ ..] if flow["state"] != State::Draft.name() => {
            if let Some(spec) = spec_of(flow, context) {
                options::check_change(rest, operation.value(), spec)?;
            }
            Ok(None)
        }
        ["scheduleParams", rest @ ..]
            if flow["state"] != State::Draft.name() && has_schedule(flow, context) =>
        {
            let now = Map::new();
            let current = flow["scheduleParams"].as_object().unwrap_or(&now);
            schedule_operation(operation, rest, current, context)
        }
        [key, ..] if CHANGEABLE.contains(key) => Ok(None),
        _ => {
            let (path, known) = (excerpt(&operation.pointer()), CHANGEABLE.join(", "));
            let detail = format!("a PATCH of a flow cannot change {path}; it can change {known}");
            Err(Error::provider(ProviderCode::PathFixed, detail).at(operation.place("/path")))
        }
    }
}

/// The members of the last operation that a PATCH adds.
pub(super) fn details(operations: &[PatchOperation]) -> Map<String, Value> {
    let operations: Vec<Value> = operations.iter().map(PatchOperation::to_json).collect();
    let details = [
        ("percentCompleted", json!(100.0)),
        ("status", json!({ "value": "completed", "errors": [] })),
        ("ops", operations.into()),
    ];
    details.map(|(key, value)| (key.to_owned(), value)).into_iter().collect()
}

/// Whether a flow has a schedule that is checked.
fn has_schedule(flow: &Value, context: &Context<'_>) -> bool {
    spec_of(flow, context).is_some_and(FlowSpec::is_batch_source)
}

/// The flow spec of a flow; `None` if it is gone.
fn spec_of<'c>(flow: &Value, context: &'c Context<'_>) -> Option<&'c FlowSpec> {
    let id = flow["flowSpec"]["id"].as_str()?;
    context.flow_specs.versions(id).first()
}

fn schedule_operation(
    operation: &PatchOperation, rest: &[&str], current: &Map<String, Value>, context: &Context<'_>,
) -> Result<Option<PatchOperation>, Error> {
    match (rest, operation.value()) {
        ([], Some(Value::Object(changes))) => {
            for (key, value) in changes {
                check_change(key, Some(value), current, context)?;
            }
            let mut merged = current.clone();
            merged.extend(changes.clone());
            Ok(Some(operation.with_value(merged.into())))
        }
        ([], None | Some(Value::Null)) => {
            let detail = "scheduleParams cannot be removed; the flow's spec has a schedule".to_owned();
            Err(schedule::refuse(ProviderCode::ScheduleMissing, detail, ""))
        }
        ([key], value) => check_change(key, value, current, context).map(|()| None),
        _ => Ok(None),
    }
}

/// Checks a change of a key of the schedule.
fn check_change(
    key: &str, value: Option<&Value>, current: &Map<String, Value>, context: &Context<'_>,
) -> Result<(), Error> {
    if schedule::is_same(key, current.get(key), value) {
        return Ok(());
    }
    let is_strict = context.leniency == Leniency::Strict;
    let before = Schedule::read(Some(&Value::Object(current.clone())), Rules::Form).ok();
    let has_started = before.is_some_and(|before| before.start <= context.now);
    let refuse = |code, detail: &str| Err(schedule::refuse(code, detail.to_owned(), &format!("/{key}")));
    match key {
        "startTime" if has_started => {
            let detail = "scheduleParams.startTime cannot change any more: the flow's start time has passed";
            refuse(ProviderCode::StartPassed, detail)
        }
        "startTime" if is_strict => match value {
            Some(value) if schedule::time_of(value, key)? < context.now => {
                refuse(ProviderCode::StartInPast, "scheduleParams.startTime is in the past (--strict)")
            }
            _ => Ok(()),
        },
        "frequency" if has_started => {
            let next = value.and_then(Value::as_str).and_then(Frequency::from_name);
            if next == Some(Frequency::Once) {
                let detail = "scheduleParams.frequency cannot become once: the flow's start time has passed";
                return refuse(ProviderCode::OnceTooLate, detail);
            }
            Ok(())
        }
        "backfill" if has_started => {
            let detail = "scheduleParams.backfill cannot change any more: the flow's start time has passed";
            refuse(ProviderCode::BackfillTooLate, detail)
        }
        "interval" if is_strict => {
            before.map_or(Ok(()), |before| schedule::check_interval(value, before.frequency))
        }
        _ => Ok(()),
    }
}
