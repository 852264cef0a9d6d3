//! [`Config`]: every knob, with its default, unit and bound.

#[cfg(feature = "tls")]
pub(crate) mod tls;

use crate::base::secret::{Secret, is_same};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How a server behaves. Start from [`Config::default`] and change what differs.
///
/// ```
/// let mut config = flowmock::Config::default();
/// config.strict = true;
/// config.max_body_bytes = 64 * 1024;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The address to listen on; port 0 takes a free one. Default: 127.0.0.1, port 0 (the binary: port 8080).
    pub listen: SocketAddr,
    /// TLS, and with which certificate; without, the server speaks plain HTTP. Default: none.
    #[cfg(feature = "tls")]
    pub tls: Option<tls::Tls>,
    /// A folder whose `connection-specs/*.json` add to the built-in connection specs, or replace them by id,
    /// and whose `sources/` hold the tables and files that explore shows (`docs/sources.md`). Default: none.
    pub fixtures: Option<PathBuf>,
    /// A file of fault rules that are in force from the start, JSON as `POST /_flowmock/faults` takes it
    /// (`docs/faults.md`), of at most 1 MiB. Default: none.
    pub faults_file: Option<PathBuf>,
    /// Refuse what only a pasted example would send: placeholders such as `{ACCOUNT_NAME}` in a connection
    /// string, and organisation ids that are not of the form `<id>@AdobeOrg` (403027). Default: `false`.
    pub strict: bool,
    /// Which bearer tokens are good. Default: [`Auth::Any`].
    pub auth: Auth,
    /// How long the tokens that this server issues are good, at most a year; whole seconds are told to clients.
    /// Default: 86,399 seconds, a day less a second.
    pub token_lifetime: Duration,
    /// The values of `x-api-key` that are taken; any other is 403003. Default: none, which takes any.
    pub allow_api_keys: Vec<String>,
    /// The organisations that are taken, as `x-gw-ims-org-id` names them; any other is 403025. Default: none, which
    /// takes any.
    pub allow_organisations: Vec<String>,
    /// The sandboxes that there are, as `NAME` (in every organisation) or `ORG/NAME` (in that one); any other is
    /// FLOW-2100-404. Default: none, which takes any.
    pub allow_sandboxes: Vec<String>,
    /// Serve flowmock's own calls, below `/_flowmock`. Without, only `/_flowmock/health` is there. The methods of
    /// [`FlowMock`](crate::FlowMock) work all the same. Default: `true`.
    pub control: bool,
    /// What a request has to send to make one of flowmock's own calls, as `Authorization: Bearer TOKEN` or
    /// `x-flowmock-control-token: TOKEN`; without it, it is a 401. `/_flowmock/health` is free. Default: none, which
    /// leaves them all free.
    pub control_token: Option<ControlToken>,
    /// Answer browsers of any origin (CORS), preflight requests included. Default: `false`.
    pub cors: bool,
    /// The largest request body, in bytes; a larger one is a 413. A connection cannot be patched beyond twice
    /// that size. Default: 1 MiB.
    pub max_body_bytes: usize,
    /// The largest request head (request line and headers), in bytes; a larger one is a 431 without a body.
    /// At least 8192. Default: 64 KiB.
    pub max_header_bytes: usize,
    /// The longest query string, in bytes as sent; a longer one is a 414. Default: 16 KiB.
    pub max_query_bytes: usize,
    /// How many connections (the entities) an organisation's sandbox may hold; the creation of another is
    /// FLOW-1004-403. Seeds may bring more. Default: 1 000 000, of which each takes some 2 KB of memory.
    pub max_connections_per_sandbox: usize,
    /// How many TCP connections may be open at a time; more wait until one is closed. 0 means seven eighths of
    /// the files that the process may have open. Default: 0.
    pub max_open_connections: usize,
    /// How long a connection may be without a request: idle, or with a head that does not get finished. Then
    /// it is closed, at the latest a quarter of that time after; sooner, where as many are open as may be.
    /// Default: 30 seconds.
    pub header_read_timeout: Duration,
    /// How long a request may take from its head to its answer, the arrival of its body included; then it is
    /// a 408. Default: 30 seconds.
    pub request_timeout: Duration,
    /// How long requests in flight may go on when the server stops; then their connections are closed.
    /// Default: 1 second (the binary: 5).
    pub drain_timeout: Duration,
    /// How many of the last requests the journal remembers with their answers; 0 switches it off. Default: 1000.
    pub journal_requests: usize,
    /// How much memory the journal may take, in bytes; the oldest requests go first. Default: 16 MiB.
    pub journal_max_bytes: usize,
    /// How much of a body the journal keeps, in bytes, of a request's as of an answer's. Default: 64 KiB.
    pub journal_max_body_bytes: usize,
    /// Show credentials in what the journal answers, instead of `[redacted]`. Default: `false`.
    pub journal_secrets: bool,
    /// Examine requests for contract reports, a moment after they were answered. Needs the journal. Default: `true`.
    pub contract: bool,
    /// Rules of contract testing that are switched off, lowered or raised: `ID=off|info|warning|error`, or for one
    /// consumer `CONSUMER:ID=...` (`docs/contract-testing.md`). Default: none.
    pub contract_rules: Vec<String>,
    /// Name the rules that a request broke in its answer, as `x-flowmock-violations`, and in the log. Needs the journal.
    /// Default: `false`.
    pub contract_headers: bool,
    /// Files of seed documents, or folders of them, that the server starts with (`docs/state.md`); a reset leads back to
    /// them. Default: none.
    pub seed_files: Vec<PathBuf>,
    /// The largest document that `/_flowmock/state` takes, in bytes. Default: 64 MiB.
    pub max_state_bytes: usize,
    /// Makes ids, etags, request ids and tokens from this seed, in a sequence of its own for each organisation and sandbox,
    /// instead of at random; the clock then stands still. Default: none.
    pub deterministic: Option<u64>,
    /// The time at which the clock stands still until it is set. Default: the machine's clock, or with
    /// [`Config::deterministic`] the beginning of 2026.
    pub clock: Option<SystemTime>,
    /// How many threads serve requests; 0 means one for each core, and more than 1024 are 1024. Default: 1
    /// (the binary: 0).
    pub worker_threads: usize,
}

