//! The layer at which faults strike: between what browsers ask for and the gateway.
//!
//! Decided: a fault comes before the gateway's checks, as a failure of whatever stands in front of the service does; so
//! an error that is asked for is the answer to any request. flowmock's own calls are never struck. `x-flowmock-error`
//! and `x-flowmock-delay-ms` ask for a fault without a rule; with the first, no rule is asked. An answer that rules had a
//! hand in, or that header, names them in `x-flowmock-fault`.

use super::damage::Struck;
use crate::app::{App, Shared};
use crate::base::body::incoming::Lingering;
use crate::base::body::outgoing::Aborted;
use crate::base::error::{Circumstances, Code, Error, OnDemand, excerpt};
use crate::base::headers::name;
use crate::base::operation::paths::is_control;
use crate::base::operation::paths::without_base;
use crate::testkit::expectation::Subject;
use crate::testkit::faults::{Act, Answer, Fixed, MAX_DELAY_MS, Rules, Strike, on_demand};
use crate::testkit::matching::received::Received;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::{BoxFuture, Either};
use std::convert::Infallible;
use std::task::{Context, Poll};
use std::time::Duration;
use tower_service::Service;

/// Strikes requests that a rule means, or that ask for it.
#[derive(Clone)]
pub(crate) struct Faults<S> {
    inner: S,
    app: Shared,
}

impl<S> Faults<S> {
    /// Faults in front of `inner`.
    pub(crate) fn new(inner: S, app: Shared) -> Self {
        Self { inner, app }
    }
}

impl<S> Service<Request<Lingering>> for Faults<S>
where
    S: Service<Request<Lingering>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<S::Future, BoxFuture<'static, Result<Response, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Lingering>) -> Self::Future {
        let headers = request.headers();
        let asks = headers.contains_key(&name::ERROR) || headers.contains_key(&name::DELAY_MS);
        if !(asks || self.app.faults.any()) || is_control(request.uri().path()) {
            return Either::Left(self.inner.call(request));
        }
        if asks {
            self.app.faults.count_asked();
        }
        let ready = self.inner.clone(); // what was polled ready is the one to call
        let inner = std::mem::replace(&mut self.inner, ready);
        let app = Shared::clone(&self.app);
        Either::Right(Box::pin(async move { Ok(struck(&app, inner, request).await) }))
    }
}

/// The answer to a request that may be struck.
async fn struck<S>(app: &App, inner: S, mut request: Request<Lingering>) -> Response
where
    S: Service<Request<Lingering>, Response = Response, Error = Infallible>,
{
    let asked = match Asked::read(request.headers()) {
        Ok(asked) => asked,
        Err((header, error)) => return named(header, error.into_response()),
    };
    if let Some(error) = asked.error {
        let mut response = error_on_demand(error, request.uri(), request.headers(), None);
        response.extensions_mut().insert(Struck { delay: asked.delay, damage: None });
        return named(name::ERROR.clone(), response);
    }
    let rules = app.faults.current();
    let Strike { delay, act, ids } = strike(app, &rules, &mut request).await;
    let mut response = match &act {
        None => answer(inner, request).await,
        Some(act) => acted(act, inner, request).await,
    };
    if let Ok(ids) = HeaderValue::try_from(ids.join(","))
        && !ids.is_empty()
    {
        response.headers_mut().insert(name::FAULT.clone(), ids);
    }
    let delay = delay.saturating_add(asked.delay).min(Duration::from_millis(MAX_DELAY_MS));
    response.extensions_mut().insert(Struck { delay, damage: act.and_then(|act| act.action().damage) });
    response
}

/// The answer, with the header that it is owed to.
fn named(header: HeaderName, mut response: Response) -> Response {
    if let Ok(name) = HeaderValue::from_str(header.as_str()) {
        response.headers_mut().insert(name::FAULT.clone(), name);
    }
    response
}

/// What strikes the request. Its body is read ahead if a rule has to look into it.
async fn strike(app: &App, rules: &Rules, request: &mut Request<Lingering>) -> Strike {
    if rules.ask_for_body(&Subject::of(&Head::of(request))) {
        request.body_mut().read_ahead(app.config.max_body_bytes).await;
    }
    rules.strike(&Head::of(request), app.env.now())
}

