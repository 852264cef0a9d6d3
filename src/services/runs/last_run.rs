//! `lastRunDetails` of a flow: its newest run that has started. Reference: "Flows" (an item).
//!
//! It is computed when a flow is read, so a flow's etag and `updatedAt` do not change with it.

use super::flow_runs::{FlowRuns, SortTime};
use super::merged::Merged;
use super::sandbox_runs::SandboxRuns;
use crate::store::{Direction, Entity};
use serde_json::{Map, Value, json};
use std::slice;

/// The key of a flow.
pub(crate) const KEY: &str = "lastRunDetails";

/// The details of a flow; `None` if no run has started.
pub(crate) fn details(runs: &SandboxRuns<'_>, flow: &Entity) -> Option<Value> {
    of_flow(&runs.of_entity(flow)?)
}

fn of_flow(runs: &FlowRuns) -> Option<Value> {
    let mut newest = Merged::new(slice::from_ref(runs), SortTime::Created, Direction::Descending, None);
    let run = newest.find_map(|(_, place)| {
        let run = runs.get(place.id.class, place.id.number)?;
        (run.start <= runs.now).then_some(run)
    })?;
    let mut details = json!({"id": run.uuid, "state": run.shown_status(), "startedAtUTC": run.start});
    if let Some(completed) = run.completed() {
        details["completedAtUTC"] = completed.into();
    }
    Some(details)
}

/// The details as a member of the flow, for filters and orders.
pub(crate) fn member(runs: &SandboxRuns<'_>, flow: &Entity) -> Map<String, Value> {
    details(runs, flow).map(|details| (KEY.to_owned(), details)).into_iter().collect()
}

/// The item of a flow with its details.
pub(crate) fn item(runs: &SandboxRuns<'_>, flow: &Entity) -> Vec<u8> {
    let mut item = flow.item().to_vec();
    if let Some(details) = details(runs, flow)
        && item.pop_if(|last| *last == b'}').is_some()
    {
        item.extend_from_slice(format!(",\"{KEY}\":{details}}}").as_bytes());
    }
    item
}
