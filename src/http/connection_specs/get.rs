//! `GET /connectionSpecs/{id}`: every version of the spec, and both where two sources have the id. Reference:
//! "Connection specs".

use super::not_found;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::extract::{Id, Query};
use crate::http::page;
use crate::http::page::Links;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::response::Response;

pub(super) async fn get(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    match app.specs.of(&sandbox.specs).versions(id.as_str()) {
        [] => Err(not_found(&id)),
        specs => page::answer(specs.iter().map(|spec| spec.item()), None, Links::Absent),
    }
}
