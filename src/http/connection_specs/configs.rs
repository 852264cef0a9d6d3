//! `GET /connectionSpecs/{id}/configs`: the columns of one table or file of a connection spec's source.
//!
//! Reference: `flow-service.openapi.yaml`. The parameters are those of `connections::configs`.

use super::explore::public;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::sources::{CONFIGS_PARAMETERS, ConfigsQuestion};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn configs(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&CONFIGS_PARAMETERS)?;
    let specs = app.specs.of(&sandbox.specs);
    let spec = specs.newest(id.as_str())?;
    let seeded = sandbox.seeded();
    let (source, layout) = app.sources.configurable(&seeded, &spec.name, spec.layout())?;
    let question = ConfigsQuestion::read(&query, layout)?;
    Ok(answer::json(StatusCode::OK, question.ask(source, &public(spec)).await?))
}
