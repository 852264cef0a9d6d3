//! flowmock's own calls, below `/_flowmock`: they need no headers, unless [`guard`] wants a token.

mod body;
mod clock;
mod contract;
pub(crate) mod document;
mod errors;
mod faults;
pub(crate) mod guard;
mod health;
mod info;
mod pact;
mod refusal;
mod scope;
mod snapshots;
mod state;
mod verify;

pub(crate) use body::apart;
pub(crate) use clock::Change;
pub use refusal::{Problem, Refused};

use crate::openapi;
use crate::operation::Operation;
use crate::web::routes::Routes;

/// What the healthcheck command asks.
pub(crate) const HEALTH: &str = Operation::GetHealth.path();

/// Whether a path is one of flowmock's own: no fault strikes it, and the journal does not know of it.
pub(crate) fn is_control(path: &str) -> bool {
    path.strip_prefix("/_flowmock").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

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
        .on(Operation::SaveSnapshot, snapshots::save)
        .on(Operation::DeleteSnapshot, snapshots::delete)
        .on(Operation::RestoreSnapshot, snapshots::restore)
        .on(Operation::GetPact, pact::get)
        .on(Operation::SetProviderState, pact::set_state)
        .on(Operation::GetClock, clock::show)
        .on(Operation::SetClock, clock::set)
        .on(Operation::ResetClock, clock::reset)
        .on(Operation::ListFaults, faults::list)
        .on(Operation::AddFaults, faults::add)
        .on(Operation::ReplaceFaults, faults::replace)
        .on(Operation::ClearFaults, faults::clear)
        .on(Operation::GetFault, faults::get)
        .on(Operation::DeleteFault, faults::remove)
        .on(Operation::VerifyRequests, verify::verify)
        .on(Operation::GetContractReport, contract::report)
        .on(Operation::ResetContract, contract::reset)
}
