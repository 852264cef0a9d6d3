//! `GET /connectionSpecs/{id}/explore`: what a connection spec's source holds, without a connection to it.
//!
//! Reference: `flow-service.openapi.yaml`. Decided: it answers as the explore of a connection whose account
//! the source does not know apart. The vendor's description names no parameter and shows columns by name and
//! type; that is the answer where there is no query.

use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::connection_specs::document::ConnectionSpec;
use crate::services::sources::{Access, ConfigsQuestion, EXPLORE_PARAMETERS, Question};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

pub(super) async fn explore(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, uri: Uri, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&EXPLORE_PARAMETERS)?;
    let specs = app.specs.of(&sandbox.specs);
    let spec = specs.newest(id.as_str())?;
    let seeded = sandbox.seeded();
    let source = app.sources.explorable(&seeded, &spec.name, spec.layout())?;
    let answer = if uri.query().unwrap_or_default().is_empty() {
        ConfigsQuestion::FIRST.ask(source, &public(spec)).await?
    } else {
        Question::read(&query, uri.query())?.ask(source, &public(spec)).await?
    };
    Ok(answer::json(StatusCode::OK, answer))
}

/// What the source of that spec shows to everyone.
pub(super) fn public(spec: &ConnectionSpec) -> Access<'_> {
    Access { spec_id: &spec.id, params: None }
}
