//! `PUT /runs/{id}`: a provider writes a run. Reference: "Runs"; `flows-errors.csv`, FLOW-1428-400 to FLOW-1430-400.
//!
//! Decided: the members that are sent replace all of the run's, except for its stamps, its flow and its id. Members that are
//! left out are gone, but `flowSpec`. A `flowId` that is sent must be that of a flow.

use super::additions::full;
use super::extra::Put;
use super::flow_runs::Run;
use super::on_demand::{find, find_flow};
use super::run_id::Class;
use super::run_json::STAMPS;
use super::sandbox_runs::SandboxRuns;
use super::shared::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::base::json::kind_of;
use crate::base::operation::Kind;
use crate::base::tenant::Caller;
use crate::services::entities::Id;
use crate::services::world::Sandbox;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Replaces the members of a run. `check` decides about the current version.
///
/// # Errors
/// Those of `check`, FLOW-1439-404, FLOW-1000-400, FLOW-1428-400 to FLOW-1430-400, FLOW-1004-403.
pub(crate) fn put(
    id: &Id, body: Value, check: impl FnOnce(&Run) -> Result<(), Error>, runs: &SandboxRuns<'_>,
    sandbox: &Sandbox, caller: &Caller,
) -> Result<(), Error> {
    let (of_flow, run) = find(id, runs)?;
    check(&run)?;
    let members = read(body, runs, sandbox)?;
    let version = run.put.as_ref().map_or(0, |put| put.version + 1);
    let by = (caller.user.clone(), caller.api_key.clone());
    let put = Shared::new(Put { at: runs.now, by, version, members });
    let (flow, number) = (of_flow.plan.facts.flow, run.id.number);
    sandbox.alter_runs(|ledger| {
        let book = ledger.book_mut(flow);
        match run.id.class {
            Class::Scheduled => book.put_scheduled(number, put.clone()).map_err(full)?,
            Class::Extra => {
                if let Some(extra) = book.extra_mut(number) {
                    extra.put = Some(put.clone());
                }
            }
            Class::Hour => {
                if let Some(hour) = book.hours_mut().get_mut(number) {
                    hour.put = Some(put.clone());
                }
            }
        }
        Ok(())
    })?
}

fn read(body: Value, runs: &SandboxRuns<'_>, sandbox: &Sandbox) -> Result<Map<String, Value>, Error> {
    let mut members = match body {
        Value::Object(members) => members,
        other => {
            let detail = format!("the body must be an object, not {}", kind_of(&other));
            return Err(Error::bad_request(detail, ""));
        }
    };
    if let Some(flow) = members.get("flowId") {
        find_flow(flow, sandbox)?;
    }
    for key in ["metrics", "params", "flowSpec"] {
        if let Some(part) = members.get(key).filter(|part| !part.is_object()) {
            let detail = format!("{key} must be an object, not {}", kind_of(part));
            return Err(Error::bad_request(detail, format!("/{key}")));
        }
    }
    for key in ["activities", "predecessors"] {
        if let Some(part) = members.get(key).filter(|part| !part.is_array()) {
            let detail = format!("{key} must be an array, not {}", kind_of(part));
            return Err(Error::bad_request(detail, format!("/{key}")));
        }
    }
    let predecessors = members.get("predecessors").and_then(Value::as_array);
    for (place, predecessor) in predecessors.into_iter().flatten().enumerate() {
        let uuid = |key: &str| predecessor[key].as_str().and_then(|id| Uuid::try_parse(id).ok());
        let unknown = |code, key: &str, noun: &str| {
            let id = excerpt(predecessor[key].as_str().unwrap_or_default());
            let detail =
                format!("predecessors[{place}].{key} {id} is no {noun} of this organisation and sandbox");
            Error::new(code, detail).at(format!("/predecessors/{place}/{key}"))
        };
        if predecessor.get("flowId").is_some()
            && uuid("flowId").and_then(|flow| sandbox.store.get(Kind::Flow, flow)).is_none()
        {
            return Err(unknown(Code::PredecessorFlowUnknown, "flowId", "flow"));
        }
        if predecessor.get("flowRunId").is_some()
            && uuid("flowRunId").and_then(|run| runs.find(run)).is_none()
        {
            return Err(unknown(Code::PredecessorRunUnknown, "flowRunId", "run"));
        }
    }
    members.retain(|key, _| !STAMPS.contains(&key.as_str()));
    Ok(members)
}
