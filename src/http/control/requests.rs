//! `/_flowmock/requests`: the journal over HTTP.

use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::operation::Operation;
use crate::http::answer;
use crate::http::blocking::{blocking, blocking_change};
use crate::http::control::large_json;
use crate::http::extract::Id;
use crate::http::layers::time_limit;
use crate::http::routes::Routes;
use crate::testkit::journal::filter::RequestFilter;
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use serde_json::json;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListRequests, list)
        .on(Operation::GetRequest, get)
        .on(Operation::ClearRequests, clear)
        .on(Operation::ExportRequests, export)
}

/// The number of requests in a list, unless the query sets another.
const DEFAULT_LIMIT: usize = 100;

/// `GET /_flowmock/requests`: the selected requests, newest first.
async fn list(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let query = uri.query().unwrap_or_default();
    let filter = RequestFilter::read_of_list(query)?;
    if filter.of_all_replicas() {
        let gathered = app.requests_of_all(query, DEFAULT_LIMIT).await?;
        return large_json(&app, move || gathered.into_json()).await;
    }
    app.journal.settled().await;
    let shared = Shared::clone(&app);
    large_json(&app, move || Ok(shared.requests_json(&filter, DEFAULT_LIMIT))).await
}

/// `GET /_flowmock/requests/{id}`.
async fn get(State(app): State<Shared>, id: Id) -> Result<Response, Refused> {
    app.journal.settled().await;
    let id = id.as_str().parse().map_err(|_| not_in_journal())?;
    if app.journal.entry(id).is_some() && app.examines_requests() && !app.has_examined(id) {
        let app = Shared::clone(&app);
        blocking(move || app.catch_up()).await;
    }
    let entry = app.journal.entry(id).ok_or_else(not_in_journal)?;
    Ok(answer::ok(&app.shown(&entry)))
}

/// 404: the journal has no request with that id.
pub(super) fn not_in_journal() -> Refused {
    Refused::not_found(
        "the journal has no request with that id, or no longer; GET /_flowmock/requests lists those it has",
    )
}

/// `DELETE /_flowmock/requests`: all, or those of the organisation or sandbox that the query names.
async fn clear(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let query = uri.query().unwrap_or_default();
    let filter = RequestFilter::read_of_tenant(query)?;
    let cleared = if filter.of_all_replicas() {
        time_limit::lift(); // a 408 would say that nothing was done
        app.clear_all(query).await?
    } else {
        app.journal.settled().await;
        // In the background, since the requests are examined before they are removed.
        blocking_change(move || app.forget_requests(filter.tenant(), |record| filter.fits(record))).await
    };
    Ok(answer::ok(&json!({"cleared": cleared})))
}

/// `GET /_flowmock/requests.har`: the selected requests as a HAR file, oldest first.
async fn export(State(app): State<Shared>, uri: Uri, headers: HeaderMap) -> Result<Response, Refused> {
    let filter = RequestFilter::read(uri.query().unwrap_or_default())?;
    app.journal.settled().await;
    let host =
        headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost").to_owned();
    let shared = Shared::clone(&app);
    large_json(&app, move || Ok(shared.har(&filter, &host))).await
}
