//! The outermost layer: whatever happened inside, the client gets a whole answer with a request id, and the log
//! gets its line.
//!
//! Reference: "Flow Service errors" (the request id); `errors.csv`, FLOW-1400-500.

use super::damage::Struck;
use super::faults::Faults;
use super::gateway::{self, Gateway};
use crate::app::{App, Shared};
use crate::base::body::incoming::Lingering;
use crate::base::body::outgoing::{Aborted, Outgoing};
use crate::base::error::{Code, Error};
use crate::base::headers::name;
use crate::base::operation::Operation;
use crate::base::operation::paths::is_control;
use crate::base::time;
use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tower_http::cors::Cors;
use tower_http::normalize_path::NormalizePath;
use tower_service::Service;
use tracing::Level;
use uuid::Uuid;

/// The longest request id taken from a client, in bytes; a longer one is replaced by one of ours.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// What the request lines are filtered by.
const LOG_TARGET: &str = "flowmock::request";

/// The whole server, from a request to its answer, without a socket.
#[derive(Clone)]
pub(crate) struct Finish {
    app: Shared,
    inside: Inside,
}

/// The routes, and around them the gateway, the faults and, outermost, what trims a path.
pub(crate) type Routed = NormalizePath<Faults<Gateway<Router>>>;

/// What is inside.
#[derive(Clone)]
pub(crate) enum Inside {
    /// As they are.
    Plain(Routed),
    /// With what browsers ask for around them.
    Cors(Box<Cors<Routed>>),
}

impl Finish {
    pub(crate) fn new(app: Shared, inside: Inside) -> Self {
        Self { app, inside }
    }

    /// What the handlers share.
    pub(crate) fn app(&self) -> &Shared {
        &self.app
    }

    /// The answer to a request whose head arrived at `started`.
    ///
    /// # Errors
    /// [`Aborted`] if there is to be none.
    pub(crate) async fn answer(
        mut self, mut request: Request<Lingering>, started: Instant,
    ) -> Result<Response<Outgoing>, Aborted> {
        let app = &self.app;
        let path = request.uri().path();
        let (counting, recording) = if is_control(path) {
            (None, None)
        } else {
            let operation = Operation::of(request.method().as_str(), path);
            let counting = app.metrics.begin(operation, started);
            (Some(counting), app.journal.begin(&mut request, || app.env.now(), started))
        };
        let line = tracing::enabled!(target: LOG_TARGET, Level::INFO).then(|| LogLine::of(&request));
        let request_id = self.request_id(request.uri().path(), request.headers());

        let mut response = self.inside.outcome(request, started, self.app.config.request_timeout).await;
        let struck = response.extensions_mut().remove::<Struck>();
        if let Some(struck) = &struck {
            struck.hold_back().await;
        }
        let aborted = response.extensions_mut().remove::<Aborted>();
        let error = response.extensions_mut().remove::<Error>();
        let response = match &error {
            None => response.map(Outgoing::from),
            Some(error) => {
                let id = request_id.to_str().unwrap_or_default();
                let body = error.write(response.headers_mut(), id);
                response.map(|_| Outgoing::Whole(body))
            }
        };
        let damaged = match (aborted, &struck) {
            (Some(Aborted), _) => Err(Aborted),
            (None, None) => Ok(response),
            (None, Some(struck)) => struck.damage(response),
        };
        let Ok(mut response) = damaged else {
            if let Some(line) = line {
                line.write(&self.app, None, started.elapsed(), &request_id, error.as_ref());
            }
            if let Some(recording) = recording {
                recording.abort(request_id);
            }
            return Err(Aborted);
        };
        let took = started.elapsed();
        if let Some(line) = line {
            line.write(&self.app, Some(response.status()), took, &request_id, error.as_ref());
        }
        response.headers_mut().insert(&name::REQUEST_ID, request_id);
        if !self.app.env.clock.is_systems()
            && let Ok(date) = HeaderValue::try_from(time::http_date(self.app.env.now()))
        {
            response.headers_mut().insert(header::DATE, date); // else hyper would give the machine's
        }
        if let Some(counting) = counting {
            counting.answered(response.status(), took);
        }
        if let Some(recording) = recording {
            let entry = recording.end(&response, took, error.as_ref().map(Error::code));
            self.after_recording(entry, &mut response);
        }
        Ok(match struck {
            None => response,
            Some(struck) => struck.slow(response),
        })
    }

