//! `GET /runs/{id}`: an array of one. Reference: "Runs".

use super::written::runs;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::base_url::BaseUrl;
use crate::http::extract::{Id, Query};
use crate::services::runs::on_demand::find;
use crate::services::runs::{Item, ItemPlace};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn get(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, base_url: BaseUrl, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let (of_flow, run) = find(&id, &runs(&app, &sandbox))?;
    let place = ItemPlace { tenant: &sandbox.tenant, sandbox_id: sandbox.id(), base_url: base_url.text() };
    let item = Item { run: &run, runs: &of_flow, place: &place };
    let json = item.json().map_err(Error::internal)?;
    Ok(answer::json(StatusCode::OK, [b"{\"items\":[", &*json, b"]}"].concat()))
}
