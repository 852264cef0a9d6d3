//! `POST /<collection>/search`: a list with its parameters in the body. Reference: "Operations on /connections",
//! "Listing".
//!
//! Decided, where the reference is silent: `limit`, `orderby` and `count` are read as in a query, and each overrides
//! its namesake in `queryString`, like the last of a repeated parameter; an unknown key of the body is FLOW-1451-400,
//! like an unknown parameter; `_links.next.href` is a link of the list, for GET. Its `continuationToken` also works as
//! a query parameter of a search with the same body.

use crate::app::Shared;
use crate::base::error::{Code, Error, excerpt};
use crate::base::json::{Nulls, pointer_token};
use crate::http::extract::{Payload, Query};
use crate::http::list::ListQuery;
use crate::services::entities::KindSpec;
use crate::services::entities::definition::wrong_type;
use crate::services::world::Sandbox;
use crate::store::query::{CONTINUATION, LIST_PARAMETERS, Parameters};
use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value};

pub(super) async fn search(
    spec: &'static KindSpec, State(app): State<Shared>, sandbox: Sandbox, Query(query): Query, body: Payload,
) -> Result<Response, Error> {
    query.only(&[CONTINUATION])?;
    let body = match body.json(Nulls::Dropped)? {
        Value::Object(body) => body,
        other => return Err(wrong_type(&other, "an object", "")),
    };
    let mut parameters = parameters(&body, app.config.max_query_bytes)?;
    if let Some(token) = query.last(CONTINUATION) {
        parameters.push(CONTINUATION, token.to_owned());
    }
    let question =
        ListQuery::of_entities(&parameters, &sandbox, spec).map_err(|refusal| match refusal.parameter {
            CONTINUATION if query.last(CONTINUATION).is_some() => refusal.error,
            key if body.contains_key(key) => refusal.error.at(format!("/{key}")),
            _ => refusal.error.at("/queryString"),
        })?;
    question.answer_entities(&sandbox, spec).await
}

const QUERY_STRING: &str = "queryString";

/// The list parameters in a body.
fn parameters(body: &Map<String, Value>, max_query_bytes: usize) -> Result<Parameters, Error> {
    let query =
        body.get(QUERY_STRING).map(|value| text(value, QUERY_STRING)).transpose()?.unwrap_or_default();
    if query.len() > max_query_bytes {
        let detail = format!("queryString has {} bytes; at most {max_query_bytes} are taken", query.len());
        return Err(Error::new(Code::QueryTooLong, detail).at("/queryString"));
    }
    let at_query = |error: Error| error.at("/queryString");
    let mut parameters = Parameters::parse(&query).map_err(at_query)?;
    parameters.only(&LIST_PARAMETERS).map_err(at_query)?;
    for (key, value) in body {
        match key.as_str() {
            QUERY_STRING => {}
            "limit" | "orderby" | "count" => parameters.push(key, text(value, key)?),
            unknown => {
                let detail = format!(
                    "{} is not a key of this call's body; it takes queryString, limit, orderby, count",
                    excerpt(unknown)
                );
                return Err(
                    Error::new(Code::ParameterUnknown, detail).at(format!("/{}", pointer_token(unknown)))
                );
            }
        }
    }
    Ok(parameters)
}

/// A value in the form of a query parameter.
fn text(value: &Value, key: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) if key != QUERY_STRING => Ok(value.to_string()),
        other => {
            Err(wrong_type(other, "a string, or of limit a number, of count a boolean", &format!("/{key}")))
        }
    }
}
