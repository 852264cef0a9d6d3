//! `GET /connections/{id}/explore`: what the connection's source holds.
//!
//! Reference: "Operations on /connections", `provider-errors.csv`. The parameters are `sources::Question`'s.

use super::access;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::sources::{EXPLORE_PARAMETERS, Question};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

pub(super) async fn explore(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, uri: Uri, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&EXPLORE_PARAMETERS)?;
    let connection = access::stored(&sandbox, &id)?;
    let connection = access::usable(&app, &sandbox, connection).await?;
    let specs = app.specs.of(&sandbox.specs);
    let spec = connection.spec(&specs)?;
    let seeded = sandbox.seeded();
    let source = app.sources.explorable(&seeded, &spec.name, spec.layout())?;
    let question = Question::read(&query, uri.query())?;
    Ok(answer::json(StatusCode::OK, question.ask(source, &connection.access()).await?))
}
