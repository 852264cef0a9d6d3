//! The checks of the API gateway in front of the services, on every path below their base paths, known or not; and
//! who may make flowmock's own calls.
//!
//! Reference: "Base path and headers", "Tokens and sandboxes" (sandbox management needs no `x-sandbox-name`);
//! `errors.csv`, layer gateway and FLOW-2000-401 to FLOW-2114-400.

use crate::app::{App, Shared};
use crate::base::config::{Auth, Leniency};
use crate::base::error::{Code, Error, excerpt};
use crate::base::operation::Api;
use crate::base::operation::BASE_PATH;
use crate::base::operation::is_control;
use crate::base::tenant::{Organisation, Tenant};
use crate::http::layers::guard;
use crate::services::identity::{Invalid, Issued};
use axum::http::{HeaderMap, HeaderName, Method, Request, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::{Either, Ready, ready};
use hyper::body::Body;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower_service::Service;

pub(crate) const API_KEY: &str = "x-api-key";
pub(crate) const IMS_ORG: &str = "x-gw-ims-org-id";
pub(crate) const SANDBOX_NAME: &str = "x-sandbox-name";
pub(crate) const SANDBOX_ID: &str = "x-sandbox-id";

/// The same names, read once: each request asks for all of them.
mod header_name {
    use axum::http::HeaderName;

    pub(super) static API_KEY: HeaderName = HeaderName::from_static(super::API_KEY);
    pub(super) static IMS_ORG: HeaderName = HeaderName::from_static(super::IMS_ORG);
    pub(super) static SANDBOX_NAME: HeaderName = HeaderName::from_static(super::SANDBOX_NAME);
    pub(super) static SANDBOX_ID: HeaderName = HeaderName::from_static(super::SANDBOX_ID);
}

/// Every sandbox, for those who may ask for it; no sandbox has that name.
pub(crate) const ANY_SANDBOX: &str = "*";

/// Answers a request that fails a check; leaves in the extensions of any other the [`Tenant`] or, where there is no
/// sandbox, the [`Organisation`].
#[derive(Clone)]
pub(crate) struct Gateway<S> {
    inner: S,
    rules: Rules,
}

/// What is checked.
#[derive(Clone)]
struct Rules {
    leniency: Leniency,
    /// Knows which tokens, names and callers are good; `None` where all are, so that nobody pays for asking.
    knows: Option<Shared>,
}

impl<S> Gateway<S> {
    /// The gateway in front of `inner`.
    pub(crate) fn new(inner: S, app: &Shared) -> Self {
        let asks = app.config.auth == Auth::Issued || app.allow.are_any() || !guard::is_open(&app.config);
        let knows = asks.then(|| Arc::clone(app));
        Self { inner, rules: Rules { leniency: app.config.leniency(), knows } }
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
        match self.rules.refuse(&mut request) {
            Some(refusal) => Either::Right(ready(Ok(refusal))),
            None => Either::Left(self.inner.call(request)),
        }
    }
}

impl Rules {
    /// The answer to a request that fails a check.
    fn refuse<B: Body>(&self, request: &mut Request<B>) -> Option<Response> {
        let path = request.uri().path();
        if is_below_base_path(path) {
            let has_body = !request.body().is_end_stream();
            match self.admit(request.method(), request.headers(), has_body) {
                Ok(tenant) => _ = request.extensions_mut().insert(tenant),
                Err(error) => return Some(error.into_response()),
            }
        } else if is_at_or_below(Api::SandboxManagement.base_path(), path) {
            match self.admit_to_organisation(request.headers()) {
                Ok((ims_org, _)) => {
                    let organisation = Organisation(ims_org.into());
                    request.extensions_mut().insert(organisation);
                }
                Err(error) => return Some(error.into_response()),
            }
        } else if let Some(app) = &self.knows
            && is_control(path)
        {
            return guard::admit(&app.config, path, request.headers()).err().map(|refusal| *refusal);
        }
        None
    }

    /// The checks, in the documented order.
    fn admit(&self, method: &Method, headers: &HeaderMap, has_body: bool) -> Result<Tenant, Error> {
        let (ims_org, token) = self.admit_to_organisation(headers)?;
        let tenant = self.sandbox(headers, ims_org)?;
        check_sandbox_id(headers, &tenant, token.as_ref())?;
        if has_body && matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
            check_content_type(method, headers)?;
        }
        Ok(tenant)
    }

    /// The first three of them: all that there are for a call that is about no sandbox. With the organisation comes
    /// what the token says, where that is asked for.
    fn admit_to_organisation<'a>(&self, headers: &'a HeaderMap) -> Result<(&'a str, Option<Issued>), Error> {
        let api_key = self.api_key(headers)?;
        let token = self.token(headers, api_key)?;
        let ims_org = self.ims_org(headers, token.as_ref())?;
        Ok((ims_org, token))
    }

    fn api_key<'a>(&self, headers: &'a HeaderMap) -> Result<&'a str, Error> {
        match text(headers, &header_name::API_KEY) {
            Text::Absent | Text::Is("") => Err(Error::of(Code::ApiKeyMissing)),
            Text::NotAscii => Err(Error::of(Code::ApiKeyInvalid)),
            Text::Is(key) if self.knows.as_ref().is_some_and(|app| !app.allow.api_key(key)) => {
                Err(Error::of(Code::ApiKeyInvalid))
            }
            Text::Is(key) => Ok(key),
        }
    }

    fn token(&self, headers: &HeaderMap, api_key: &str) -> Result<Option<Issued>, Error> {
        let token = bearer_token(headers)?;
        match &self.knows {
            Some(app) if app.config.auth == Auth::Issued => issued_token(app, token, api_key).map(Some),
            _ => Ok(None),
        }
    }

    fn ims_org<'a>(&self, headers: &'a HeaderMap, token: Option<&Issued>) -> Result<&'a str, Error> {
        let ims_org = match text(headers, &header_name::IMS_ORG) {
            Text::Absent => return Err(Error::of(Code::OrgMissing)),
            Text::Is("") => return Err(Error::of(Code::OrgEmpty)),
            Text::NotAscii => return Err(Error::of(Code::OrgMalformed)),
            Text::Is(ims_org) => ims_org,
        };
        if self.leniency == Leniency::Strict && !is_org_id(ims_org) {
            return Err(Error::of(Code::OrgMalformed));
        }
        if self.knows.as_ref().is_some_and(|app| !app.allow.organisation(ims_org)) {
            return Err(Error::of(Code::OrgNotAllowed));
        }
        match token {
            Some(token) if !token.opens(ims_org) => {
                let detail = format!(
                    "the token was issued for {}, x-gw-ims-org-id is {}; ask for a token of that organisation",
                    excerpt(token.ims_org_id()),
                    excerpt(ims_org)
                );
                Err(Error::new(Code::TokenOfOtherOrg, detail))
            }
            _ => Ok(ims_org),
        }
    }

    fn sandbox(&self, headers: &HeaderMap, ims_org: &str) -> Result<Tenant, Error> {
        let tenant = match text(headers, &header_name::SANDBOX_NAME) {
            Text::Absent | Text::Is("") => return Err(Error::of(Code::SandboxMissing)),
            // Decided: for a service's token too, since no call here is about several sandboxes.
            Text::Is(ANY_SANDBOX) => return Err(Error::of(Code::SandboxWildcard)),
            Text::NotAscii => return Err(Error::of(Code::SandboxNotFound)),
            Text::Is(sandbox) => Tenant::new(ims_org, sandbox),
        };
        if self.knows.as_ref().is_some_and(|app| !app.allow.sandbox(&tenant)) {
            let name = excerpt(&tenant.sandbox);
            let detail = format!("x-sandbox-name {name} is none of this organisation's configured sandboxes");
            return Err(Error::new(Code::SandboxNotFound, detail));
        }
        Ok(tenant)
    }
}

