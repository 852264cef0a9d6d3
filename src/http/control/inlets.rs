//! `/_flowmock/inlets/{id}/messages`: the messages that an inlet took.

use super::large::large_json;
use super::scope::parameters;
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::http::answer;
use crate::http::blocking::blocking;
use crate::http::extract::Id;
use crate::services::inlets::lookup::Search;
use crate::services::inlets::mailbox::{InletMessage, Mail};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;
use serde_json::json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contents<'a> {
    inlet_id: &'a str,
    messages: Vec<&'a InletMessage>,
    dropped: u64,
}

/// `GET /_flowmock/inlets/{id}/messages`: oldest first.
pub(super) async fn list(State(app): State<Shared>, id: Id, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let mail = match app.inlets.mailboxes.of(id.as_str()) {
        Some(mail) => mail,
        None => empty(&app, &id).await?,
    };
    let write = move || {
        let Mail { messages, dropped } = &mail;
        let contents = Contents {
            inlet_id: id.as_str(),
            messages: messages.iter().map(AsRef::as_ref).collect(),
            dropped: *dropped,
        };
        Ok(serde_json::to_vec(&contents).unwrap_or_default())
    };
    large_json(&app, write).await
}

/// `DELETE /_flowmock/inlets/{id}/messages`.
pub(super) async fn clear(State(app): State<Shared>, id: Id, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let cleared = app.inlets.mailboxes.clear(id.as_str());
    if cleared == 0 {
        empty(&app, &id).await?;
    }
    Ok(answer::ok(&json!({"cleared": cleared})))
}

/// The empty mailbox of an inlet.
///
/// # Errors
/// 404 if no connection has the inlet: a test that misspells an id would otherwise believe that nothing was sent.
async fn empty(app: &Shared, id: &Id) -> Result<Mail, Refused> {
    let is_known = match app.find_inlet(id.as_str()) {
        Search::Found(_) => true,
        Search::Unknown => false,
        Search::Outdated => {
            let (app, id) = (Shared::clone(app), id.as_str().to_owned());
            blocking(move || app.rebuilt_inlet(&id).is_some()).await
        }
    };
    if is_known {
        return Ok(Mail::default());
    }
    Err(Refused::not_found(
        "no streaming connection has that inlet; auth.params.inletId of the connection names it",
    ))
}
