//! [`InletUrls`]: the addresses of inlets.
//!
//! Decided: the address is made when the connection is created, and stored: a read costs nothing more, and clients that
//! compare two reads see no difference. `--inlet-url local` takes the host that the creating request named, since only that
//! client knows by which name it reaches a server in a container. A connection in a state document gets an address anew,
//! unless the addresses are the documented ones: so a state that was exported by one server is good on another port.

use crate::base::config::{Config, InletUrl};
use crate::base::headers::STREAMING_HOST;
use crate::base::operation::Api;
use std::borrow::Cow;
use std::net::SocketAddr;

/// How addresses of inlets are made.
#[derive(Clone, Copy)]
pub(crate) struct InletUrls<'a> {
    config: &'a Config,
    /// The address that the server listens on.
    address: SocketAddr,
    reached_at: Option<&'a str>,
    is_of_document: bool,
}

impl<'a> InletUrls<'a> {
    /// For a connection that a client creates, which has reached the server at that host and port.
    pub(crate) fn of_client(config: &'a Config, address: SocketAddr, reached_at: Option<&'a str>) -> Self {
        Self { config, address, reached_at, is_of_document: false }
    }

    /// For a connection in a state document.
    pub(crate) fn of_document(config: &'a Config, address: SocketAddr) -> Self {
        Self { config, address, reached_at: None, is_of_document: true }
    }

    /// Whether an inlet that has an address already gets another.
    pub(crate) fn replaces(&self) -> bool {
        self.is_of_document && self.config.inlet_url != InletUrl::Documented
    }

    /// The address of the inlet with that id.
    pub(crate) fn of(&self, inlet: &str) -> String {
        let base: Cow<'_, str> = match (&self.config.inlet_url, self.reached_at) {
            (InletUrl::Documented, _) => format!("https://{STREAMING_HOST}").into(),
            (InletUrl::At(url), _) => url.trim_end_matches('/').into(),
            (InletUrl::Local, Some(host)) => format!("{}://{host}", self.config.scheme()).into(),
            (InletUrl::Local, None) => self.config.url_at(self.address).into(),
        };
        format!("{base}{}/{inlet}", Api::Streaming.base_path())
    }
}
