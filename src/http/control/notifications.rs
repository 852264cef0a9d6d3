//! `/_flowmock/notification-targets` and `/_flowmock/notifications`: webhooks that are told of runs, and what they got.

use super::body::Document;
use super::large::large_json;
use super::scope::{InPart, SCOPE, parameters, part};
use crate::app::Shared;
use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::base::operation::Operation;
use crate::http::answer;
use crate::http::blocking::{blocking, blocking_change};
use crate::http::extract::Id;
use crate::http::routes::Routes;
use crate::store::query::Parameters;
use crate::testkit::notifications::NotificationFilter;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde_json::json;
use std::time::Duration;

pub(crate) fn routes() -> Routes {
    Routes::default()
        .on(Operation::ListNotificationTargets, targets)
        .on(Operation::AddNotificationTarget, register)
        .on(Operation::RemoveNotificationTarget, remove)
        .on(Operation::ListNotifications, list)
        .on(Operation::ClearNotifications, clear)
        .on(Operation::GetNotification, get)
        .on(Operation::ReplayNotification, replay)
}

/// The number of notifications in a list, unless the query sets another.
const DEFAULT_LIMIT: usize = 100;

/// The parameter that says how long a list may wait for notifications on their way.
const WAIT: &str = "waitMs";

/// `GET /_flowmock/notification-targets`.
async fn targets(State(app): State<Shared>, InPart(part): InPart) -> Response {
    answer::ok(&blocking(move || app.notification_targets(&part)).await)
}

/// `POST /_flowmock/notification-targets?imsOrgId=&sandbox=`.
async fn register(
    State(app): State<Shared>, InPart(part): InPart, Document(document, _turn): Document,
) -> Result<Response, Refused> {
    let registration = app.read_registration(&document, &part)?;
    app.challenge(&registration).await?;
    let registered = blocking_change(move || app.register(registration)).await?;
    Ok(answer::json(StatusCode::CREATED, registered.to_string()))
}

/// `DELETE /_flowmock/notification-targets/{id}`.
async fn remove(State(app): State<Shared>, id: Id, InPart(part): InPart) -> Result<StatusCode, Refused> {
    blocking_change(move || app.remove_notification_target(id.as_str(), &part)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /_flowmock/notifications`: the selected notifications, newest first.
async fn list(State(app): State<Shared>, uri: Uri) -> Result<Response, Refused> {
    let known: Vec<&str> = SCOPE.into_iter().chain(NotificationFilter::PARAMETERS).chain([WAIT]).collect();
    let query = parameters(uri.query(), &known)?;
    let filter = NotificationFilter::read(part(&query)?, &query)?;
    if let Some(patience) = patience(&query)? {
        // The answer has to be there before the request times out.
        app.notifications_settled(filter.part(), patience.min(app.config.request_timeout / 2)).await;
    }
    let shared = Shared::clone(&app);
    large_json(&app, move || Ok(shared.notifications_json(&filter, DEFAULT_LIMIT))).await
}

fn patience(query: &Parameters) -> Result<Option<Duration>, Refused> {
    let Some(value) = query.last(WAIT) else { return Ok(None) };
    let ms = value.parse().map_err(|_| {
        Refused::because("", format!("{WAIT}={} is not a whole number of milliseconds", excerpt(value)))
    });
    ms.map(|ms| Some(Duration::from_millis(ms)))
}

/// `DELETE /_flowmock/notifications`.
async fn clear(State(app): State<Shared>, InPart(part): InPart) -> Response {
    answer::ok(&json!({"cleared": app.forget_notifications(&part)}))
}

/// `GET /_flowmock/notifications/{id}`.
async fn get(State(app): State<Shared>, id: Id, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    Ok(answer::ok(&app.notification(id.as_str())?))
}

/// `POST /_flowmock/notifications/{id}/replay`.
async fn replay(State(app): State<Shared>, id: Id, uri: Uri) -> Result<Response, Refused> {
    parameters(uri.query(), &[])?;
    let id = app.replay_notification(id.as_str())?;
    Ok(answer::json(StatusCode::CREATED, json!({"id": id}).to_string()))
}
