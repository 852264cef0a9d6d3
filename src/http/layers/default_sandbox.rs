//! [`DefaultSandbox`]: the sandbox of calls without `x-sandbox-name`, if the configuration names one.
//!
//! Reference: "Sources and auth specs" (documented calls leave the header out and mean `prod`). Decided: a request gets
//! the header before anything reads it, so that faults, journal and log know its sandbox like any other. A header that is
//! empty stays so, and is refused: a client that sends it has lost its value.

use crate::base::config::Config;
use crate::base::headers::name;
use crate::base::operation::Api;
use crate::base::operation::paths::{trimmed, unrecorded};
use crate::base::tenant::SandboxIsDefault;
use axum::http::{HeaderValue, Request};

/// The value of `x-sandbox-name` for requests without one.
#[derive(Clone)]
pub(crate) struct DefaultSandbox(Option<HeaderValue>);

impl DefaultSandbox {
    /// The sandbox that the configuration names. A name that no header can carry counts as none.
    pub(crate) fn new(config: &Config) -> Self {
        let name = config.default_sandbox.as_deref().map(str::trim).filter(|name| !name.is_empty());
        Self(name.and_then(|name| HeaderValue::from_str(name).ok()))
    }

    /// Adds the header to a request that needs one and has none, and marks the request.
    pub(crate) fn add_to<B>(&self, request: &mut Request<B>) {
        let Some(sandbox) = &self.0 else { return };
        let path = trimmed(request.uri().path());
        let path = unrecorded(path).unwrap_or(path);
        let needs_one = Api::of(path).is_some_and(Api::has_sandboxes);
        if needs_one && !request.headers().contains_key(&name::SANDBOX_NAME) {
            request.headers_mut().insert(&name::SANDBOX_NAME, sandbox.clone());
            request.extensions_mut().insert(SandboxIsDefault);
        }
    }
}
