//! The calls on `/runs`. Reference: "Runs".
//!
//! The rules are those of [`crate::services::runs`]; runs are written when they are asked for.

pub(crate) mod action;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod put;

use super::routes::Routes;
use crate::app::App;
use crate::base::operation::Operation;
use crate::http::answer;
use crate::services::runs::{Run, SandboxRuns};
use crate::services::world::Sandbox;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListRuns, list::list)
        .on(Operation::CreateRun, create::create)
        .on(Operation::GetRun, get::get)
        .on(Operation::ReplaceRun, put::put)
        .on(Operation::ActOnRun, action::action)
}

/// The runs of a sandbox now.
fn runs<'a>(app: &App, sandbox: &'a Sandbox) -> SandboxRuns<'a> {
    SandboxRuns::new(sandbox, &app.config, app.env.now())
}

/// 201 or 200 with the id and the etag of a run, in the two documented forms at once if it is new.
fn written(status: StatusCode, run: &Run) -> Response {
    let (id, etag) = (run.uuid, run.etag().to_string());
    let body = match status {
        StatusCode::CREATED => json!({"id": id, "etag": etag, "items": [{"id": id, "etag": etag}]}),
        _ => json!({"id": id, "etag": etag}),
    };
    let mut response = answer::json(status, body.to_string());
    if status == StatusCode::CREATED {
        locate(&mut response, run);
    }
    response
}

/// Adds the `Location` of a run.
fn locate(response: &mut Response, run: &Run) {
    let location = format!("{}/{}", Operation::ListRuns.path(), run.uuid);
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
}
