//! [`BaseUrl`]: the address at which a client has reached this server.

use crate::app::Shared;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Uri, header};
use std::convert::Infallible;

/// The scheme and the host of a request, without a final slash: `http://127.0.0.1:8080`.
pub(crate) struct BaseUrl(String);

impl FromRequestParts<Shared> for BaseUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        let host = host_of(parts).unwrap_or("localhost");
        Ok(Self(format!("{}://{host}", app.config.scheme())))
    }
}

impl BaseUrl {
    /// The scheme and the host.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The URL of the identity service.
    pub(crate) fn of_ims(&self) -> String {
        format!("{}/ims", self.0)
    }
}

/// The host of a request, with its port.
pub(crate) fn host_of(parts: &Parts) -> Option<&str> {
    // HTTP/2 has the host in the URI.
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(Authority::as_str));
    host.filter(|host| is_host(host))
}

/// Whether the text is a host, with an optional port and nothing else.
fn is_host(text: &str) -> bool {
    !text.contains('@') && text.parse::<Authority>().is_ok() && text.parse::<Uri>().is_ok()
}
