//! `GET /_flowmock/events`: the requests as they are recorded, as server-sent events.

use crate::app::Shared;
use crate::app::events::Events;
use crate::base::document::refusal::{Problem, Refused};
use crate::base::error::excerpt;
use crate::testkit::journal::filter::RequestFilter;
use crate::testkit::journal::news::MAX_READERS;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::response::Response;
use futures_util::stream;
use std::convert::Infallible;

/// The header with which a client resumes a stream after a break.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The headers of the stream. `x-accel-buffering` keeps nginx from collecting it.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_TYPE, "text/event-stream"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// `GET /_flowmock/events`.
pub(super) async fn stream(
    State(app): State<Shared>, uri: Uri, headers: HeaderMap,
) -> Result<Response, Refused> {
    let (filter, after) = read(uri.query().unwrap_or_default(), &headers)?;
    if app.config.journal_requests == 0 {
        let reason = "the journal is switched off (--journal-requests 0), so there are no events";
        return Err(Refused::conflict(reason));
    }
    let events = Events::of(&app, filter, after).ok_or_else(|| {
        Refused::unavailable(format!("{MAX_READERS} clients read events already, as many as may; close one"))
    })?;
    let pieces = stream::unfold(events, async |mut events| {
        let piece = events.next().await?;
        Some((Ok::<_, Infallible>(piece), events))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

/// The selected requests, and the id of the request after which the stream begins.
fn read(query: &str, headers: &HeaderMap) -> Result<(RequestFilter, Option<u64>), Refused> {
    let filter = RequestFilter::read_of_stream(query);
    let sent = headers.get(&LAST_EVENT_ID).map(|id| id.to_str().unwrap_or("(not ASCII)").trim());
    let resumed = match sent {
        None | Some("") => Ok(None),
        Some(id) => id.parse().map(Some).map_err(|_| {
            let reason = format!("is {}, not the id of an event, a whole number", excerpt(id));
            Problem::new("last-event-id", format!("{LAST_EVENT_ID} {reason}"))
        }),
    };
    match (filter, resumed) {
        (Ok(filter), Ok(resumed)) => {
            let after = resumed.or(filter.after());
            Ok((filter, after))
        }
        (Ok(_), Err(problem)) => Err(Refused::invalid(vec![problem])),
        (Err(refused), resumed) => {
            let problems = refused.problems().iter().cloned().chain(resumed.err());
            Err(Refused::invalid(problems.collect()))
        }
    }
}
