//! `GET /connections/{id}/explore`: what the connection's source holds.
//!
//! Reference: "Operations on /connections", `provider-errors.csv`. The parameters are `sources::Question`'s.

use super::access;
use crate::app::Shared;
use crate::error::Error;
use crate::sources::{EXPLORE_PARAMETERS, Question};
use crate::tenant::Tenant;
use crate::web::answer;
use crate::web::extract::{Id, Query};
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

pub(super) async fn explore(
    State(app): State<Shared>, tenant: Tenant, id: Id, uri: Uri, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&EXPLORE_PARAMETERS)?;
    let connection = access::stored(&app, &tenant, &id)?;
    let connection = access::usable(&app, &tenant, connection)?;
    let specs = app.specs.of(&tenant);
    let spec = connection.spec(&specs)?;
    let source = app.sources.explorable(&spec.name, spec.layout())?;
    let question = Question::read(&query, uri.query())?;
    Ok(answer::json(StatusCode::OK, question.ask(source, &connection.access()).await?))
}
