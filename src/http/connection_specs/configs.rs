//! `GET /connectionSpecs/{id}/configs`: the columns of one table or file of a connection spec's source, or what
//! `sources::spec_configs` knows about the spec itself.
//!
//! Reference: `flow-service.openapi.yaml`, "Explore". The parameters are those of `connections::configs`, or those of
//! `sources::SpecConfigsQuestion`.

use super::explore::public;
use crate::app::Shared;
use crate::base::error::Error;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::sources::{ConfigsQuestion, SpecConfigsQuestion};
use crate::services::specs::Spec as _;
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn configs(
    State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    let about_spec = SpecConfigsQuestion::read(&query)?;
    let specs = app.specs.of(&sandbox.specs);
    if let Some(question) = about_spec {
        let spec = specs.newest(id.as_str())?;
        let answer = question.answer(&app.sources.spec_configs, spec.name(), spec.is_destination())?;
        return Ok(answer::json(StatusCode::OK, answer));
    }
    let spec = specs.newest(id.as_str())?;
    let seeded = sandbox.seeded();
    let (source, layout) = app.sources.configurable(&seeded, spec.name(), spec.layout())?;
    let question = ConfigsQuestion::read(&query, layout)?;
    Ok(answer::json(StatusCode::OK, question.ask(source, &public(spec)).await?))
}
