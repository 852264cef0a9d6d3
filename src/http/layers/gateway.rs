//! The checks that the API gateway makes in front of the services, on every path below their base paths, whether or not
//! a route exists there. The gateway also hands control calls to [`guard`], and turns [`unrecorded`] ones into the calls that
//! they are for.
//!
//! Every refusal has its reason in the header `x-flowmock-reason` and in the log, since most of the bodies are the
//! vendor's and have no field for it. A reason repeats no part of a token.
//!
//! Reference: "Base path and headers", "Tokens and sandboxes" (sandbox management needs no `x-sandbox-name`);
//! `errors.csv`, layer gateway and FLOW-2000-401 to FLOW-2114-400.

use super::{Respond, guard, unrecorded};
use crate::app::{App, Shared};
use crate::base::config::{Auth, Leniency};
use crate::base::error::{Code, Error, excerpt};
use crate::base::headers::{ANY_SANDBOX, API_KEY, IMS_ORG, SANDBOX_ID, SANDBOX_NAME, is_org_id, name};
use crate::base::operation::Api;
use crate::base::operation::paths::{Call, below_base};
use crate::base::tenant::{Organisation, Tenant};
use crate::services::identity::{Invalid, Issued, TokenType};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::{Either, Ready, ready};
use hyper::body::Body;
use std::sync::Arc;

/// Refuses a request that fails a check. Any other request reaches `inner`; one to sandbox management has its
/// [`Organisation`] in the extensions.
#[derive(Clone)]
pub(crate) struct Gateway<S> {
    inner: S,
    checks: Checks,
}

/// The checks, as the configuration wants them.
#[derive(Clone)]
struct Checks {
    leniency: Leniency,
    /// The server that knows the issued tokens, the allow-lists and the control token. `None` if the configuration
    /// restricts none of them: the checks are then skipped.
    restrictions: Option<Shared>,
}

impl<S> Gateway<S> {
    /// The gateway in front of `inner`.
    pub(crate) fn new(inner: S, app: &Shared) -> Self {
        let restricts =
            app.config.auth == Auth::Issued || app.allow.are_any() || !guard::is_open(&app.config);
        let restrictions = restricts.then(|| Arc::clone(app));
        Self { inner, checks: Checks { leniency: app.config.leniency(), restrictions } }
    }
}

impl<S: Respond<B>, B: Body> Respond<B> for Gateway<S> {
    type Future = Either<S::Future, Ready<Response>>;

    fn respond(&self, mut request: Request<B>, mut call: Call) -> Self::Future {
        match self.checks.refuse(&mut request, &mut call) {
            Some(refusal) => Either::Right(ready(refusal)),
            None => Either::Left(self.inner.respond(request, call)),
        }
    }
}

impl Checks {
    /// The response to a request that fails a check; `None` if it passes them all. An unrecorded call becomes the call that it is
    /// for.
    fn refuse<B: Body>(&self, request: &mut Request<B>, call: &mut Call) -> Option<Response> {
        let path = request.uri().path();
        let api = match call {
            Call::Service(Some(operation)) => Some(operation.api()),
            Call::Service(None) | Call::Control => Api::of(path),
        };
        match api {
            Some(api) if api.has_sandboxes() => {
                let has_body = !request.body().is_end_stream();
                let headers = Checked::of(request.headers());
                match self.check_sandboxed(request.method(), headers, has_body) {
                    Ok(()) => {}
                    Err(error) => return Some(error.with_reason().into_response()),
                }
            }
            Some(Api::SandboxManagement) => match self.check_organisation(Checked::of(request.headers())) {
                Ok((ims_org, _)) => {
                    let organisation = Organisation(ims_org.into());
                    request.extensions_mut().insert(organisation);
                }
                Err(error) => return Some(error.with_reason().into_response()),
            },
            Some(Api::Control) => {
                if let Some(app) = &self.restrictions
                    && let Err(refusal) = guard::admit(&app.config, path, request.headers())
                {
                    return Some(*refusal);
                }
                return match unrecorded::target(request.uri())? {
                    Ok(target) => {
                        *call = Call::of(request.method().as_str(), target.path());
                        *request.uri_mut() = target;
                        // Once, since the target is no control call. Whoever may make control calls may see everything,
                        // so neither tokens nor allow lists keep the page from it.
                        Self { leniency: self.leniency, restrictions: None }.refuse(request, call)
                    }
                    Err(refusal) => Some(refusal.into_response()),
                };
            }
            // A message names its inlet, which says whose it is.
            _ => {}
        }
        None
    }

