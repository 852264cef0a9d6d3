//! The flags that select the server of a command.

use super::server::ServerArgs;
use super::values::{ControlTokenParser, milliseconds};
use crate::cli::remote::Remote;
use crate::cli::remote::tls::Trust;
use crate::cli::remote::url::{ServerUrl, reachable};
use axum::http::HeaderValue;
use std::path::PathBuf;
use std::time::Duration;

/// The running server to connect to.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "The server")]
pub(crate) struct RemoteArgs {
    /// URL of the running server, such as http://127.0.0.1:8080.
    ///
    /// The default is the address of --listen or FLOWMOCK_LISTEN, which defaults to http://127.0.0.1:8080. With the --tls
    /// flags or variables of the server it is https, and the server's certificate is expected.
    #[arg(long, value_name = "URL", env = "FLOWMOCK_URL")]
    url: Option<ServerUrl>,

    /// PEM file of the CA of an https URL, such as flowmock-ca.pem in the folder of --tls-self-signed.
    ///
    /// The system's CAs are not used.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_CA")]
    ca: Option<PathBuf>,

    /// Control token of the server, if it has one.
    #[arg(long, value_name = "TOKEN", env = "FLOWMOCK_CONTROL_TOKEN", hide_env_values = true,
        value_parser = ControlTokenParser::<SentToken>::default())]
    control_token: Option<SentToken>,

    /// Time that the server may take to answer, in milliseconds.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "30000")]
    timeout_ms: Duration,
}

/// A control token as a header value; `Debug` does not show it.
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
    /// A client for the selected server; `server` has its address if there is no `--url`.
    ///
    /// # Errors
    /// A sentence that names the unusable flag and the reason.
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
