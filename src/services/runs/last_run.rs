//! `lastRunDetails` of a flow: its newest run that has started. Reference: "Flows" (an item).
//!
//! It is computed when a flow is read, so a flow's etag and `updatedAt` do not change with it.

use super::flow_runs::{Run, SortTime};
use super::merged::Merged;
use super::sandbox_runs::SandboxRuns;
use crate::base::time::Millis;
use crate::store::{Direction, Entity};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::slice;
use uuid::Uuid;

/// The key of a flow.
pub(crate) const KEY: &str = "lastRunDetails";

/// About the number of bytes that the details add to an item.
pub(crate) const ABOUT_BYTES: usize = 200;

/// The newest run of a flow that has started, with its runs.
fn newest(runs: &SandboxRuns<'_>, flow: &Entity) -> Option<Run> {
    let runs = runs.of_entity(flow)?;
    // Runs made by calls may be planned for later; without them the newest has started.
    let newest = runs.newest()?;
    if newest.start <= runs.now {
        return Some(newest);
    }
    let all = Merged::new(slice::from_ref(&runs), SortTime::Created, Direction::Descending, None);
    let mut all = all.filter_map(|(_, place)| runs.get(place.id.class, place.id.number));
    all.find(|run| run.start <= runs.now)
}

/// The details as a member of the flow, for filters and orders. Empty if no run has started.
pub(crate) fn member(runs: &SandboxRuns<'_>, flow: &Entity) -> Map<String, Value> {
    let Some(run) = newest(runs, flow) else { return Map::new() };
    let mut details = json!({"id": run.uuid, "state": run.shown_status(), "startedAtUTC": run.start});
    if let Some(completed) = run.completed() {
        details["completedAtUTC"] = completed.into();
    }
    Map::from_iter([(KEY.to_owned(), details)])
}

/// Appends the item of a flow with its details to `out`.
///
/// # Errors
/// Those of serialising, which no run causes.
pub(crate) fn write(runs: &SandboxRuns<'_>, flow: &Entity, out: &mut Vec<u8>) -> serde_json::Result<()> {
    out.extend_from_slice(flow.item());
    let Some(run) = newest(runs, flow) else { return Ok(()) };
    if out.pop_if(|last| *last == b'}').is_none() {
        return Ok(());
    }
    let details =
        Details { id: run.uuid, state: run.shown_status(), started: run.start, completed: run.completed() };
    out.extend_from_slice(b",\"lastRunDetails\":");
    serde_json::to_writer(&mut *out, &details)?;
    out.push(b'}');
    Ok(())
}

#[derive(Serialize)]
struct Details<'a> {
    id: Uuid,
    state: &'a str,
    #[serde(rename = "startedAtUTC")]
    started: Millis,
    #[serde(rename = "completedAtUTC", skip_serializing_if = "Option::is_none")]
    completed: Option<Millis>,
}
