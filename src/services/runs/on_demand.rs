//! Runs that calls make: on demand, and again. Reference: "On-demand runs"; `flows-errors.csv`, FLOW-1430-400, FLOW-1444-400,
//! FLOW-1446-400, 1333-400, 1381-400 to 1388-400, 1401-400.
//!
//! Decided: `params` without a `startTime` start now; an empty `deltaColumn` is none. The first run of a table adds its
//! `deltaColumn` to the flow before it is made, as the caller's write.

use super::additions::add;
use super::flow_runs::{FlowRuns, Origin, Run};
use super::outcome::{Ending, Status};
use super::sandbox_runs::SandboxRuns;
use super::schedule::{Rhythm, moment, number};
use super::shape::Shape;
use super::shared::Shared;
use crate::base::error::{Code, Error, ProviderCode, excerpt};
use crate::base::json::kind_of;
use crate::base::operation::Kind;
use crate::base::tenant::Caller;
use crate::base::time::Millis;
use crate::services::entities::Id;
use crate::services::world::Sandbox;
use crate::store::{Entity, State};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// A run that a call asks for, and the change of its flow that must come first.
pub(crate) struct Wanted {
    flow: Uuid,
    start: Option<Millis>,
    window: Option<(Millis, Millis)>,
    params: Option<Value>,
    /// The operations of a PATCH that gives the flow its delta column.
    pub(crate) change: Option<Value>,
}

impl Wanted {
    /// The flow.
    pub(crate) fn flow(&self) -> Id {
        Id::new(self.flow.to_string())
    }

    /// Reads the body of `POST /runs`.
    ///
    /// # Errors
    /// FLOW-1000-400, FLOW-1430-400, FLOW-1444-400, FLOW-1446-400, and FLOW-1100-400 with 1381-400 to 1386-400.
    pub(crate) fn read(mut body: Value, sandbox: &Sandbox, runs: &SandboxRuns<'_>) -> Result<Self, Error> {
        if !body.is_object() {
            let detail = format!("the body must be an object, not {}", kind_of(&body));
            return Err(Error::bad_request(detail, ""));
        }
        let flow = find_flow(&body["flowId"], sandbox)?;
        check_enabled(&flow)?;
        let of_flow = runs.of_entity(&flow);
        let of_flow = of_flow.ok_or_else(|| Error::internal("an enabled flow has no plan"))?;
        let plan = &of_flow.plan;
        let id = flow.id();
        if !plan.facts.shape.is_batch_source() {
            let detail = format!("the flow {id} takes no runs on demand; only those of batch sources do");
            return Err(Error::provider(ProviderCode::NoRunsOnDemand, detail).at("/flowId"));
        }
        if plan.timeline.schedule().rhythm != Rhythm::Once {
            let item: Value = serde_json::from_slice(flow.item()).map_err(Error::internal)?;
            let frequency = item["scheduleParams"]["frequency"].as_str().unwrap_or_default().to_owned();
            let frequency = excerpt(&frequency);
            let detail = format!(
                "the flow {id} has the frequency {frequency}; runs on demand need the frequency once"
            );
            return Err(Error::provider(ProviderCode::FrequencyNotOnce, detail).at("/flowId"));
        }
        let Some(params) = body.get_mut("params").map(Value::take) else {
            return Ok(Self { flow: id, start: None, window: None, params: None, change: None });
        };
        let (start, window) = read_times(&params)?;
        let change = match plan.facts.shape {
            Shape::Table => delta_column(&params, plan.delta_column.as_deref())?,
            _ => None,
        };
        Ok(Self { flow: id, start, window: Some(window), params: Some(params), change })
    }

    /// Makes the run.
    ///
    /// # Errors
    /// FLOW-1430-400 if the flow was deleted meanwhile, FLOW-1004-403 if it has too many such runs.
    pub(crate) fn make(
        self, runs: &SandboxRuns<'_>, sandbox: &Sandbox, caller: &Caller,
    ) -> Result<Run, Error> {
        let of_flow = runs.of_stored(self.flow).ok_or_else(|| flow_unknown(&self.flow.to_string()))?;
        let now = runs.now;
        let start = self.start.unwrap_or(now).max(now);
        let window = self.window.unwrap_or((0, now));
        add(runs, sandbox, &of_flow, start, window, self.params.map(Shared::new), Some(caller))
    }
}

/// Makes a run again: with the window and the `params` of the run with that id.
///
/// # Errors
/// FLOW-1439-404, FLOW-1004-403, and FLOW-1100-400 with 1333-400, 1387-400 or 1388-400.
pub(crate) fn again(
    id: &Id, check: impl FnOnce(&Run) -> Result<(), Error>, runs: &SandboxRuns<'_>, sandbox: &Sandbox,
    caller: &Caller,
) -> Result<Run, Error> {
    let (of_flow, run) = find(id, runs)?;
    check(&run)?;
    let flow_id = of_flow.plan.facts.flow;
    let flow = sandbox.store.get(Kind::Flow, flow_id);
    let state = flow.as_ref().map_or("deleted", |flow| flow.state.name());
    if !of_flow.plan.facts.shape.is_batch_source() {
        let detail =
            format!("runs of the flow {flow_id} cannot be triggered again; only those of batch sources can");
        return Err(Error::provider(ProviderCode::ActionNotSupported, detail));
    }
    let Some(flow) = flow.filter(|flow| flow.state == State::Enabled) else {
        let detail = format!(
            "the flow {flow_id} of the run is {state}; its runs can be triggered again once it is enabled"
        );
        return Err(Error::provider(ProviderCode::FlowNotEnabled, detail));
    };
    let status = run.shown_status();
    let may = match run.status {
        _ if run.put.is_some() => status == Status::Failed.name(),
        Status::Failed => true,
        Status::Success => {
            run.outcome.ending == Ending::NothingNew || run.outcome.volume(&of_flow.plan).rows == 0
        }
        _ => false,
    };
    if !may {
        let detail = format!(
            "the run {} is {status}; a run can be triggered again if it failed, or succeeded without a record",
            run.uuid
        );
        return Err(Error::provider(ProviderCode::RunNotOver, detail));
    }
    let params = match &run.origin {
        Origin::Call { params, .. } => params.clone(),
        _ => None,
    };
    let of_flow = runs.of_entity(&flow).ok_or_else(|| Error::internal("an enabled flow has no plan"))?;
    // As in the first call, a start time that has not come is waited for.
    let start = params.as_ref().and_then(|params| moment(&params["startTime"]));
    let start = start.unwrap_or(runs.now).max(runs.now);
    add(runs, sandbox, &of_flow, start, run.window, params, Some(caller))
}

