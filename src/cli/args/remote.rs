//! Which server a command asks, and how: the flags of all commands that ask one.

use crate::cli::remote::{Remote, ServerUrl, Trust};
use crate::cli::{ControlTokenParser, ServerArgs, milliseconds};
use crate::reachable;
use axum::http::HeaderValue;
use std::path::PathBuf;
use std::time::Duration;

/// The running server that a command asks.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "The server that is asked")]
pub(crate) struct RemoteArgs {
    /// The running server, such as http://127.0.0.1:8080.
    ///
    /// Without it, the one at the address that --listen or FLOWMOCK_LISTEN names: http://127.0.0.1:8080 unless they say
    /// otherwise, or https with the --tls flags or variables of the server, whose certificate is then expected.
    #[arg(long, value_name = "URL", env = "FLOWMOCK_URL")]
    url: Option<ServerUrl>,

    /// The PEM file of the CA that signed the certificate of an https URL, such as flowmock-ca.pem in the folder of
    /// --tls-self-signed.
    ///
    /// The CAs that the system trusts are not asked.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_CA")]
    ca: Option<PathBuf>,

    /// The server's control token, if it was started with one.
    #[arg(long, value_name = "TOKEN", env = "FLOWMOCK_CONTROL_TOKEN", hide_env_values = true,
        value_parser = ControlTokenParser::<SentToken>::default())]
    control_token: Option<SentToken>,

    /// How long the server may take to answer, in milliseconds.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "30000")]
    timeout_ms: Duration,
}

/// A control token as a header carries it. `Debug` does not show it.
#[derive(Clone, Debug)]
struct SentToken(Option<HeaderValue>);

impl From<&str> for SentToken {
    fn from(token: &str) -> Self {
        let value = HeaderValue::try_from(format!("Bearer {token}")).ok();
        Self(value.map(|mut value| {
            value.set_sensitive(true);
            value
        }))
    }
}

impl RemoteArgs {
    /// The server that is meant; `server` says where it is if no URL does.
    ///
    /// # Errors
    /// A sentence that says which of the flags cannot be used, and why.
    pub(crate) fn remote(&self, server: &ServerArgs) -> Result<Remote, String> {
        let tls = server.tls();
        let url = self.url.clone();
        let url = url.unwrap_or_else(|| ServerUrl::of(reachable(server.listen), tls.as_ref()));
        let certificate = tls.map(|tls| tls.certificate());
        let trust = match (&self.ca, &certificate) {
            (Some(_), _) if !url.is_https() => {
                return Err(format!("--ca is for an https URL, which {url} is not"));
            }
            _ if !url.is_https() => None,
            (Some(ca), _) => Some(Trust::Ca(ca)),
            (None, Some(certificate)) => Some(Trust::Pinned(certificate)),
            (None, None) => {
                return Err(format!(
                    "{url}: name its CA's certificate with --ca FILE; of --tls-self-signed DIR it is \
                     DIR/flowmock-ca.pem"
                ));
            }
        };
        let token = self.control_token.clone().and_then(|SentToken(token)| token);
        Remote::new(url, trust, token, self.timeout_ms)
    }
}
