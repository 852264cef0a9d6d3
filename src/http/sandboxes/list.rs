//! `GET /sandboxes`. Reference: "Tokens and sandboxes".
//!
//! Decided: without `limit` the response has all sandboxes, up to [`MAX_LIMIT`], since clients look ids up in the first
//! response. `offset` skips that many. `_page.limit` is the applied limit, `_page.count` the number of sandboxes in the
//! response. Other parameters are refused.

use super::known;
use super::wire::Wire;
use crate::app::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::base::tenant::Organisation;
use crate::http::answer;
use crate::http::extract::Query;
use crate::store::query::Parameters;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

/// The largest number of sandboxes in a response.
pub(crate) const MAX_LIMIT: usize = 1000;

pub(super) async fn list(
    State(app): State<Shared>, Organisation(ims_org): Organisation, query: Result<Query, Error>,
) -> Result<Response, Error> {
    let Query(query) = query.map_err(|error| refused(error.detail().to_owned()))?;
    query.only(&["limit", "offset"]).map_err(|error| refused(error.detail().to_owned()))?;
    let limit = number(&query, "limit", 1, MAX_LIMIT)?.unwrap_or(MAX_LIMIT);
    let offset = number(&query, "offset", 0, usize::MAX)?.unwrap_or(0);
    let sandboxes = known::of(&app, &ims_org);
    let page: Vec<_> = sandboxes.iter().skip(offset).take(limit).map(Wire::of).collect();
    Ok(answer::ok(&json!({
        "sandboxes": page,
        "_page": { "limit": limit, "count": page.len() },
        "_links": {},
    })))
}

fn number(query: &Parameters, name: &str, min: usize, max: usize) -> Result<Option<usize>, Error> {
    let Some(value) = query.last(name) else { return Ok(None) };
    let digits = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(number) if (min..=max).contains(&number) => Ok(Some(number)),
        _ if max == usize::MAX => Err(refused(format!("{name}={} is not a whole number", excerpt(value)))),
        _ => {
            let detail = format!("{name}={} is not a whole number from {min} to {max}", excerpt(value));
            Err(refused(detail))
        }
    }
}

pub(super) fn refused(detail: String) -> Error {
    Error::new(Code::SandboxQueryInvalid, detail)
}
