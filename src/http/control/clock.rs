//! `/_flowmock/clock`: what time it is for the server, read and set.

use super::body::{Document, members};
use super::scope::parameters;
use crate::app::Shared;
use crate::app::clock::Change;
use crate::base::clock::Reading;
use crate::base::document::refusal::{Problem, Refused};
use crate::base::json::kind_of;
use crate::base::time;
use crate::http::answer;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

/// `GET /_flowmock/clock`.
pub(super) async fn show(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    Ok(answer(app.env.clock.read()))
}

/// `PUT /_flowmock/clock`.
pub(super) async fn set(
    State(app): State<Shared>, uri: Uri, Document(document, _turn): Document,
) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    Ok(answer(app.change_clock(change(&document)?)?))
}

/// `DELETE /_flowmock/clock`: back to what it was at the start.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    app.env.clock.reset();
    Ok(answer(app.env.clock.read()))
}

fn answer(Reading { now, runs }: Reading) -> Response {
    answer::ok(&json!({"now": time::rfc3339(now), "epochMs": now, "running": runs}))
}

fn change(document: &Value) -> Result<Change, Refused> {
    let members = members(document, &["now", "advanceMs", "running"])?;
    let mut problems = Vec::new();
    let wrong = |key: &str, reason: String| Problem::new(format!("/{key}"), reason);
    let mut change = Change::default();
    for (key, value) in members {
        match (key.as_str(), value) {
            ("now", Value::String(text)) => match time::parse(text) {
                Ok(now) => change.now = Some(now),
                Err(reason) => problems.push(wrong(key, reason)),
            },
            ("now", Value::Number(number)) if number.as_i64().is_some_and(time::is_writable) => {
                change.now = number.as_i64();
            }
            ("now", _) => {
                let expected = "must be a time such as 2026-01-01T00:00:00Z, or milliseconds since the epoch";
                problems.push(wrong(key, expected.to_owned()));
            }
            ("advanceMs", value) => match value.as_i64() {
                Some(millis) => change.advance = Some(millis),
                None => {
                    let reason = format!("must be a whole number of milliseconds, not {}", kind_of(value));
                    problems.push(wrong(key, reason));
                }
            },
            (_, Value::Bool(runs)) => change.runs = Some(*runs),
            (_, value) => problems.push(wrong(key, format!("must be true or false, not {}", kind_of(value)))),
        }
    }
    if problems.is_empty() && change == Change::default() {
        problems
            .push(wrong("now", "is missing, and so are advanceMs and running; give one of them".to_owned()));
    }
    if problems.is_empty() { Ok(change) } else { Err(Refused::invalid(problems)) }
}
