//! `GET /dataSets`: an object with each data set under its id. Reference: "The other services, minimally".
//!
//! Decided: oldest first; `limit` is at most 100, and 20 by default; `name` selects the data sets with that name.

use super::wire::ById;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::documents::{self, Window};
use crate::http::extract::Query;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// The largest number of data sets in a response.
pub(crate) const MAX_LIMIT: usize = 100;

/// The number of data sets in a response to a client that names none.
const DEFAULT_LIMIT: usize = 20;

pub(super) async fn list(
    State(app): State<Shared>, sandbox: Sandbox, Query(query): Query,
) -> Result<Response, Error> {
    let [start, limit] = Window::PARAMETERS;
    query.only(&[start, limit, "name"])?;
    let window = Window::read(&query, DEFAULT_LIMIT, MAX_LIMIT)?;
    let mut data_sets = sandbox.neighbours.data_sets.all();
    if let Some(name) = query.last("name") {
        data_sets.retain(|data_set| data_set.text("name") == Some(name));
    }
    let shown = window.of(&data_sets);
    let bytes = shown.iter().map(|data_set| data_set.bytes()).sum();
    documents::answer(&app, StatusCode::OK, bytes, &ById(shown)).await
}