/// Whether the path is the Flow Service's, known or not.
pub(crate) fn is_below_base_path(path: &str) -> bool {
    is_at_or_below(BASE_PATH, path)
}

fn is_at_or_below(base: &str, path: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The tenant that the headers of a request name, whatever else is wrong with them; `None` if the path is not the Flow
/// Service's, or they do not name one.
pub(crate) fn tenant_named_in(path: &str, headers: &HeaderMap) -> Option<Tenant> {
    let named = |name: &HeaderName| match text(headers, name) {
        Text::Absent | Text::NotAscii | Text::Is("" | ANY_SANDBOX) => None,
        Text::Is(value) => Some(value),
    };
    is_below_base_path(path)
        .then(|| Some(Tenant::new(named(&header_name::IMS_ORG)?, named(&header_name::SANDBOX_NAME)?)))
        .flatten()
}

/// The token in `Authorization: Bearer <token>`.
///
/// # Errors
/// 403010, 401013, FLOW-2114-400.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<&str, Error> {
    let authorization = match text(headers, &header::AUTHORIZATION) {
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
        token => Ok(token),
    }
}

/// What a token says that this server issued to the client with that key.
///
/// # Errors
/// 401013. The answer to it has no room for a reason, so the log gets it.
fn issued_token(app: &App, token: &str, api_key: &str) -> Result<Issued, Error> {
    let reason = match app.ims.issuer.verify(token, app.env.now()) {
        Ok(issued) if issued.client_id == api_key => return Ok(issued),
        Ok(_) => "it was issued to another client than x-api-key names",
        Err(Invalid::Expired) => "it has expired",
        Err(Invalid::Unknown) => "this server did not issue it",
    };
    tracing::info!(reason, "a bearer token was refused");
    Err(Error::new(Code::TokenInvalid, reason))
}

/// Whether this is `<id>@AdobeOrg`.
pub(crate) fn is_org_id(org: &str) -> bool {
    let id = org.strip_suffix("@AdobeOrg");
    id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn check_sandbox_id(headers: &HeaderMap, tenant: &Tenant, token: Option<&Issued>) -> Result<(), Error> {
    let sent = match text(headers, &header_name::SANDBOX_ID) {
        Text::Absent | Text::Is("") => return Ok(()),
        Text::Is(sent) => sent,
        Text::NotAscii => "",
    };
    if token.is_some_and(|token| token.is_users) {
        return Err(Error::of(Code::SandboxIdNotAllowed));
    }
    let actual = tenant.sandbox_id().to_string();
    if sent.eq_ignore_ascii_case(&actual) {
        return Ok(());
    }
    let (sent, name) = (excerpt(sent), excerpt(&tenant.sandbox));
    let detail = format!("x-sandbox-id {sent} is not the id of the sandbox {name}, which is {actual}");
    Err(Error::new(Code::SandboxIdMismatch, detail))
}

fn check_content_type(method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    let content_type = match text(headers, &header::CONTENT_TYPE) {
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

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Text<'a> {
    match headers.get(name).map(|value| value.to_str()) {
        None => Text::Absent,
        Some(Err(_)) => Text::NotAscii,
        Some(Ok(value)) => Text::Is(value.trim()),
    }
}