/// What a rule makes of the request.
async fn acted<S>(act: &Act, inner: S, request: Request<Lingering>) -> Response
where
    S: Service<Request<Lingering>, Response = Response, Error = Infallible>,
{
    let action = act.action();
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let served = if action.reaches_service() { Some(answer(inner, request).await) } else { None };
    match &action.answer {
        Answer::Service => served.unwrap_or_else(|| {
            Error::internal("a fault that leaves the answer to the service does not reach it").into_response()
        }),
        Answer::Error(error) => error_on_demand(*error, &uri, &headers, None),
        Answer::RateLimit(_) => {
            error_on_demand(OnDemand::Code(Code::TooManyRequests), &uri, &headers, act.retry_after)
        }
        Answer::Fixed(fixed) => answer_of(fixed),
        Answer::Reset => Aborted.into_response(),
    }
}

async fn answer<S>(mut inner: S, request: Request<Lingering>) -> Response
where
    S: Service<Request<Lingering>, Response = Response, Error = Infallible>,
{
    match inner.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// The answer with an error of the catalogue; 429 with `Retry-After`, a second unless something else is known.
fn error_on_demand(
    error: OnDemand, uri: &Uri, headers: &HeaderMap, retry_after_seconds: Option<u64>,
) -> Response {
    let circumstances = Circumstances {
        path: without_base(uri.path()),
        if_match: headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()),
    };
    let mut response = Error::on_demand(error, &circumstances).into_response();
    if error == OnDemand::Code(Code::TooManyRequests) {
        let seconds = HeaderValue::from(retry_after_seconds.unwrap_or(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn answer_of(fixed: &Fixed) -> Response {
    let (body, content_type) = fixed.content();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = fixed.status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    let mut is_first = true;
    for (name, value) in &fixed.headers {
        // The rule's own type takes the place of the one that its body would have.
        if *name == header::CONTENT_TYPE && std::mem::take(&mut is_first) {
            response.headers_mut().insert(name, value.clone());
        } else {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

/// What a client asks for, without a rule.
struct Asked {
    error: Option<OnDemand>,
    delay: Duration,
}

impl Asked {
    /// # Errors
    /// FLOW-1000-400 for a header that cannot be meant, with its name.
    fn read(headers: &HeaderMap) -> Result<Self, (HeaderName, Error)> {
        let text = |name: &HeaderName| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes().trim_ascii()))
        };
        let refuse = |name: &HeaderName, value: &str, reason: String| {
            let detail = format!("{name}: {} {reason}", excerpt(value));
            (name.clone(), Error::new(Code::BadRequest, detail))
        };
        let error = text(&name::ERROR)
            .map(|wanted| on_demand(&wanted).map_err(|reason| refuse(&name::ERROR, &wanted, reason)))
            .transpose()?;
        let delay = text(&name::DELAY_MS).map(|value| {
            let ms = value.parse().ok().filter(|ms| *ms <= MAX_DELAY_MS);
            let reason = || format!("is not a whole number of milliseconds, 0 to {MAX_DELAY_MS}");
            ms.ok_or_else(|| refuse(&name::DELAY_MS, &value, reason()))
        });
        Ok(Self { error, delay: Duration::from_millis(delay.transpose()?.unwrap_or_default()) })
    }
}

/// The request, as far as it has arrived.
struct Head<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl<'a> Head<'a> {
    fn of(request: &'a Request<Lingering>) -> Self {
        let (uri, body) = (request.uri(), request.body().ahead());
        Self { method: request.method(), uri, headers: request.headers(), body }
    }
}

impl Received for Head<'_> {
    fn method(&self) -> &str {
        self.method.as_str()
    }

    fn path(&self) -> &str {
        self.uri.path()
    }

    fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }

    fn header(&self, name: &str) -> Vec<&[u8]> {
        self.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect()
    }

    fn body(&self) -> &[u8] {
        self.body
    }
}
