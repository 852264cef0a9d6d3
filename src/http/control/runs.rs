//! `/_flowmock/runs`: the outcomes of coming runs, and runs that a test ends. See [`crate::services::runs::orders`].

use super::body::DocumentWithNulls;
use super::scope::InPart;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use crate::http::extract::Id;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

/// `GET /_flowmock/runs`.
pub(super) async fn list(State(app): State<Shared>, InPart(part): InPart) -> Response {
    answer::ok(&app.ordered_runs(&part))
}

/// `POST /_flowmock/runs`.
pub(super) async fn order(
    State(app): State<Shared>, InPart(part): InPart, DocumentWithNulls(document): DocumentWithNulls,
) -> Result<Response, Refused> {
    Ok(answer::json(StatusCode::CREATED, app.order_runs(&document, &part)?.to_string()))
}

/// `DELETE /_flowmock/runs`.
pub(super) async fn forget(State(app): State<Shared>, InPart(part): InPart) -> Result<StatusCode, Refused> {
    app.forget_ordered_runs(&part)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_flowmock/runs/{id}`.
pub(super) async fn end(
    State(app): State<Shared>, id: Id, InPart(part): InPart, DocumentWithNulls(document): DocumentWithNulls,
) -> Result<StatusCode, Refused> {
    app.end_run(id.as_str(), &document, &part)?;
    Ok(StatusCode::NO_CONTENT)
}
