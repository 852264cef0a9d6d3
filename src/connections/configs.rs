//! `GET /connections/{id}/configs`: the columns of one table or file, by name and type.
//!
//! Reference: "Operations on /connections". `sources::ConfigsQuestion` says of which one.

use super::access;
use crate::app::Shared;
use crate::error::Error;
use crate::sources::{CONFIGS_PARAMETERS, ConfigsQuestion};
use crate::tenant::Tenant;
use crate::web::answer;
use crate::web::extract::{Id, Query};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn configs(
    State(app): State<Shared>, tenant: Tenant, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&CONFIGS_PARAMETERS)?;
    let connection = access::stored(&app, &tenant, &id)?;
    let connection = access::usable(&app, &tenant, connection)?;
    let specs = app.specs.of(&tenant);
    let spec = connection.spec(&specs)?;
    let source = app.sources.explorable(&spec.name, spec.layout())?;
    let question = ConfigsQuestion::read(&query, spec.layout())?;
    Ok(answer::json(StatusCode::OK, question.ask(source, &connection.access()).await?))
}
