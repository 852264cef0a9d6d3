//! `/_flowmock/clock`: reads and sets the server's clock.

use super::body::Document;
use super::scope::parameters;
use crate::app::Shared;
use crate::app::clock::Change;
use crate::base::clock::Reading;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::document::refusal::Refused;
use crate::base::time::{self, Millis};
use crate::http::answer;
use crate::http::blocking::blocking_change;
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
    let change = read_change(&document)?;
    Ok(answer(blocking_change(move || app.change_clock(change)).await?))
}

/// `DELETE /_flowmock/clock`: resets the clock to its state at the start.
pub(super) async fn reset(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let reset = move || {
        app.reset_clock()?;
        Ok::<_, Refused>(app.env.clock.read())
    };
    Ok(answer(blocking_change(reset).await?))
}

fn answer(Reading { now, runs }: Reading) -> Response {
    answer::ok(&json!({"now": time::rfc3339(now), "epochMs": now, "running": runs}))
}

fn read_change(document: &Value) -> Result<Change, Refused> {
    let mut problems = Problems::default();
    let change = Member::root(document).object(&mut problems).map(|mut members| {
        let now = members.take("now").and_then(|member| read_time(&member, &mut problems));
        let advance = members.take("advanceMs").and_then(|member| {
            let millis = member.value().as_i64();
            millis.or_else(|| member.expected_number("a whole number of milliseconds", &mut problems))
        });
        let runs = members.take("running").and_then(|member| member.boolean(&mut problems));
        members.end(&mut problems);
        Change { now, advance, runs }
    });
    if problems.is_empty() && change == Some(Change::default()) {
        problems.add("/now", "is missing, and so are advanceMs and running; give one of them");
    }
    problems.or(change)
}

fn read_time(member: &Member<'_>, problems: &mut Problems) -> Option<Millis> {
    match member.value() {
        Value::String(text) => member.check(time::parse(text), problems),
        value => value.as_i64().filter(|millis| time::is_writable(*millis)).or_else(|| {
            let expected = "must be a time such as 2026-01-01T00:00:00Z, or milliseconds since the epoch";
            member.refuse(expected, problems)
        }),
    }
}
