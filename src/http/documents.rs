//! What the calls on documents of the services beside the Flow Service share: a creation, a page, a check of a schema.

use super::answer;
use crate::app::App;
use crate::base::error::{Error, excerpt};
use crate::base::tenant::Caller;
use crate::services::documents::{Document, DocumentKind, Documents};
use crate::services::neighbours::Neighbours;
use crate::services::references;
use crate::services::world::Sandbox;
use crate::store::query::Parameters;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// Stores the document that `body` defines among those of the sandbox that `of` selects.
///
/// # Errors
/// FLOW-1000-400, FLOW-1004-403.
pub(super) fn create(
    app: &App, sandbox: &Sandbox, caller: &Caller, kind: &DocumentKind, of: fn(&Neighbours) -> &Documents,
    body: Value,
) -> Result<Arc<Document>, Error> {
    let members = kind.checked(body)?;
    sandbox.alter(|parts| {
        let documents = of(&parts.neighbours);
        kind.create(documents, members.clone(), &app.env, &sandbox.sequence, &sandbox.tenant, caller)
    })?
}

/// Checks with `--check-references` that the schema exists which a body names at `pointer`.
///
/// # Errors
/// FLOW-1000-400.
pub(super) fn check_schema(
    app: &App, sandbox: &Sandbox, schema: Option<&str>, pointer: &str,
) -> Result<(), Error> {
    match schema {
        Some(id) if app.config.check_references && !references::schema_exists(&sandbox.neighbours, id) => {
            let detail = format!("the Schema Registry has no schema {} (--check-references)", excerpt(id));
            Err(Error::bad_request(detail, pointer))
        }
        _ => Ok(()),
    }
}

/// The response with `value`, which is made of documents with that many bytes.
///
/// # Errors
/// FLOW-1004-503 if there is no memory for it.
pub(super) async fn answer(
    app: &App, status: StatusCode, bytes: usize, value: &impl Serialize,
) -> Result<Response, Error> {
    let memory = app.budget.make(bytes).await?;
    let body = serde_json::to_vec(value).map_err(Error::internal)?;
    Ok(answer::json(status, memory.hold(body)))
}

/// Adds the path of what was created.
pub(super) fn with_location(mut response: Response, location: String) -> Response {
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// The part of a list that a client asks for, by `start` and `limit`.
pub(super) struct Window {
    start: usize,
    limit: usize,
}

impl Window {
    /// The names of its parameters.
    pub(super) const PARAMETERS: [&'static str; 2] = ["start", "limit"];

    /// Reads the parameters; by default, the window has the first `default` documents. It has at most `max`.
    ///
    /// # Errors
    /// FLOW-1452-400.
    pub(super) fn read(query: &Parameters, default: usize, max: usize) -> Result<Self, Error> {
        let number = |name: &str, from: usize, to: usize| {
            let Some(value) = query.last(name) else { return Ok(None) };
            let digits = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
            let number =
                digits.and_then(|digits| digits.parse().ok()).filter(|number| (from..=to).contains(number));
            let expected = if to == usize::MAX {
                "a whole number".to_owned()
            } else {
                format!("a whole number from {from} to {to}")
            };
            number.map(Some).ok_or_else(|| Error::invalid_parameter(name, value, &expected))
        };
        let start = number("start", 0, usize::MAX)?.unwrap_or(0);
        Ok(Self { start, limit: number("limit", 1, max)?.unwrap_or(default) })
    }

    /// The largest number of documents in the window.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The documents in the window.
    pub(super) fn of<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let rest = all.get(self.start..).unwrap_or_default();
        &rest[..rest.len().min(self.limit)]
    }

    /// The start of the next window of a list with that many documents, if there is one.
    pub(super) fn next(&self, count: usize) -> Option<usize> {
        self.start.checked_add(self.limit).filter(|next| *next < count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_with_the_list() {
        let window = |query: &str| Window::read(&Parameters::parse(query).ok()?, 2, 3).ok();
        let (first, last) = (window("").unwrap(), window("start=2&limit=3").unwrap());
        assert_eq!((first.of(&[1, 2, 3, 4]), first.next(4)), (&[1, 2][..], Some(2)));
        assert_eq!((last.of(&[1, 2, 3, 4]), last.next(4)), (&[3, 4][..], None));
        assert_eq!(window("start=9").unwrap().of(&[1]), [0; 0]);
        let far = window(&format!("start={}", usize::MAX)).unwrap();
        assert_eq!((far.of(&[1]), far.next(1)), (&[][..], None));
        for wrong in ["limit=0", "limit=4", "limit=x", "start=-1", "start=+1"] {
            assert!(window(wrong).is_none(), "{wrong}");
        }
    }
}