    /// Has a request examined that is in the journal: later, or at once if its answer is to tell of it.
    fn after_recording(&self, entry: u64, response: &mut Response<Outgoing>) {
        let app = &self.app;
        if !app.config.contract_headers {
            return app.contract.ring();
        }
        let request_id =
            response.headers().get(&name::REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
        let violations = app.violations(entry, request_id);
        if let Some(violations) = violations.and_then(|ids| HeaderValue::try_from(ids).ok()) {
            response.headers_mut().insert(&name::VIOLATIONS, violations);
        }
    }

    /// The client's own id for the request, or else one of ours: where ids come from a seed, the next of its sandbox.
    fn request_id(&self, path: &str, headers: &HeaderMap) -> HeaderValue {
        sent_id(headers).unwrap_or_else(|| {
            let id = self.app.request_id(|| gateway::tenant_named_in(path, headers));
            let mut buffer = Uuid::encode_buffer();
            HeaderValue::from_str(id.hyphenated().encode_lower(&mut buffer))
                .unwrap_or(HeaderValue::from_static("unknown"))
        })
    }
}

impl Inside {
    /// What comes of a request: the answer that a handler made, or what stands for one that was not made in time.
    async fn outcome(&mut self, request: Request<Lingering>, started: Instant, limit: Duration) -> Response {
        let answer = async {
            match self {
                Self::Plain(routes) => routes.call(request).await,
                Self::Cors(routes) => routes.call(request).await,
            }
        };
        // Unwind safe: what a panic could leave half-done is behind locks, and the store's writes are single calls.
        let outcome = timeout_at(started + limit, AssertUnwindSafe(answer).catch_unwind()).await;
        match outcome {
            Ok(Ok(Ok(response))) => response,
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(panic)) => from_panic(panic.as_ref()).into_response(),
            Err(_) => {
                let detail =
                    format!("the request was not whole within {} ms; send it faster", limit.as_millis());
                Error::new(Code::RequestTimeout, detail).into_response()
            }
        }
    }
}

/// The client's own request id, if it is one that a header and a log line can carry.
fn sent_id(headers: &HeaderMap) -> Option<HeaderValue> {
    let id = headers.get(&name::REQUEST_ID)?;
    let usable =
        (1..=MAX_REQUEST_ID_BYTES).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
    usable.then(|| id.clone())
}

fn from_panic(panic: &(dyn Any + Send)) -> Error {
    let message =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::internal(format_args!("a handler panicked: {}", message.unwrap_or("no message")))
}

/// What the log says of a request. Neither query nor headers: they may hold credentials.
struct LogLine {
    method: Method,
    uri: Uri,
    sandbox: Option<HeaderValue>,
}

impl LogLine {
    fn of(request: &Request<Lingering>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            sandbox: request.headers().get(&name::SANDBOX_NAME).cloned(),
        }
    }

    /// Writes the line; without a status if there was no answer. A credential that a client put where none belongs is not
    /// shown.
    fn write(
        self, app: &App, status: Option<StatusCode>, took: Duration, request_id: &HeaderValue,
        error: Option<&Error>,
    ) {
        let concealing = app.concealing();
        let shown = |value: &HeaderValue| value.to_str().map(|text| concealing.text(text)).ok();
        tracing::info!(
            target: LOG_TARGET,
            method = self.method.as_str(),
            path = concealing.path(self.uri.path()),
            status = status.map(|status| status.as_u16()),
            ms = (took.as_secs_f64() * 1e6).round() / 1e3,
            request_id = shown(request_id).unwrap_or_default(),
            sandbox = self.sandbox.as_ref().and_then(shown),
            error = error.map(|error| error.code().code()),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::app::App;
    use crate::base::config::Config;
    use crate::http::router::layered;
    use crate::mock::FlowMock;
    use axum::Router;
    use axum::routing::get;
    use std::sync::Arc;

    #[test]
    fn a_panic_is_a_500_in_the_documented_shape_and_the_server_lives_on() {
        let app = Arc::new(App::new(Config::default(), &crate::http::openapi::DESCRIPTION).unwrap());
        let routes = Router::new().route(
            "/panic",
            get(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        );
        let mock = FlowMock::serve(Config::default(), move |_| Ok(layered(routes, app))).unwrap();
        for _ in 0..3 {
            let answer = reqwest::blocking::Client::new()
                .get(format!("{}/panic", mock.url()))
                .header("x-request-id", "mine")
                .send()
                .unwrap();
            assert_eq!(answer.status(), 500);
            assert_eq!(answer.headers()["x-request-id"], "mine");
            let body: serde_json::Value = answer.json().unwrap();
            assert_eq!(body["type"], "https://ns.adobe.com/aep/errors/FLOW-1400-500");
            assert_eq!(body["report"]["request-id"], "mine");
            assert!(!body.to_string().contains("on purpose"));
        }
    }
}
