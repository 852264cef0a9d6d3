//! `GET /_flowmock/health`: whether the server answers. It does, or nobody would read this.

use crate::http::answer;
use axum::response::Response;
use serde_json::json;

pub(crate) async fn health() -> Response {
    answer::ok(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}