/// The run with that id.
///
/// # Errors
/// FLOW-1439-404.
pub(crate) fn find(id: &Id, runs: &SandboxRuns<'_>) -> Result<(FlowRuns, Run), Error> {
    let found = id.uuid().and_then(|uuid| runs.find(uuid));
    found.ok_or_else(|| Error::not_found("runs", id.as_str()))
}

/// The flow that a body names.
///
/// # Errors
/// FLOW-1000-400, FLOW-1430-400 or FLOW-1446-400.
pub(super) fn find_flow(id: &Value, sandbox: &Sandbox) -> Result<Arc<Entity>, Error> {
    let id = match id {
        Value::String(id) if !id.is_empty() => id,
        Value::Null | Value::String(_) => {
            let detail = "flowId is absent or empty; it names the flow to run";
            return Err(Error::new(Code::FlowIdMissing, detail).at("/flowId"));
        }
        other => {
            let detail = format!("flowId must be a string, not {}", kind_of(other));
            return Err(Error::bad_request(detail, "/flowId"));
        }
    };
    let uuid = Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == *id);
    uuid.and_then(|uuid| sandbox.store.get(Kind::Flow, uuid)).ok_or_else(|| flow_unknown(id))
}

fn flow_unknown(id: &str) -> Error {
    let id = excerpt(id);
    let detail = format!("no flow has the id {id} in this organisation and sandbox");
    Error::new(Code::RunFlowUnknown, detail).at("/flowId").report("flowId", id)
}

fn check_enabled(flow: &Entity) -> Result<(), Error> {
    if flow.state == State::Enabled {
        return Ok(());
    }
    let (id, state) = (flow.id(), flow.state.name());
    let detail = format!("the flow {id} is {state}; it runs once it is enabled");
    Err(Error::new(Code::FlowStateForbids, detail).at("/flowId"))
}

/// The start, if it is given, and the window.
fn read_times(params: &Value) -> Result<(Option<Millis>, (Millis, Millis)), Error> {
    let Value::Object(members) = params else {
        let detail = format!("params must be an object, not {}", kind_of(params));
        return Err(Error::bad_request(detail, "/params"));
    };
    let missing = |key: &str, what: &str| {
        let detail =
            format!("params.{key} {what}; windowStartTime and windowEndTime are seconds since the epoch");
        Error::provider(ProviderCode::RunParamsMissing, detail).at(format!("/params/{key}"))
    };
    let time = |key: &str| {
        let value = members.get(key).filter(|value| !value.is_null());
        value.map(|value| {
            let is_time = number(value).is_some_and(|number| number >= 0);
            moment(value).filter(|_| is_time).ok_or_else(|| missing(key, "is not a number"))
        })
    };
    let required = |key: &str| time(key).unwrap_or_else(|| Err(missing(key, "is absent")));
    let start = time("startTime").transpose()?;
    let window = (required("windowStartTime")?, required("windowEndTime")?);
    if window.1 < window.0 {
        let detail = "params.windowEndTime is before params.windowStartTime";
        return Err(Error::provider(ProviderCode::WindowReversed, detail).at("/params/windowEndTime"));
    }
    Ok((start, window))
}

/// The operations that give the flow the delta column in `params`; `None` if it has that one. `known` is its own.
fn delta_column(params: &Value, known: Option<&str>) -> Result<Option<Value>, Error> {
    let column = &params["deltaColumn"];
    let name = column["name"].as_str().or(column.as_str()).filter(|name| !name.is_empty());
    match (name, known) {
        (None, Some(_)) => Ok(None),
        (Some(name), Some(known)) if name == known => Ok(None),
        (Some(name), Some(known)) => {
            let (name, known) = (excerpt(name), excerpt(known));
            let detail =
                format!("params.deltaColumn is {name} but the flow has {known} in its Copy transformation");
            Err(Error::provider(ProviderCode::DeltaColumnDiffers, detail).at("/params/deltaColumn"))
        }
        (None, None) => {
            let detail =
                "params.deltaColumn is absent and the flow has none yet; the first run of a table names it";
            Err(Error::provider(ProviderCode::RunDeltaColumnMissing, detail).at("/params/deltaColumn"))
        }
        (Some(name), None) => {
            let column = if column.is_object() { column.clone() } else { json!({"name": name}) };
            let copy = json!({"name": "Copy", "params": {"deltaColumn": column}});
            Ok(Some(json!([{"op": "add", "path": "/transformations/-", "value": copy}])))
        }
    }
}
