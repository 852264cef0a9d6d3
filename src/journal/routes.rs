//! `/_flowmock/requests`: the journal over HTTP.

use super::filter::RequestFilter;
use super::show::RecordedRequest;
use super::{Entry, har};
use crate::app::{App, Shared};
use crate::control::{Refused, apart};
use crate::operation::Operation;
use crate::web::answer;
use crate::web::extract::Id;
use crate::web::routes::Routes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListRequests, list)
        .on(Operation::GetRequest, get)
        .on(Operation::ClearRequests, clear)
        .on(Operation::ExportRequests, export)
}

/// How many requests a list has unless it is asked for another number.
const DEFAULT_LIMIT: usize = 100;

/// `GET /_flowmock/requests`: those that the query asks for, newest first.
async fn list(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct List {
        requests: Vec<RecordedRequest>,
        /// To go on from: `sinceId`.
        last_id: u64,
    }
    let filter = RequestFilter::read(uri.query().unwrap_or_default())?;
    settle(&app).await;
    let last_id = app.journal.last_id();
    Ok(answer::ok(&List { requests: app.requests(&filter, DEFAULT_LIMIT), last_id }))
}

/// `GET /_flowmock/requests/{id}`.
async fn get(State(app): State<Shared>, id: Id) -> Result<Response, Refused> {
    settle(&app).await;
    let entry = id.as_str().parse().ok().and_then(|id| app.journal.entry(id));
    let entry = entry.ok_or_else(|| {
        Refused::not_found("the journal has no request with that id, or no longer; GET /_flowmock/requests lists those it has")
    })?;
    Ok(answer::ok(&app.shown(&entry)))
}

/// `DELETE /_flowmock/requests`: all, or those of the organisation or sandbox that the query names.
async fn clear(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let filter = RequestFilter::read_of_tenant(uri.query().unwrap_or_default())?;
    settle(&app).await;
    // Apart: what goes is examined before.
    let cleared = apart(move || app.forget_requests(|record| filter.fits(record))).await;
    Ok(answer::ok(&json!({"cleared": cleared})))
}

/// `GET /_flowmock/requests.har`: those that the query asks for, as a HAR file, oldest first.
async fn export(State(app): State<Shared>, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    let filter = RequestFilter::read(uri.query().unwrap_or_default())?;
    settle(&app).await;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    Ok(answer::ok(&app.har(&filter, host)))
}

/// Waits for what [`Journal::settle`](super::Journal::settle) waits for, without holding up other requests.
async fn settle(app: &Shared) {
    if !app.journal.is_settled() {
        let journal = Arc::clone(&app.journal);
        _ = tokio::task::spawn_blocking(move || journal.settle()).await;
    }
}

impl App {
    /// The requests that a filter asks for, newest first; at most `limit` unless it says how many.
    pub(super) fn requests(&self, filter: &RequestFilter, limit: usize) -> Vec<RecordedRequest> {
        filter.of(&self.journal, limit).iter().map(|entry| self.shown(entry)).collect()
    }

    /// The requests that a filter asks for, all of them unless it says how many, as a HAR document.
    pub(super) fn har(&self, filter: &RequestFilter, host: &str) -> serde_json::Value {
        let mut entries = filter.of(&self.journal, usize::MAX);
        entries.reverse();
        har::har(&entries, &self.redaction(), har::Server { scheme: self.config.scheme(), host })
    }

    fn shown(&self, entry: &Entry) -> RecordedRequest {
        RecordedRequest::of(entry, &self.redaction())
    }
}