    /// All checks of a call that needs a sandbox, in the documented order.
    fn check_sandboxed(&self, method: &Method, headers: Checked<'_>, has_body: bool) -> Result<(), Error> {
        let (ims_org, token) = self.check_organisation(headers)?;
        let sandbox = self.sandbox(headers, ims_org)?;
        check_sandbox_id(headers, ims_org, sandbox, token.as_ref())?;
        if has_body && !accepts(method, headers.content_type) {
            let reason = content_type_reason(headers.content_type);
            return Err(Error::of(Code::ContentTypeInvalid).because(reason));
        }
        Ok(())
    }

    /// The first three checks, which are all that sandbox management needs. Returns the organisation, and the content
    /// of the token where only issued tokens are valid.
    fn check_organisation<'a>(&self, headers: Checked<'a>) -> Result<(&'a str, Option<Issued>), Error> {
        let api_key = self.api_key(headers)?;
        let token = self.token(headers, api_key)?;
        let ims_org = self.ims_org(headers, token.as_ref())?;
        Ok((ims_org, token))
    }

    fn api_key<'a>(&self, headers: Checked<'a>) -> Result<&'a str, Error> {
        match text(headers.api_key) {
            Text::Absent | Text::Is("") => Err(Error::of(Code::ApiKeyMissing)),
            Text::NotAscii => Err(Error::new(Code::ApiKeyInvalid, not_ascii(&name::API_KEY))),
            Text::Is(key) if self.restrictions.as_ref().is_some_and(|app| !app.allow.api_key(key)) => {
                Err(Error::of(Code::ApiKeyInvalid))
            }
            Text::Is(key) => Ok(key),
        }
    }

    fn token(&self, headers: Checked<'_>, api_key: &str) -> Result<Option<Issued>, Error> {
        let token = token_in(headers.authorization)?;
        match &self.restrictions {
            Some(app) if app.config.auth == Auth::Issued => issued_token(app, token, api_key).map(Some),
            _ => Ok(None),
        }
    }

    fn ims_org<'a>(&self, headers: Checked<'a>, token: Option<&Issued>) -> Result<&'a str, Error> {
        let ims_org = match text(headers.ims_org) {
            Text::Absent => return Err(Error::of(Code::OrgMissing)),
            Text::Is("") => return Err(Error::of(Code::OrgEmpty)),
            Text::NotAscii => return Err(Error::new(Code::OrgMalformed, not_ascii(&name::IMS_ORG))),
            Text::Is(ims_org) => ims_org,
        };
        if self.leniency == Leniency::Strict && !is_org_id(ims_org) {
            return Err(Error::of(Code::OrgMalformed));
        }
        if self.restrictions.as_ref().is_some_and(|app| !app.allow.organisation(ims_org)) {
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

    fn sandbox<'a>(&self, headers: Checked<'a>, ims_org: &str) -> Result<&'a str, Error> {
        let sandbox = match text(headers.sandbox_name) {
            Text::Absent | Text::Is("") => return Err(Error::of(Code::SandboxMissing)),
            // Decided: refused for a service's token too, since no call here concerns several sandboxes.
            Text::Is(ANY_SANDBOX) => return Err(Error::of(Code::SandboxWildcard)),
            Text::NotAscii => return Err(Error::new(Code::SandboxNotFound, not_ascii(&name::SANDBOX_NAME))),
            Text::Is(sandbox) => sandbox,
        };
        if let Some(app) = &self.restrictions
            && !app.allow.sandbox(&Tenant::new(ims_org, sandbox))
        {
            let name = excerpt(sandbox);
            let detail = format!("x-sandbox-name {name} is none of this organisation's configured sandboxes");
            return Err(Error::new(Code::SandboxNotFound, detail));
        }
        Ok(sandbox)
    }
}

