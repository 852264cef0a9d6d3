//! `/_flowmock/state` and `/_flowmock/reset`: HTTP's side of what [`memory`](crate::memory) does.

use super::Refused;
use super::body::Document;
use super::scope::{SCOPE, parameters, part};
use crate::app::Shared;
use crate::web::answer;
use crate::web::extract::Payload;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

/// `GET /_flowmock/state`.
pub(super) async fn export(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let part = part(&parameters(uri.query(), &SCOPE)?)?;
    Ok(answer::json(StatusCode::OK, app.export(&part)?))
}

/// `POST /_flowmock/state`.
pub(super) async fn merge(
    State(app): State<Shared>, uri: Uri, Document(document): Document,
) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    app.merge(&document)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PUT /_flowmock/state`.
pub(super) async fn replace(
    State(app): State<Shared>, uri: Uri, Document(document): Document,
) -> Result<StatusCode, Refused> {
    parameters(uri.query(), &[])?;
    app.replace(&document)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /_flowmock/reset`. A body is refused rather than passed over: whoever writes there what is to be reset would
/// otherwise reset everything.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri, body: Payload) -> Result<StatusCode, Refused> {
    let part = part(&parameters(uri.query(), &SCOPE)?)?;
    if !body.is_empty() {
        return Err(Refused::because("", "this call takes no body; name imsOrgId and sandbox in the query"));
    }
    app.reset(&part);
    Ok(StatusCode::NO_CONTENT)
}
