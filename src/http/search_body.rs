//! [`SearchBody`]: the body of a search, which has the parameters of a list. Reference: "Operations on /connections", "Flow
//! specs", "Listing".
//!
//! Decided, where the reference is silent: `limit`, `orderby` and `count` are read as in a query, and each overrides its
//! namesake in `queryString`, like the last of a repeated parameter; `projectionFields` replaces a projection there; an unknown key of the body is FLOW-1451-400, like an
//! unknown parameter; `projectionFields` is a projection like `property=name,state`; a name in `groupByProperty` has no effect,
//! since no source says what a grouped answer looks like; `function(name)` there is an aggregate, none of which is implemented
//! (FLOW-1438-400, FLOW-1441-400, FLOW-1442-400).

use super::extract::Payload;
use crate::base::error::{Code, Error, excerpt};
use crate::base::json::{Nulls, pointer_token};
use crate::services::entities::members::wrong_type;
use crate::store::query::property::is_projection;
use crate::store::query::{CONTINUATION, LIST_PARAMETERS, Parameters, Refusal};
use serde_json::{Map, Value};

const QUERY_STRING: &str = "queryString";
const GROUP: &str = "groupByProperty";
const PROJECTION: &str = "projectionFields";

/// The keys that every search takes.
pub(crate) const SEARCH_KEYS: &[&str] = &[QUERY_STRING, "limit", "orderby", "count"];

/// The keys that a search of flow specs takes.
pub(crate) const SPEC_SEARCH_KEYS: &[&str] = &[QUERY_STRING, "limit", "orderby", "count", GROUP, PROJECTION];

/// The body of a search, with the parameters of the list that it asks for.
pub(crate) struct SearchBody {
    body: Map<String, Value>,
    /// Whether the query has a continuation token.
    continues: bool,
    pub(crate) parameters: Parameters,
}

impl SearchBody {
    /// Reads a body with the given keys, and the continuation token of the query.
    ///
    /// # Errors
    /// FLOW-1451-400 for another key or parameter, FLOW-1000-400 for a value of the wrong type, FLOW-1004-414 for a
    /// `queryString` of more than `max_query_bytes`, FLOW-1438-400, FLOW-1441-400 and FLOW-1442-400 for an aggregate.
    pub(crate) fn read(
        body: &Payload, query: &Parameters, keys: &[&str], max_query_bytes: usize,
    ) -> Result<Self, Error> {
        query.only(&[CONTINUATION])?;
        let body = match body.json(Nulls::Dropped)? {
            Value::Object(body) => body,
            other => return Err(wrong_type(&other, "an object", "")),
        };
        let mut parameters = parameters(&body, keys, max_query_bytes)?;
        let token = query.last(CONTINUATION);
        if let Some(token) = token {
            parameters.push(CONTINUATION, token.to_owned());
        }
        let continues = token.is_some();
        Ok(Self { body, continues, parameters })
    }

    /// The error of a list with these parameters, at its place in the body.
    pub(crate) fn located(&self, refusal: Refusal) -> Error {
        match refusal.parameter {
            CONTINUATION if self.continues => refusal.error,
            key if self.body.contains_key(key) => refusal.error.at(format!("/{key}")),
            _ => refusal.error.at("/queryString"),
        }
    }
}

/// The list parameters in a body.
fn parameters(body: &Map<String, Value>, keys: &[&str], max_query_bytes: usize) -> Result<Parameters, Error> {
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
            unknown if !keys.contains(&unknown) => {
                let known = keys.join(", ");
                let detail =
                    format!("{} is not a key of this call's body; it takes {known}", excerpt(unknown));
                let error = Error::new(Code::ParameterUnknown, detail);
                return Err(error.at(format!("/{}", pointer_token(unknown))));
            }
            QUERY_STRING => {}
            GROUP => check_grouping(&text(value, key)?)?,
            PROJECTION => {
                let names = projection(&text(value, key)?)?;
                parameters.retain("property", |value| !is_projection(value));
                parameters.push("property", names);
            }
            _ => parameters.push(key, text(value, key)?),
        }
    }
    Ok(parameters)
}

/// Checks `groupByProperty`: the name of a field, or an aggregate such as `max(createdAt)`.
fn check_grouping(text: &str) -> Result<(), Error> {
    const AGGREGATES: [&str; 5] = ["avg", "count", "max", "min", "sum"];
    let Some((function, field)) = text.split_once('(') else { return Ok(()) };
    let (function, field) = (function.trim(), field.trim_end().trim_end_matches(')').trim());
    let (code, detail) = if !AGGREGATES.iter().any(|known| known.eq_ignore_ascii_case(function)) {
        let known = AGGREGATES.join(", ");
        (Code::AggregateUnknown, format!("{} is no aggregate; there are {known}", excerpt(function)))
    } else if field == "id" {
        (Code::AggregateField, "id cannot be aggregated, since no two items have the same".to_owned())
    } else {
        (
            Code::AggregateNotImplemented,
            format!("{} is not implemented; name a field alone", excerpt(function)),
        )
    };
    Err(Error::new(code, detail).at(format!("/{GROUP}")))
}

/// The names in `projectionFields`, which are a projection like `property=name,state`.
fn projection(names: &str) -> Result<String, Error> {
    let is_name = |name: &str| {
        let name = name.trim();
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-:$".contains(&byte))
    };
    if !names.split(',').all(is_name) {
        let detail =
            format!("projectionFields {} must be names of keys, separated by commas", excerpt(names));
        return Err(Error::bad_request(detail, format!("/{PROJECTION}")));
    }
    Ok(names.to_owned())
}

/// A value in the form of a query parameter.
fn text(value: &Value, key: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) if ["limit", "orderby", "count"].contains(&key) => {
            Ok(value.to_string())
        }
        other => {
            Err(wrong_type(other, "a string, or of limit a number, of count a boolean", &format!("/{key}")))
        }
    }
}
