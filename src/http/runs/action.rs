//! `POST /runs/{id}/action?op=re-trigger`. Reference: "On-demand runs"; `flows-errors.csv`, 1333-400, 1387-400, 1388-400,
//! 1401-400.
//!
//! Decided: the query is checked first, then the run, its version, and its flow. The body says nothing, but must be
//! JSON.

use super::written::{runs, written};
use crate::app::Shared;
use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::extract::{Id, Payload, Query};
use crate::services::entities::if_match::IfMatch;
use crate::services::runs::on_demand::again;
use crate::services::world::Sandbox;
use crate::store::query::Parameters;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

pub(super) async fn action(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, id: Id, Query(query): Query,
    headers: HeaderMap, body: Payload,
) -> Result<Response, Error> {
    query.only(&["op", "subOp"])?;
    check_op(&query)?;
    if !body.is_empty() {
        body.json(Nulls::Dropped)?;
    }
    // A version that is not named is any version.
    let if_match = IfMatch::read(&headers, &query).unwrap_or(IfMatch::Any);
    let check = |run: &crate::services::runs::Run| if_match.check_named(run.etag(), "run");
    let run = again(&id, check, &runs(&app, &sandbox), &sandbox, &caller)?;
    Ok(written(StatusCode::OK, &run))
}

/// FLOW-1100-400 with 1401-400 for another `op` than `re-trigger`, in any letter case.
fn check_op(query: &Parameters) -> Result<(), Error> {
    let op = query.last("op").unwrap_or_default();
    if op.eq_ignore_ascii_case("re-trigger") || op.eq_ignore_ascii_case("RE_TRIGGER") {
        return Ok(());
    }
    let sent = if op.is_empty() { "op is absent".to_owned() } else { format!("op is {}", excerpt(op)) };
    Err(Error::provider(ProviderCode::RunActionUnknown, format!("{sent}; the action of a run is re-trigger")))
}
