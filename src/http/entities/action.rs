//! `POST /<collection>/{id}/action`. Reference: "Operations on /connections"; `errors.csv`, FLOW-1402-400 to
//! FLOW-1409-400, FLOW-1422-400, FLOW-1434-400 to FLOW-1437-400.
//!
//! `If-Match` is optional, and checked if it is sent ("What holds for all five").
//!
//! Decided: the query is checked first, then the body, the token, and the entity. So each refusal can occur, although
//! `finalize` always ends in FLOW-1402-400, since every token is a user's.

use super::write::{write, write_initializing};
use crate::app::{App, Shared};
use crate::base::error::{Code, Error};
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::blocking::with_brought_specs;
use crate::http::extract::{Id, InitializingFor, Payload, Query};
use crate::services::entities::KindSpec;
use crate::services::entities::if_match::IfMatch;
use crate::services::entities::progress::{Op, SubOp, check_status};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

#[expect(clippy::too_many_arguments, reason = "each is an extractor")]
pub(super) async fn action(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, caller: Caller, id: Id,
    initializing_for: InitializingFor, Query(query): Query, headers: HeaderMap, body: Payload,
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
    let if_match = IfMatch::optional(&headers);
    let is_slow = spec.is_change_slow(&write(&app, &sandbox, &caller), &id);
    let act = move |app: &App| {
        spec.act(&write_initializing(app, &sandbox, &caller, initializing_for), &id, &if_match, action)
    };
    let entity = with_brought_specs(is_slow, &app, act).await?;
    Ok(answer::written(StatusCode::OK, &entity))
}
