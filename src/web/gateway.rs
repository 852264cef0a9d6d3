//! The checks of the API gateway in front of the service, on every path below the base path, known or not.
//!
//! Reference: "Base path and headers".

use crate::app::BASE_PATH;
use crate::config::Leniency;
use crate::error::{Code, Error, excerpt};
use crate::tenant::Tenant;
use axum::http::{HeaderMap, Method, Request, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::{Either, Ready, ready};
use hyper::body::Body;
use std::task::{Context, Poll};
use tower_service::Service;

pub(crate) const API_KEY: &str = "x-api-key";
pub(crate) const IMS_ORG: &str = "x-gw-ims-org-id";
pub(crate) const SANDBOX_NAME: &str = "x-sandbox-name";
pub(crate) const SANDBOX_ID: &str = "x-sandbox-id";

/// Every sandbox, for those who may ask for it; no sandbox has that name.
pub(crate) const ANY_SANDBOX: &str = "*";

/// Answers a request below the base path that fails a check; leaves the [`Tenant`] of any other in its
/// extensions.
#[derive(Clone)]
pub(crate) struct Gateway<S> {
    inner: S,
    leniency: Leniency,
}

impl<S> Gateway<S> {
    /// The gateway in front of `inner`.
    pub(crate) fn new(inner: S, leniency: Leniency) -> Self {
        Self { inner, leniency }
    }
}

impl<S, B> Service<Request<B>> for Gateway<S>
where
    S: Service<Request<B>, Response = Response>,
    B: Body,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if is_below_base_path(request.uri().path()) {
            let has_body = !request.body().is_end_stream();
            match admit(request.method(), request.headers(), has_body, self.leniency) {
                Ok(tenant) => _ = request.extensions_mut().insert(tenant),
                Err(error) => return Either::Right(ready(Ok(error.into_response()))),
            }
        }
        Either::Left(self.inner.call(request))
    }
}

/// Whether the path is the Flow Service's, known or not.
pub(crate) fn is_below_base_path(path: &str) -> bool {
    path.strip_prefix(BASE_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The tenant that the headers of a request name, whatever else is wrong with them; `None` if the path is not the Flow
/// Service's, or they do not name one.
pub(crate) fn tenant_named_in(path: &str, headers: &HeaderMap) -> Option<Tenant> {
    let named = |name| match text(headers, name) {
        Text::Absent | Text::NotAscii | Text::Is("" | ANY_SANDBOX) => None,
        Text::Is(value) => Some(value),
    };
    is_below_base_path(path).then(|| Some(Tenant::new(named(IMS_ORG)?, named(SANDBOX_NAME)?))).flatten()
}

/// The checks, in the documented order.
fn admit(method: &Method, headers: &HeaderMap, has_body: bool, leniency: Leniency) -> Result<Tenant, Error> {
    check_api_key(headers)?;
    check_token(headers)?;
    let ims_org = ims_org(headers, leniency)?;
    let sandbox = sandbox_name(headers)?;
    let tenant = Tenant::new(ims_org, sandbox);
    check_sandbox_id(headers, &tenant)?;
    if has_body && matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
        check_content_type(method, headers)?;
    }
    Ok(tenant)
}

fn check_api_key(headers: &HeaderMap) -> Result<(), Error> {
    match text(headers, API_KEY) {
        Text::Absent | Text::Is("") => Err(Error::of(Code::ApiKeyMissing)),
        Text::NotAscii => Err(Error::of(Code::ApiKeyInvalid)),
        Text::Is(_) => Ok(()),
    }
}

fn check_token(headers: &HeaderMap) -> Result<(), Error> {
    let authorization = match text(headers, header::AUTHORIZATION.as_str()) {
        Text::Absent => return Err(Error::of(Code::TokenMissing)),
        Text::NotAscii => return Err(Error::of(Code::TokenInvalid)),
        Text::Is(authorization) => authorization,
    };
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    match token.trim() {
        _ if !scheme.eq_ignore_ascii_case("bearer") => Err(Error::of(Code::TokenInvalid)),
        "" => Err(Error::of(Code::TokenEmpty)),
        // Two words are not a token (RFC 6750).
        token if token.contains(' ') => Err(Error::of(Code::TokenInvalid)),
        _ => Ok(()),
    }
}

fn ims_org(headers: &HeaderMap, leniency: Leniency) -> Result<&str, Error> {
    match text(headers, IMS_ORG) {
        Text::Absent => Err(Error::of(Code::OrgMissing)),
        Text::Is("") => Err(Error::of(Code::OrgEmpty)),
        Text::NotAscii => Err(Error::of(Code::OrgMalformed)),
        Text::Is(org) if leniency == Leniency::Strict && !is_org_id(org) => {
            Err(Error::of(Code::OrgMalformed))
        }
        Text::Is(org) => Ok(org),
    }
}

/// Whether this is `<id>@AdobeOrg`.
pub(crate) fn is_org_id(org: &str) -> bool {
    let id = org.strip_suffix("@AdobeOrg");
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn sandbox_name(headers: &HeaderMap) -> Result<&str, Error> {
    match text(headers, SANDBOX_NAME) {
        Text::Absent | Text::Is("") => Err(Error::of(Code::SandboxMissing)),
        // Decided: tokens are taken for users', unless they are known to be a service's.
        Text::Is(ANY_SANDBOX) => Err(Error::of(Code::SandboxWildcard)),
        Text::NotAscii => Err(Error::of(Code::SandboxNotFound)),
        Text::Is(sandbox) => Ok(sandbox),
    }
}

fn check_sandbox_id(headers: &HeaderMap, tenant: &Tenant) -> Result<(), Error> {
    let sent = match text(headers, SANDBOX_ID) {
        Text::Absent | Text::Is("") => return Ok(()),
        Text::Is(sent) => sent,
        Text::NotAscii => "",
    };
    let actual = tenant.sandbox_id().to_string();
    if sent.eq_ignore_ascii_case(&actual) {
        return Ok(());
    }
    let (sent, name) = (excerpt(sent), excerpt(&tenant.sandbox));
    let detail = format!("x-sandbox-id {sent} is not the id of the sandbox {name}, which is {actual}");
    Err(Error::new(Code::SandboxIdMismatch, detail))
}

fn check_content_type(method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    let content_type = match text(headers, header::CONTENT_TYPE.as_str()) {
        Text::Is(content_type) => content_type,
        _ => "",
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is = |expected: &str| media_type.eq_ignore_ascii_case(expected);
    if is("application/json") || (*method == Method::PATCH && is("application/json-patch+json")) {
        Ok(())
    } else {
        Err(Error::of(Code::ContentTypeInvalid))
    }
}

/// The value of a header.
enum Text<'a> {
    Absent,
    /// Not text in ASCII, so nothing that the service knows.
    NotAscii,
    /// Without the white space around it, which HTTP/2 does not strip.
    Is(&'a str),
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Text<'a> {
    match headers.get(name).map(|value| value.to_str()) {
        None => Text::Absent,
        Some(Err(_)) => Text::NotAscii,
        Some(Ok(value)) => Text::Is(value.trim()),
    }
}
