//! `GET /connections/{id}/explore`: the contents of the connection's source.
//!
//! Reference: "Operations on /connections", `provider-errors.csv`. [`ExploreQuestion`] reads the parameters.

use super::access::{AskedConnection, stored};
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::entities::documents::JsonDocument as _;
use crate::services::sources::{EXPLORE_PARAMETERS, ExploreQuestion};
use crate::services::specs::Spec as _;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

pub(super) async fn explore(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, uri: Uri, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&EXPLORE_PARAMETERS)?;
    let connection = AskedConnection::of(&app, &sandbox, stored(&sandbox, &id)?).await?;
    let (source, layout) = connection.explorable()?;
    let spec = connection.spec()?;
    let question = ExploreQuestion::read(&query, uri.query(), layout)?;
    let question = question.filtered(&query, spec.name(), spec.document())?;
    Ok(answer::json(StatusCode::OK, question.ask(source, &connection.access()).await?))
}
