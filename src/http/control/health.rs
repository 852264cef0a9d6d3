//! `GET /_flowmock/health`: answers as soon as the server does. If its state is shared, a server is ready when it has caught
//! up with the others, and not while the state is out of reach.

use crate::app::Shared;
use crate::http::answer;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub(crate) async fn health(State(app): State<Shared>) -> Response {
    let version = env!("CARGO_PKG_VERSION");
    match (app.is_shared(), app.readiness()) {
        (false, _) => answer::ok(&json!({"status": "ok", "version": version})),
        (true, Ok(())) => answer::ok(&json!({
            "status": "ok", "version": version, "state": "redis", "replica": app.replica(),
        })),
        (true, Err(reason)) => {
            let body = json!({
                "status": "unavailable", "version": version, "state": "redis", "replica": app.replica(), "reason": reason,
            });
            let response = answer::json(StatusCode::SERVICE_UNAVAILABLE, body.to_string().into_bytes());
            ([(header::RETRY_AFTER, "1")], response).into_response()
        }
    }
}
