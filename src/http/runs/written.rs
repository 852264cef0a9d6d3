//! The answers to writes of runs.

use crate::app::App;
use crate::base::operation::Operation;
use crate::http::answer;
use crate::services::runs::{Run, SandboxRuns};
use crate::services::world::Sandbox;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::json;

/// The runs of a sandbox now.
pub(super) fn runs<'a>(app: &App, sandbox: &'a Sandbox) -> SandboxRuns<'a> {
    SandboxRuns::new(sandbox, &app.config, app.env.now())
}

/// 201 or 200 with the id and the etag of a run, in the two documented forms at once if it is new.
pub(super) fn written(status: StatusCode, run: &Run) -> Response {
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
pub(super) fn locate(response: &mut Response, run: &Run) {
    let location = format!("{}/{}", Operation::ListRuns.path(), run.uuid);
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
}
