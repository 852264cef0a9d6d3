//! Injects faults: between the preflight responses of CORS and the gateway.
//!
//! Decided: a fault comes before the gateway's checks, as the failure of a proxy in front of the service does, so any
//! request can be answered with an injected error. Control calls are exempt. The headers `x-flowmock-error` and
//! `x-flowmock-delay-ms` ask for a fault without a rule; a request with `x-flowmock-error` is matched against no rule.
//! The response names the rules, or the header, that shaped it in `x-flowmock-fault`.

use super::Respond;
use super::damage::InjectedFault;
use crate::app::{App, Shared};
use crate::base::body::incoming::IncomingBody;
use crate::base::body::outgoing::InjectedReset;
use crate::base::error::{Circumstances, Code, Error, OnDemand, excerpt};
use crate::base::headers::{DELAY_MS, ERROR, IMS_ORG, SANDBOX_NAME, name};
use crate::base::operation::Operation;
use crate::base::operation::paths::{Call, without_base};
use crate::base::tenant::{SandboxIsDefault, Tenant};
use crate::testkit::faults::{
    ActiveRules, AppliedFaults, AppliedRule, FaultAnswer, FixedAnswer, MAX_DELAY_MS, on_demand,
};
use crate::testkit::matching::parsed::ParsedRequest;
use crate::testkit::matching::received::Received;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::{BoxFuture, Either};
use std::time::Duration;

/// How long an entity that a request puts into use is `initializing` before it is `enabled`, if a rule says so. Handlers
/// find it in the request's extensions.
#[derive(Clone, Copy, Default)]
pub(crate) struct InitializingFor(pub(crate) Option<Duration>);

/// Injects faults into requests that match a fault rule, or that ask for a fault themselves.
#[derive(Clone)]
pub(crate) struct FaultInjector<S> {
    inner: S,
    app: Shared,
}

impl<S> FaultInjector<S> {
    /// Faults in front of `inner`.
    pub(crate) fn new(inner: S, app: Shared) -> Self {
        Self { inner, app }
    }
}

impl<S> Respond<IncomingBody> for FaultInjector<S>
where
    S: Respond<IncomingBody> + Clone + Send + Sync + 'static,
{
    type Future = Either<S::Future, BoxFuture<'static, Response>>;

    fn respond(&self, request: Request<IncomingBody>, call: Call) -> Self::Future {
        let headers = request.headers();
        let asks = headers.keys().any(|name| matches!(name.as_str(), ERROR | DELAY_MS));
        let Call::Service(operation) = call else { return Either::Left(self.inner.respond(request, call)) };
        if !(asks || self.app.faults.any()) {
            return Either::Left(self.inner.respond(request, call));
        }
        if asks {
            self.app.faults.count_asked();
        }
        let (inner, app) = (self.inner.clone(), Shared::clone(&self.app));
        Either::Right(Box::pin(async move { respond(&app, &inner, request, operation).await }))
    }
}

/// The response to a request that a fault may hit.
async fn respond<S: Respond<IncomingBody>>(
    app: &App, inner: &S, mut request: Request<IncomingBody>, operation: Option<Operation>,
) -> Response {
    let wish = match Wish::read(request.headers()) {
        Ok(wish) => wish,
        Err((header, error)) => return with_fault_header(&header, error.into_response()),
    };
    if let Some(error) = wish.error {
        let mut response = error_on_demand(error, request.uri(), request.headers(), None);
        InjectedFault::add_to(&mut response, wish.delay, None);
        return with_fault_header(&name::ERROR, response);
    }
    let rules = app.faults.current();
    let AppliedFaults { delay, initializing_for, applied, ids } =
        match apply_rules(app, &rules, &mut request, operation).await {
            Ok(faults) => faults,
            Err(error) => return error.into_response(),
        };
    if initializing_for.is_some() {
        request.extensions_mut().insert(InitializingFor(initializing_for));
    }
    let mut response = match &applied {
        None => inner.respond(request, Call::Service(operation)).await,
        Some(applied) => respond_with(applied, inner, request, operation).await,
    };
    if let Ok(ids) = HeaderValue::try_from(ids.join(","))
        && !ids.is_empty()
    {
        response.headers_mut().insert(&name::FAULT, ids);
    }
    let delay = delay.saturating_add(wish.delay).min(Duration::from_millis(MAX_DELAY_MS));
    let damage = applied.and_then(|applied| applied.action().damage);
    InjectedFault::add_to(&mut response, delay, damage);
    response
}

/// Adds the name of the header that caused the response.
fn with_fault_header(header: &HeaderName, mut response: Response) -> Response {
    if let Ok(name) = HeaderValue::from_str(header.as_str()) {
        response.headers_mut().insert(&name::FAULT, name);
    }
    response
}

/// Matches the request against the rules. If a rule looks into the body, the body is read first.
///
/// # Errors
/// FLOW-1103-503 if other servers share the state, and it is out of reach.
async fn apply_rules(
    app: &App, rules: &ActiveRules, request: &mut Request<IncomingBody>, operation: Option<Operation>,
) -> Result<AppliedFaults, Error> {
    let inlet = inlet_tenant(app, operation, request.uri().path());
    if rules.ask_for_body(&ParsedRequest::of(&Head::of(request, operation, inlet.as_ref()))) {
        request.body_mut().read_ahead(app.config.max_body_bytes, &app.budget).await;
    }
    Ok(app.strike(rules, &Head::of(request, operation, inlet.as_ref())).await?)
}

