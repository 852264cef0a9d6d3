//! The responses of handlers.

use crate::base::document::refusal::Refused;
use crate::base::operation::Kind;
use crate::store::Entity;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Bytes;
use serde::Serialize;
use uuid::Uuid;

/// A response of JSON bytes.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// 200 with a text of that content type. The text may quote clients, so browsers are told not to treat it as a page.
pub(crate) fn text(content_type: &'static str, text: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(text.into()));
    for (name, value) in [
        (header::CONTENT_TYPE, content_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "sandbox"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The response to a write: `{"id", "etag"}` of the entity.
pub(crate) fn written(status: StatusCode, entity: &Entity) -> Response {
    // The etag's own two quotes are all that needs escaping.
    let (mut id, etag) = (Uuid::encode_buffer(), entity.etag.text());
    let id = entity.id().hyphenated().encode_lower(&mut id);
    let body = ["{\"id\":\"", id, "\",\"etag\":\"\\\"", etag.bare(), "\\\"\"}"].concat();
    json(status, body)
}

/// The response to a creation: 201 with the `Location` of the entity.
pub(crate) fn created(kind: Kind, entity: &Entity) -> Response {
    let mut response = written(StatusCode::CREATED, entity);
    let mut id = Uuid::encode_buffer();
    let id = entity.id().hyphenated().encode_lower(&mut id);
    let location = [kind.api().base_path(), "/", kind.collection(), "/", id].concat();
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// 200 with a value as JSON. The value has to be one whose serialisation cannot fail.
pub(crate) fn ok<T: Serialize>(value: &T) -> Response {
    json(StatusCode::OK, serde_json::to_vec(value).unwrap_or_default())
}

impl IntoResponse for Refused {
    /// `{"errors": [{"path", "reason"}]}`.
    fn into_response(self) -> Response {
        let mut response = ok(&serde_json::json!({"errors": self.problems()}));
        *response.status_mut() = self.status();
        if self.passes() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
