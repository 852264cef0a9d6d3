//! `GET /dataSets/{id}`: an object with the data set under its id. Reference: "The other services, minimally".
//!
//! Decided: an unknown id is a 404 with a problem object like the gateway's.

use super::wire::ById;
use crate::app::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::http::documents;
use crate::http::extract::{Id, Query};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::slice;

pub(super) async fn get(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let data_set = sandbox.neighbours.data_sets.get(id.as_str()).ok_or_else(|| {
        let detail =
            format!("no data set has the id {} in this organisation and sandbox", excerpt(id.as_str()));
        Error::new(Code::CatalogNotFound, detail)
    })?;
    documents::answer(&app, StatusCode::OK, data_set.bytes(), &ById(slice::from_ref(&data_set))).await
}
