//! `GET /<collection>/{id}`: the stored bytes; those of a flow with its last run. Reference: "Operations on /connections".

use crate::app::Shared;
use crate::base::error::Error;
use crate::base::operation::Kind;
use crate::http::answer;
use crate::http::extract::{Id, Query};
use crate::services::entities::KindSpec;
use crate::services::runs::{SandboxRuns, last_run};
use crate::services::world::Sandbox;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

pub(super) async fn get(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, id: Id, Query(query): Query,
) -> Result<Response, Error> {
    query.only(&[])?;
    let entity = id.find(&sandbox, spec.kind)?;
    if spec.kind == Kind::Flow {
        let runs = SandboxRuns::new(&sandbox, &app.config, app.env.now());
        let mut body = Vec::with_capacity(entity.item().len() + last_run::ABOUT_BYTES);
        body.extend_from_slice(b"{\"items\":[");
        last_run::write(&runs, &entity, &mut body).map_err(Error::internal)?;
        body.extend_from_slice(b"]}");
        return Ok(answer::json(StatusCode::OK, body));
    }
    Ok(answer::json(StatusCode::OK, entity.answer()))
}
