//! Controls access: requests must be for a name of this server ([`host`](super::host)). Control calls must not come from a
//! web page of another origin ([`foreign_page`]). They are refused if control calls are switched off, and with a control
//! token they must carry it.
//!
//! Decided: `/_flowmock/health` is always open, since a container's health check has no token. Any other path below
//! `/_flowmock`, known or not, is a 404 like every unknown path if control calls are switched off, and a 401 without
//! the token. The page at `/_flowmock/ui` needs no token, since it asks for it, and may be opened by a link from another page.

use super::foreign_page;
use super::host::HostNames;
use crate::base::config::{Config, ControlToken};
use crate::base::document::refusal::Refused;
use crate::base::error::{Code, Error, excerpt};
use crate::base::headers::{CONTROL_TOKEN, name};
use crate::base::operation::HEALTH;
use crate::base::operation::paths::{is_control, is_page};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Whether every client may make every control call.
pub(crate) fn is_open(config: &Config) -> bool {
    config.control && config.control_token.is_none()
}

/// Checks the host that a request is for and, if it is a control call, the web page that it comes from.
///
/// # Errors
/// The response to a request that is not allowed: 403.
pub(crate) fn check_host_and_page<B>(
    config: &Config, hosts: &HostNames, request: &Request<B>,
) -> Result<(), Box<Response>> {
    let (uri, headers) = (request.uri(), request.headers());
    if let Some(host) = hosts.foreign(uri, headers)
        && uri.path() != HEALTH
    {
        let reason = format!(
            "the request is for the host {}, which is not a name of this server; --allow-host NAME adds one",
            excerpt(host)
        );
        return Err(if is_control(uri.path()) {
            Refused::forbidden(reason).into_response().into()
        } else {
            Error::new(Code::HostNotAllowed, reason).into_response().into()
        });
    }
    if config.control
        && !config.cors_control
        && is_control(uri.path())
        && uri.path() != HEALTH
        && !(config.ui && is_page(uri.path()) && request.method().is_safe())
        && let Some(sign) = foreign_page::foreign_header(config.scheme(), uri, headers)
    {
        let reason = format!(
            "the call comes from a web page of another origin ({}), which may not control this server; \
             --cors-control allows it",
            excerpt(&sign)
        );
        return Err(Refused::forbidden(reason).into_response().into());
    }
    Ok(())
}

/// Checks a control call to `path`.
///
/// # Errors
/// The response to a call that is not allowed.
pub(crate) fn admit(config: &Config, path: &str, headers: &HeaderMap) -> Result<(), Box<Response>> {
    if path == HEALTH {
        return Ok(());
    }
    if !config.control {
        let detail = "flowmock's own calls are switched off here (--control off), but for /_flowmock/health";
        return Err(Error::new(Code::NoSuchRoute, detail).into_response().into());
    }
    if config.ui && is_page(path) {
        return Ok(());
    }
    match &config.control_token {
        Some(token) if !knows(headers, token) => Err(refusal().into()),
        _ => Ok(()),
    }
}

fn knows(headers: &HeaderMap, token: &ControlToken) -> bool {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|authorization| {
        let (scheme, sent) = authorization.as_bytes().split_at_checked("Bearer ".len())?;
        scheme.eq_ignore_ascii_case(b"Bearer ").then_some(sent)
    });
    let own = headers.get(&name::CONTROL_TOKEN).map(HeaderValue::as_bytes);
    bearer.into_iter().chain(own).any(|sent| token.is(sent.trim_ascii()))
}

fn refusal() -> Response {
    let reason = format!(
        "this server's own calls need its control token: send Authorization: Bearer TOKEN, or {CONTROL_TOKEN}: TOKEN"
    );
    let mut response = Refused::because("", reason).into_response();
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    let challenge = HeaderValue::from_static("Bearer realm=\"flowmock\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}
