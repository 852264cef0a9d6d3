//! flowmock's own calls, below `/_flowmock`: they need no headers, unless [`guard`] requires a token.

pub(crate) mod body;
pub(crate) mod clock;
pub(crate) mod contract;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod faults;
pub(crate) mod health;
pub(crate) mod info;
pub(crate) mod inlets;
mod large;
pub(crate) mod metrics;
pub(crate) mod notifications;
pub(crate) mod pact;
pub(crate) mod replay;
pub(crate) mod requests;
pub(crate) mod runs;
pub(crate) mod scope;
pub(crate) mod snapshots;
pub(crate) mod state;
pub(crate) mod verify;

pub(crate) use large::large_json;

use crate::base::operation::Operation;
use crate::http::openapi;
use crate::http::routes::Routes;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::GetHealth, health::health)
        .on(Operation::ListErrors, errors::errors)
        .on(Operation::GetOpenApi, openapi::openapi)
        .on(Operation::GetInfo, info::info)
        .on(Operation::ExportState, state::export)
        .on(Operation::MergeState, state::merge)
        .on(Operation::ReplaceState, state::replace)
        .on(Operation::Reset, state::reset)
        .on(Operation::ListSnapshots, snapshots::list)
        .on(Operation::GetSnapshot, snapshots::get)
        .on(Operation::SaveSnapshot, snapshots::save)
        .on(Operation::DeleteSnapshot, snapshots::delete)
        .on(Operation::RestoreSnapshot, snapshots::restore)
        .on(Operation::GetPact, pact::get)
        .on(Operation::SetProviderState, pact::set_state)
        .on(Operation::StreamEvents, events::stream)
        .on(Operation::ReplayRequest, replay::replay)
        .on(Operation::GetClock, clock::show)
        .on(Operation::SetClock, clock::set)
        .on(Operation::ResetClock, clock::reset)
        .on(Operation::ListFaults, faults::list)
        .on(Operation::AddFaults, faults::add)
        .on(Operation::ReplaceFaults, faults::replace)
        .on(Operation::ClearFaults, faults::clear)
        .on(Operation::GetFault, faults::get)
        .on(Operation::DeleteFault, faults::remove)
        .on(Operation::ListInletMessages, inlets::list)
        .on(Operation::ClearInletMessages, inlets::clear)
        .on(Operation::ListRunOrders, runs::list)
        .on(Operation::OrderRuns, runs::order)
        .on(Operation::ForgetRunOrders, runs::forget)
        .on(Operation::EndRun, runs::end)
        .on(Operation::VerifyRequests, verify::verify)
        .on(Operation::GetContractReport, contract::report)
        .on(Operation::ResetContract, contract::reset)
}