impl Config {
    /// The smallest `max_header_bytes`: the HTTP parser's own read buffer.
    pub const MIN_HEADER_BYTES: usize = 8192;

    /// The same with nothing in it that a clock or a machine cannot carry: `Duration::MAX` is for ever, and
    /// is taken for a year.
    pub(crate) fn within_bounds(mut self) -> Self {
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        const MOST_THREADS: usize = 1024;
        for time in [
            &mut self.header_read_timeout,
            &mut self.request_timeout,
            &mut self.drain_timeout,
            &mut self.token_lifetime,
        ] {
            *time = (*time).min(LONGEST);
        }
        self.worker_threads = self.worker_threads.min(MOST_THREADS);
        self
    }

    /// What a URL of the server begins with.
    pub(crate) fn scheme(&self) -> &'static str {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return "https";
        }
        "http"
    }

    /// What `strict` means.
    pub(crate) fn leniency(&self) -> Leniency {
        if self.strict { Leniency::Strict } else { Leniency::Placeholders }
    }
}

/// Which bearer tokens are good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Every one that is not empty.
    #[default]
    Any,
    /// Those that this server issued, at `/ims/token/v3`, `/v2` and `/v1` or by
    /// [`FlowMock::access_token`](crate::FlowMock::access_token): until they expire, with the `x-api-key` of the
    /// client that they were issued to, for its organisation. Else 401013, or FLOW-2000-401 for another organisation.
    Issued,
}

/// What protects flowmock's own calls. `Debug` does not show it.
///
/// A token that no header can carry (an empty one, or one with other characters than visible ASCII) lets nobody in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlToken(Secret<String>);

impl ControlToken {
    /// Whether `sent` is this token, in a time that tells nothing of it.
    pub(crate) fn is(&self, sent: &[u8]) -> bool {
        !sent.is_empty() && is_same(sent, self.0.expose().as_bytes())
    }
}

impl From<String> for ControlToken {
    fn from(token: String) -> Self {
        Self(Secret::new(token))
    }
}

impl From<&str> for ControlToken {
    fn from(token: &str) -> Self {
        token.to_owned().into()
    }
}

/// What to do with what only a pasted example would send, such as the placeholder `{ACCOUNT_NAME}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// Take it, so that a pasted example runs.
    Placeholders,
    /// Refuse it, as the real service would.
    Strict,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            #[cfg(feature = "tls")]
            tls: None,
            fixtures: None,
            faults_file: None,
            strict: false,
            auth: Auth::Any,
            token_lifetime: Duration::from_secs(86_399),
            allow_api_keys: Vec::new(),
            allow_organisations: Vec::new(),
            allow_sandboxes: Vec::new(),
            control: true,
            control_token: None,
            cors: false,
            max_body_bytes: 1024 * 1024,
            max_header_bytes: 64 * 1024,
            max_query_bytes: 16 * 1024,
            max_connections_per_sandbox: 1_000_000,
            max_open_connections: 0,
            header_read_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(1),
            journal_requests: 1000,
            journal_max_bytes: 16 * 1024 * 1024,
            journal_max_body_bytes: 64 * 1024,
            journal_secrets: false,
            contract: true,
            contract_rules: Vec::new(),
            contract_headers: false,
            seed_files: Vec::new(),
            max_state_bytes: 64 * 1024 * 1024,
            deterministic: None,
            clock: None,
            worker_threads: 1,
        }
    }
}
