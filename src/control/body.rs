//! [`Document`]: the document that a control call brings.

use super::Refused;
use crate::app::Shared;
use crate::document::{self, Format};
use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde_json::{Map, Value};

/// A body of JSON, or of YAML if its content type says so; without the `null`s in its objects.
pub(super) struct Document(pub(super) Value);

/// The same with its `null`s: in an expectation, `null` is a value to compare with.
pub(super) struct Exactly(pub(super) Value);

impl FromRequest<Shared> for Document {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Refused> {
        read(request, app.config.max_state_bytes, "--max-state-bytes", document::parse).await.map(Self)
    }
}

impl FromRequest<Shared> for Exactly {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Refused> {
        let max = app.config.max_body_bytes;
        read(request, max, "--max-body-bytes", document::parse_with_nulls).await.map(Self)
    }
}

/// What the body holds, which has at most `max` bytes, as the flag `limit` says.
async fn read(
    request: Request, max: usize, limit: &str, parse: fn(&[u8], Format) -> Result<Value, String>,
) -> Result<Value, Refused> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let format = Format::by_content_type(content_type.unwrap_or_default());
    let text = to_bytes(request.into_body(), max).await.map_err(|_| {
        Refused::because("", format!("the body broke off, or has more than {max} bytes ({limit})"))
    })?;
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::because("", "the body is absent or empty; this call needs a document"));
    }
    parse(&text, format).map_err(|reason| Refused::because("", format!("the body cannot be read: {reason}")))
}

/// The members of a document, which are all among `known`.
///
/// # Errors
/// For anything but an object, and for each key that is not known.
pub(super) fn members<'a>(document: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, Refused> {
    use super::Problem;
    use crate::json::{kind_of, pointer_token};
    let members = document.as_object().ok_or_else(|| {
        Refused::because("", format!("the body must be an object, not {}", kind_of(document)))
    })?;
    let unknown = members.keys().filter(|key| !known.contains(&key.as_str()));
    let problem = |key: &String| {
        let reason = format!("is not known; the keys are {}", known.join(", "));
        Problem::new(format!("/{}", pointer_token(key)), reason)
    };
    let problems: Vec<Problem> = unknown.map(problem).collect();
    if problems.is_empty() { Ok(members) } else { Err(Refused::invalid(problems)) }
}