/// The tenant that a request's headers name, even if the gateway refuses the request for another reason. `None` outside
/// the APIs with sandboxes, and if the headers name no tenant.
pub(crate) fn tenant_named_in(path: &str, headers: &HeaderMap) -> Option<Tenant> {
    below_base(path)?;
    tenant_of(headers)
}

/// The tenant of a request that passed the gateway's checks for its path. `None` if the headers name no tenant.
pub(crate) fn tenant_of(headers: &HeaderMap) -> Option<Tenant> {
    let named = |value| match text(value) {
        Text::Absent | Text::NotAscii | Text::Is("" | ANY_SANDBOX) => None,
        Text::Is(value) => Some(value),
    };
    let headers = Checked::of(headers);
    Some(Tenant::new(named(headers.ims_org)?, named(headers.sandbox_name)?))
}

/// The token in `Authorization: Bearer <token>`.
///
/// # Errors
/// 403010, 401013, FLOW-2114-400.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Result<&str, Error> {
    token_in(headers.get(header::AUTHORIZATION))
}

/// [`bearer_token`] of the value of `Authorization`.
fn token_in(authorization: Option<&HeaderValue>) -> Result<&str, Error> {
    let authorization = match text(authorization) {
        Text::Absent => return Err(Error::of(Code::TokenMissing)),
        Text::NotAscii => return Err(Error::new(Code::TokenInvalid, not_ascii(&header::AUTHORIZATION))),
        Text::Is(authorization) => authorization,
    };
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    match token.trim() {
        _ if !scheme.eq_ignore_ascii_case("bearer") => Err(wrong_scheme(authorization, scheme)),
        "" => Err(Error::of(Code::TokenEmpty)),
        token if token.contains(' ') => {
            let reason = "Authorization has several words after Bearer; a token has no spaces (RFC 6750)";
            Err(Error::new(Code::TokenInvalid, reason))
        }
        token => Ok(token),
    }
}

/// 401013 for an `Authorization` with another scheme than Bearer, or none. Its first word may be the token itself, so
/// only a scheme that is known is named.
fn wrong_scheme(authorization: &str, scheme: &str) -> Error {
    const SCHEMES: [&str; 7] = ["Basic", "Digest", "Negotiate", "NTLM", "OAuth", "Token", "ApiKey"];
    let known = SCHEMES.into_iter().find(|known| known.eq_ignore_ascii_case(scheme));
    let fault = match known {
        Some(known) => {
            return Error::new(Code::TokenInvalid, format!("Authorization is {known}, send Bearer"));
        }
        None if authorization.is_empty() => "is empty",
        None if authorization == scheme => "is a single word",
        None => "does not begin with Bearer",
    };
    let reason = format!("Authorization {fault}; send Authorization: Bearer <token>");
    Error::new(Code::TokenInvalid, reason)
}

/// The content of a token that this server issued to the client with the key `api_key`.
///
/// # Errors
/// 401013.
fn issued_token(app: &App, token: &str, api_key: &str) -> Result<Issued, Error> {
    let reason = match app.ims.verify(TokenType::Access, token, app.env.now()) {
        Ok(issued) if issued.client_id == api_key => return Ok(issued),
        Ok(_) => "the token was issued to another client than x-api-key names",
        Err(Invalid::Expired) => "the token has expired; ask for a new one",
        Err(Invalid::Revoked) => "the token was revoked; ask for a new one",
        Err(Invalid::Unknown) => "this server did not issue the token (--auth issued)",
    };
    Err(Error::new(Code::TokenInvalid, reason))
}

