//! `PUT /runs/{id}`, for providers. Reference: "Runs"; `flows-errors.csv`, FLOW-1427-400 to FLOW-1430-400.

use super::written::{locate, runs};
use crate::app::Shared;
use crate::base::error::{Code, Error};
use crate::base::json::Nulls;
use crate::base::tenant::Caller;
use crate::http::answer;
use crate::http::base_url::BaseUrl;
use crate::http::extract::{Id, Payload, Query, TokenKind};
use crate::services::entities::if_match::IfMatch;
use crate::services::runs::on_demand::find;
use crate::services::runs::put::put as put_run;
use crate::services::runs::{Item, ItemPlace};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

#[expect(clippy::too_many_arguments, reason = "each is an extractor")]
pub(super) async fn put(
    State(app): State<Shared>, sandbox: Sandbox, caller: Caller, token: TokenKind, id: Id, base_url: BaseUrl,
    Query(query): Query, headers: HeaderMap, body: Payload,
) -> Result<Response, Error> {
    query.only(&[crate::base::headers::IF_MATCH])?;
    token.expect_service(Code::RunTokenOfUser)?;
    let if_match = IfMatch::read(&headers, &query)?;
    let json = body.json(Nulls::Dropped)?;
    let check = |run: &crate::services::runs::Run| if_match.check_named(run.etag(), "run");
    put_run(&id, json, check, &runs(&app, &sandbox), &sandbox, &caller)?;
    let (of_flow, run) = find(&id, &runs(&app, &sandbox))?;
    let place = ItemPlace { tenant: &sandbox.tenant, sandbox_id: sandbox.id(), base_url: base_url.text() };
    let item = Item { run: &run, runs: &of_flow, place: &place }.json().map_err(Error::internal)?;
    let mut response = answer::json(StatusCode::OK, item);
    locate(&mut response, &run);
    Ok(response)
}
