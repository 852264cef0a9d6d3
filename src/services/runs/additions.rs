//! Adds the runs that calls and tests make to a flow.

use super::book::Full;
use super::extra::Extra;
use super::flow_runs::{FlowRuns, Run};
use super::outcome::Outcome;
use super::run_id::{Class, RunId};
use super::sandbox_runs::SandboxRuns;
use super::shared::Shared;
use crate::base::error::{Code, Error};
use crate::base::tenant::Caller;
use crate::base::time::Millis;
use crate::services::world::Sandbox;
use serde_json::Value;

/// Adds a run of that flow.
///
/// # Errors
/// FLOW-1004-403 if the flow has too many such runs.
pub(crate) fn add(
    runs: &SandboxRuns<'_>, sandbox: &Sandbox, of_flow: &FlowRuns, start: Millis, window: (Millis, Millis),
    params: Option<Shared<Value>>, caller: Option<&Caller>,
) -> Result<Run, Error> {
    let (flow, behind, created) = (of_flow.plan.facts.flow, of_flow.started(), runs.now);
    let by = caller.map(|caller| Shared::new((caller.user.clone(), caller.api_key.clone())));
    let number = sandbox.alter_runs(|ledger| {
        let (outcome, params, by) = (ledger.next_outcome(flow, behind), params.clone(), by.clone());
        let extra = Extra { created, start, behind, outcome, window, params, by, ended: None, put: None };
        ledger.book_mut(flow).add_extra(extra)
    })?;
    made(runs, of_flow, number.map_err(full)?)
}

/// Adds a run of that flow, with that outcome, and returns its place in the sequence. Outcomes that are planned for coming
/// runs are left to the runs behind it.
///
/// # Errors
/// FLOW-1004-403 if the flow has too many such runs.
pub(crate) fn add_with_outcome(
    runs: &SandboxRuns<'_>, sandbox: &Sandbox, of_flow: &FlowRuns, outcome: Shared<Outcome>,
) -> Result<(u64, Run), Error> {
    let (now, behind) = (runs.now, of_flow.started());
    let extra = Extra {
        created: now,
        start: now,
        behind,
        outcome,
        window: (0, now),
        params: None,
        by: None,
        ended: None,
        put: None,
    };
    let added = sandbox.alter_runs(|ledger| {
        let book = ledger.book_mut(of_flow.plan.facts.flow);
        let place = book.next_place(behind);
        let number = book.add_extra(extra.clone())?;
        book.vacate(place);
        Ok((place, number))
    })?;
    let (place, number) = added.map_err(full)?;
    Ok((place, made(runs, of_flow, number)?))
}

/// The run of that flow that was made with that number.
fn made(runs: &SandboxRuns<'_>, of_flow: &FlowRuns, number: u64) -> Result<Run, Error> {
    let id = RunId { flow: of_flow.tag(), class: Class::Extra, number };
    runs.refreshed()
        .find(id.uuid())
        .map(|(_, run)| run)
        .ok_or_else(|| Error::internal("a run vanished as it was made"))
}

/// FLOW-1004-403: a flow or sandbox cannot have more of something.
pub(crate) fn full(full: Full) -> Error {
    let Full { of, most } = full;
    Error::new(
        Code::SandboxFull,
        format!("there are {most} {of}, the most that fit; reset the sandbox, or use another"),
    )
}