fn check_sandbox_id(
    headers: Checked<'_>, ims_org: &str, sandbox: &str, token: Option<&Issued>,
) -> Result<(), Error> {
    let sent = match text(headers.sandbox_id) {
        Text::Absent | Text::Is("") => return Ok(()),
        Text::Is(sent) => sent,
        Text::NotAscii => "",
    };
    if token.is_some_and(|token| token.is_users) {
        return Err(Error::of(Code::SandboxIdNotAllowed));
    }
    let actual = Tenant::new(ims_org, sandbox).sandbox_id().to_string();
    if sent.eq_ignore_ascii_case(&actual) {
        return Ok(());
    }
    let (sent, name) = (excerpt(sent), excerpt(sandbox));
    let detail = format!("x-sandbox-id {sent} is not the id of the sandbox {name}, which is {actual}");
    Err(Error::new(Code::SandboxIdMismatch, detail))
}

/// Whether the headers name a content type that the Flow Service accepts. Always true for methods without a body.
pub(crate) fn accepts_content_type(method: &Method, headers: &HeaderMap) -> bool {
    accepts(method, headers.get(header::CONTENT_TYPE))
}

/// [`accepts_content_type`] of the value of `Content-Type`.
fn accepts(method: &Method, content_type: Option<&HeaderValue>) -> bool {
    if !matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
        return true;
    }
    let content_type = match text(content_type) {
        Text::Is(content_type) => content_type,
        _ => "",
    };
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let is = |expected: &str| media_type.eq_ignore_ascii_case(expected);
    is("application/json") || (*method == Method::PATCH && is("application/json-patch+json"))
}

/// The reason of a refused content type.
fn content_type_reason(content_type: Option<&HeaderValue>) -> String {
    let sent = match text(content_type) {
        Text::Is(content_type) => content_type.split(';').next().unwrap_or_default().trim(),
        _ => "",
    };
    let sent = if sent.is_empty() { "absent or empty".to_owned() } else { excerpt(sent) };
    format!("Content-Type is {sent}, send application/json")
}

fn not_ascii(name: &HeaderName) -> String {
    format!("{name} has a character that is not ASCII")
}

/// The headers that the gateway checks, each with its first value. One pass finds them all; looking up each of them would compute
/// a hash of its name.
#[derive(Clone, Copy, Default)]
struct Checked<'a> {
    api_key: Option<&'a HeaderValue>,
    authorization: Option<&'a HeaderValue>,
    ims_org: Option<&'a HeaderValue>,
    sandbox_name: Option<&'a HeaderValue>,
    sandbox_id: Option<&'a HeaderValue>,
    content_type: Option<&'a HeaderValue>,
}

impl<'a> Checked<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let mut checked = Self::default();
        for (name, value) in headers {
            let place = match name.as_str() {
                API_KEY => &mut checked.api_key,
                "authorization" => &mut checked.authorization,
                IMS_ORG => &mut checked.ims_org,
                SANDBOX_NAME => &mut checked.sandbox_name,
                SANDBOX_ID => &mut checked.sandbox_id,
                "content-type" => &mut checked.content_type,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        checked
    }
}

/// The value of a header.
enum Text<'a> {
    Absent,
    /// The value has bytes outside ASCII: no value that the service knows has any.
    NotAscii,
    /// The text without the white space around it, which HTTP/2 does not strip.
    Is(&'a str),
}

fn text(value: Option<&HeaderValue>) -> Text<'_> {
    match value.map(HeaderValue::to_str) {
        None => Text::Absent,
        Some(Err(_)) => Text::NotAscii,
        Some(Ok(value)) => Text::Is(value.trim_ascii()),
    }
}