/// The organisation and the sandbox of the inlet to which a request sends messages, which names neither. Only an inlet that the
/// index knows is found: rebuilding it is left to the service.
fn inlet_tenant(app: &App, operation: Option<Operation>, path: &str) -> Option<Tenant> {
    if !matches!(operation, Some(Operation::SendMessage | Operation::SendMessages)) {
        return None;
    }
    let (_, inlet) = path.rsplit_once('/')?;
    app.inlets.index.get(inlet).map(|place| place.tenant)
}

/// Carries out what a rule says.
async fn respond_with<S: Respond<IncomingBody>>(
    applied: &AppliedRule, inner: &S, request: Request<IncomingBody>, operation: Option<Operation>,
) -> Response {
    let action = applied.action();
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let served = if action.reaches_service() {
        Some(inner.respond(request, Call::Service(operation)).await)
    } else {
        None
    };
    match &action.answer {
        FaultAnswer::Service => served.unwrap_or_else(|| {
            Error::internal("a fault that leaves the answer to the service does not reach it").into_response()
        }),
        FaultAnswer::Error(error) => error_on_demand(*error, &uri, &headers, None),
        FaultAnswer::RateLimit(_) => {
            error_on_demand(OnDemand::Code(Code::TooManyRequests), &uri, &headers, applied.retry_after)
        }
        FaultAnswer::Fixed(fixed) => fixed_response(fixed),
        FaultAnswer::Reset => InjectedReset.into_response(),
    }
}

/// The response with an error of the catalogue. A 429 gets a `Retry-After`: one second if nothing else is known.
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

/// The response that a rule spells out.
fn fixed_response(fixed: &FixedAnswer) -> Response {
    let (body, content_type) = fixed.content();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = fixed.status;
    if let Some(content_type) = content_type {
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    }
    let mut is_first = true;
    // These come before the rule's own headers, which cannot undo them, so that a rule cannot place a page on the server's
    // origin.
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    for (name, value) in &fixed.headers {
        // The rule's own Content-Type replaces the default for its body.
        if *name == header::CONTENT_TYPE && std::mem::take(&mut is_first) {
            response.headers_mut().insert(name, value.clone());
        } else {
            response.headers_mut().append(name, value.clone());
        }
    }
    response
}

/// The fault that a request asks for in its headers.
struct Wish {
    error: Option<OnDemand>,
    delay: Duration,
}

impl Wish {
    /// # Errors
    /// FLOW-1000-400 for an invalid header, together with the header's name.
    fn read(headers: &HeaderMap) -> Result<Self, (HeaderName, Error)> {
        let text = |name: &HeaderName| {
            headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes().trim_ascii()))
        };
        let refuse = |name: &HeaderName, value: &str, reason: String| {
            let detail = format!("{name}: {} {reason}", excerpt(value));
            (name.clone(), Error::new(Code::BadRequest, detail))
        };
        let error = text(&name::ERROR)
            .map(|value| on_demand(&value).map_err(|reason| refuse(&name::ERROR, &value, reason)))
            .transpose()?;
        let delay = text(&name::DELAY_MS).map(|value| {
            let ms = value.parse().ok().filter(|ms| *ms <= MAX_DELAY_MS);
            let reason = || format!("is not a whole number of milliseconds, 0 to {MAX_DELAY_MS}");
            ms.ok_or_else(|| refuse(&name::DELAY_MS, &value, reason()))
        });
        Ok(Self { error, delay: Duration::from_millis(delay.transpose()?.unwrap_or_default()) })
    }
}

/// A request, and as much of its body as was read ahead.
struct Head<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: &'a [u8],
    operation: Option<Operation>,
    sandbox_is_default: bool,
    /// The organisation and the sandbox of the inlet that it is for.
    inlet: Option<&'a Tenant>,
}

impl<'a> Head<'a> {
    fn of(
        request: &'a Request<IncomingBody>, operation: Option<Operation>, inlet: Option<&'a Tenant>,
    ) -> Self {
        let (uri, body) = (request.uri(), request.body().ahead());
        let sandbox_is_default = request.extensions().get::<SandboxIsDefault>().is_some();
        Self {
            method: request.method(),
            uri,
            headers: request.headers(),
            body,
            operation,
            sandbox_is_default,
            inlet,
        }
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
        match self.inlet {
            Some(tenant) if name == IMS_ORG => vec![tenant.ims_org.as_bytes()],
            Some(tenant) if name == SANDBOX_NAME => vec![tenant.sandbox.as_bytes()],
            _ => self.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect(),
        }
    }

    fn sandbox_is_default(&self) -> bool {
        self.sandbox_is_default
    }

    fn body(&self) -> &[u8] {
        self.body
    }

    fn operation(&self) -> Option<Operation> {
        self.operation
    }
}
