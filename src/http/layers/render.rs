//! Turns errors into bytes. Handlers and layers leave an [`Error`] in the response's extensions; its body is written here,
//! where the request's id is known.

use crate::base::body::outgoing::OutgoingBody;
use crate::base::error::Error;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::response::Response;

/// The response with its final body, and the error that it reports, if any.
pub(crate) fn render(
    mut response: Response, request_id: &HeaderValue,
) -> (Response<OutgoingBody<Body>>, Option<Error>) {
    match response.extensions_mut().remove::<Error>() {
        None => (response.map(OutgoingBody::of), None),
        Some(error) => {
            let body = error.write(response.headers_mut(), request_id.to_str().unwrap_or_default());
            (response.map(|_| OutgoingBody::Whole(body)), Some(error))
        }
    }
}
