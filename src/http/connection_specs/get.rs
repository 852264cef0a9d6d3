//! `GET /connectionSpecs/{id}`: every version of the spec, and both specs if two sources share the id. Reference:
//! "Connection specs".

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
    let specs = app.specs.of(&sandbox.specs);
    specs.newest(id.as_str())?;
    page::answer(specs.versions(id.as_str()).iter().map(|spec| spec.item()), None, Links::Absent)
}
