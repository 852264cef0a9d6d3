//! `GET /connections/{id}/configs`: the columns of one table or file, by name and type.
//!
//! Reference: "Operations on /connections". The parameters are those of `sources::ConfigsQuestion`.

use super::access::{AskedConnection, stored};
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
    let connection = AskedConnection::of(&app, &sandbox, stored(&sandbox, &id)?).await?;
    let (source, layout) = connection.configurable()?;
    let question = ConfigsQuestion::read(&query, layout)?;
    Ok(answer::json(StatusCode::OK, question.ask(source, &connection.access()).await?))
}
