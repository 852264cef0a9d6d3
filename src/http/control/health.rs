//! `GET /_flowmock/health`: answers as soon as the server does.

use crate::http::answer;
use axum::response::Response;
use serde_json::json;

pub(crate) async fn health() -> Response {
    answer::ok(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}
