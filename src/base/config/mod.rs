//! [`Config`]: every setting of a server, with its default, unit and bound.

mod builder;
mod inlet_url;
mod notification_url;
mod state;

#[cfg(feature = "tls")]
pub(crate) mod tls;

pub use inlet_url::InletUrl;
pub use notification_url::NotificationUrl;
pub use state::{RedisUrl, StatePlace, StateReads, StateSync};

use crate::base::secret::{Secret, is_same};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// The settings of a server. Start from [`Config::default`] and change fields, by assignment or with their `with_*` methods.
///
/// ```
/// let config = flowmock::Config::default().with_strict(true).with_max_body_bytes(64 * 1024);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The address to listen on; port 0 picks a free one. Default: 127.0.0.1, port 0 (the binary: port 8080).
    pub listen: SocketAddr,
    /// Serve TLS with this certificate; `None` serves plain HTTP. Default: `None`.
    #[cfg(feature = "tls")]
    pub tls: Option<tls::Tls>,
    /// A folder of fixtures: `connection-specs/*.json` are added to the built-in connection specs or replace those with
    /// the same id, `sources/` and `configs/` hold the data that explore and configs show (`docs/sources.md`). Default: `None`.
    pub fixtures: Option<PathBuf>,
    /// A JSON file of fault rules that apply from the start, in the form of `POST /_flowmock/faults`
    /// (`docs/faults.md`), of at most 1 MiB. Default: `None`.
    pub faults_file: Option<PathBuf>,
    /// Refuse placeholders of examples, such as `{ACCOUNT_NAME}` in a connection string, and organisation ids that are not
    /// of the form `<id>@AdobeOrg` (403027). Default: `false`.
    pub strict: bool,
    /// Check references to other services: the schema of a data set, the schema of a mapping set, and the mapping sets and
    /// data sets that flows and target connections name must exist (`docs/neighbours.md`). Default: `false`, which accepts
    /// any id.
    pub check_references: bool,
    /// Which bearer tokens are accepted. Default: [`Auth::Any`].
    pub auth: Auth,
    /// Refuse users' tokens in calls that only services make (FLOW-1426-400, FLOW-1427-400). A token is known to be a user's if
    /// this server issued it to one. Default: `false`.
    pub check_token_kinds: bool,
    /// The lifetime of issued tokens, at most a year; clients are told whole seconds. Default: 86,399 seconds, one second
    /// less than a day.
    pub token_lifetime: Duration,
    /// The accepted values of `x-api-key`; others are 403003. Default: empty, which accepts any.
    pub allow_api_keys: Vec<String>,
    /// The accepted organisations, as in `x-gw-ims-org-id`; others are 403025. Default: empty, which accepts any.
    pub allow_organisations: Vec<String>,
    /// The sandboxes that exist, as `NAME` (in every organisation) or `ORG/NAME` (in that one); others are FLOW-2100-404.
    /// Default: empty, which accepts any.
    pub allow_sandboxes: Vec<String>,
    /// The sandbox of calls without `x-sandbox-name`. Contract reports still tell that the header is missing. Default:
    /// `None`, which refuses such calls with FLOW-2105-400.
    pub default_sandbox: Option<String>,
    /// Serve flowmock's own calls, below `/_flowmock`; `/_flowmock/health` is always served. The methods of
    /// [`FlowMock`](crate::FlowMock) do not need them. Default: `true`.
    pub control: bool,
    /// Serve the page at `/_flowmock/ui`, which shows requests, state, faults and contract reports in a browser
    /// (`docs/page.md`). It is one of flowmock's own calls: without [`Config::control`] there is no page. Default: `true`.
    pub ui: bool,
    /// Require this token for flowmock's own calls, as `Authorization: Bearer TOKEN` or `x-flowmock-control-token: TOKEN`;
    /// without it they are a 401, except for `/_flowmock/health` and the files of the page. Default: `None`, which requires
    /// no token.
    pub control_token: Option<ControlToken>,
    /// Where the `inletUrl` of a streaming connection points. Default: [`InletUrl::Documented`].
    pub inlet_url: InletUrl,
    /// Allow web pages of any origin (CORS) to call the API, and answer their preflight requests. flowmock's own calls
    /// stay closed to them. Default: `false`.
    pub cors: bool,
    /// Allow web pages of any origin to make flowmock's own calls too: to read and change everything
    /// (`docs/security.md`). Default: `false`.
    pub cors_control: bool,
    /// Additional host names of the server, without a port; `*` allows every name. Requests for other names are a 403
    /// (`docs/security.md`). Default: empty, which allows IP addresses, names that cannot be registered (`localhost` and
    /// names without a dot, for example), the machine's name, the names of the certificate, and the hosts of the real
    /// service.
    pub allow_hosts: Vec<String>,
    /// The largest request body, in bytes; a larger one is a 413. A PATCH cannot make a connection larger than twice this
    /// size. Default: 1 MiB.
    pub max_body_bytes: usize,
    /// The largest request head (request line and headers), in bytes; a larger one is a 431 without a body.
    /// At least 8192. Default: 64 KiB.
    pub max_header_bytes: usize,
    /// The longest query string, in bytes as sent; a longer one is a 414. Default: 16 KiB.
    pub max_query_bytes: usize,
    /// The largest number of connections (the entities) in a sandbox; creating another is FLOW-1004-403. Seeds may contain
    /// more. Default: 1,000,000. Each takes about 2 KB of memory.
    pub max_connections_per_sandbox: usize,
    /// The largest number of open TCP connections; more wait until one closes. 0 means seven eighths of the process's limit
    /// of open files. Default: 0.
    pub max_open_connections: usize,
    /// How long a connection may be idle, or take to send a request head. Then it is closed, at most a quarter of that time
    /// later; sooner if the largest number of connections is open. Default: 30 seconds.
    pub header_read_timeout: Duration,
    /// How long a request may take from its head to its response, including its body; a slower one is a 408. Default: 30
    /// seconds.
    pub request_timeout: Duration,
    /// How long requests in flight may take to finish when the server stops; then their connections are closed.
    /// Default: 1 second (the binary: 5).
    pub drain_timeout: Duration,
    /// The number of latest requests and responses that the journal keeps; 0 turns it off. Default: 1000.
    pub journal_requests: usize,
    /// The largest memory of the journal, in bytes; the oldest requests are dropped first. Default: 16 MiB.
    pub journal_max_bytes: usize,
    /// The longest part of a request or response body that the journal keeps, in bytes. Default: 64 KiB.
    pub journal_max_body_bytes: usize,
    /// The number of latest messages that each inlet keeps for tests to read; 0 keeps none. Default: 1000.
    pub inlet_messages: usize,
    /// The largest memory of the messages of all inlets, in bytes; the oldest are dropped first. Default: 16 MiB.
    pub inlet_max_bytes: usize,
    /// Send notifications of the runs of every sandbox to these URLs (`docs/notifications.md`). Default: empty.
    pub notification_urls: Vec<NotificationUrl>,
    /// Hosts other than this machine to which notifications may be sent, names or IP addresses without a port; `*` allows
    /// every host. Default: empty, which allows loopback addresses alone.
    pub allow_notification_hosts: Vec<String>,
    /// The number of latest notifications that are kept for tests to read; 0 keeps none. Default: 1000.
    pub notification_log: usize,
    /// The largest memory of the notifications that are kept, in bytes; the oldest are dropped first. Default: 16 MiB.
    pub notification_max_bytes: usize,
    /// Show credentials in the journal, instead of `[redacted]`. Default: `false`.
    pub journal_secrets: bool,
    /// Check requests against the API's rules in the background, for contract reports. Needs the journal. Default: `true`.
    pub contract: bool,
    /// Severities of contract rules: `ID=off|info|warning|error`, or for one consumer `CONSUMER:ID=...`
    /// (`docs/contract-testing.md`). Default: empty.
    pub contract_rules: Vec<String>,
    /// List the rules that a request broke in its response, as `x-flowmock-violations`, and in the log. Needs the journal.
    /// Default: `false`.
    pub contract_headers: bool,
    /// Seed documents, or folders of them, to start with (`docs/state.md`); a reset restores them. Default: empty.
    pub seed_files: Vec<PathBuf>,
    /// Where the state lasts: a folder, or a Redis that several servers share; `None` keeps it in memory alone. A server that
    /// starts with the folder of an earlier one has its state (`docs/state.md`). Default: `None`.
    pub state: Option<StatePlace>,
    /// When a change in a folder is on the disk. Default: [`StateSync::Always`].
    pub state_sync: StateSync,
    /// The beginning of the names of all keys in a Redis: the servers with one Redis and one key share a state. Default:
    /// `flowmock`.
    pub state_key: String,
    /// How up to date reads of a shared state are. Default: [`StateReads::Current`].
    pub state_reads: StateReads,
    /// The name of this server among those that share a state; `None` makes one from the machine's name. Default: `None`.
    pub replica: Option<String>,
    /// The largest document for `/_flowmock/state`, in bytes. Default: 64 MiB.
    pub max_state_bytes: usize,
    /// The largest memory, in bytes, for request bodies and responses over 64 KiB that are in progress on all connections.
    /// Requests that need more memory wait, and are a 503 after three quarters of `request_timeout`. Request bodies get
    /// half of the memory. Default: 256 MiB.
    pub max_pending_bytes: usize,
    /// Derive ids, etags, request ids and tokens from this seed instead of at random, in a sequence for each organisation
    /// and sandbox. The clock is then stopped. Default: `None`.
    pub deterministic: Option<u64>,
    /// Stop the clock at this time. Default: `None`, which follows the machine's clock, or with [`Config::deterministic`]
    /// stops at the beginning of 2026.
    pub clock: Option<SystemTime>,
    /// How long a run of a flow takes, unless a test says otherwise (`docs/runs.md`): copy and promotion take half of it each.
    /// With 0, runs are over when they begin. Default: 2 seconds.
    pub run_duration: Duration,
    /// The number of threads that serve requests, at most 1024; 0 means one for each core. Default: 1 (the binary: 0).
    pub worker_threads: usize,
}

impl Config {
    /// The smallest `max_header_bytes`, which is the read buffer of the HTTP parser.
    pub const MIN_HEADER_BYTES: usize = 8192;

    /// Whether there is a page at `/_flowmock/ui`.
    pub(crate) fn has_page(&self) -> bool {
        self.control && self.ui
    }

    /// Limits durations to a year, so that adding them to a time cannot overflow, and the number of threads to 1024.
    pub(crate) fn within_bounds(mut self) -> Self {
        const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        const MOST_THREADS: usize = 1024;
        for time in [
            &mut self.header_read_timeout,
            &mut self.request_timeout,
            &mut self.drain_timeout,
            &mut self.token_lifetime,
            &mut self.run_duration,
        ] {
            *time = (*time).min(LONGEST);
        }
        self.worker_threads = self.worker_threads.min(MOST_THREADS);
        self
    }

    /// The scheme of the server's URLs.
    pub(crate) fn scheme(&self) -> &'static str {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return "https";
        }
        "http"
    }

    /// The URL of a server at that address, without a final slash. One on all interfaces is named by its loopback address.
    pub(crate) fn url_at(&self, address: SocketAddr) -> String {
        let ip = match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        format!("{}://{}", self.scheme(), SocketAddr::new(ip, address.port()))
    }

    /// Whether placeholders are accepted.
    pub(crate) fn leniency(&self) -> Leniency {
        if self.strict { Leniency::Strict } else { Leniency::Placeholders }
    }
}

/// Which bearer tokens are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Any token that is not empty.
    #[default]
    Any,
    /// Tokens that this server issued, at `/ims/token/v3`, `/v2` and `/v1` or by
    /// [`FlowMock::access_token`](crate::FlowMock::access_token), until they expire, with the `x-api-key` and organisation
    /// of the client that they were issued to. Others are 401013, or FLOW-2000-401 for another organisation.
    Issued,
}

/// The token that protects flowmock's own calls. `Debug` does not show it.
///
/// With a token that no header can carry (an empty one, or one with characters other than visible ASCII) every call is
/// refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlToken(Secret<String>);

impl ControlToken {
    /// Whether `sent` is this token, compared in constant time.
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

/// Whether placeholders of examples, such as `{ACCOUNT_NAME}`, are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// Accept them, so that pasted examples work.
    Placeholders,
    /// Refuse them, like the real service.
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
            check_references: false,
            auth: Auth::Any,
            check_token_kinds: false,
            token_lifetime: Duration::from_secs(86_399),
            allow_api_keys: Vec::new(),
            allow_organisations: Vec::new(),
            allow_sandboxes: Vec::new(),
            default_sandbox: None,
            control: true,
            ui: true,
            control_token: None,
            inlet_url: InletUrl::Documented,
            cors: false,
            cors_control: false,
            allow_hosts: Vec::new(),
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
            inlet_messages: 1000,
            inlet_max_bytes: 16 * 1024 * 1024,
            notification_urls: Vec::new(),
            allow_notification_hosts: Vec::new(),
            notification_log: 1000,
            notification_max_bytes: 16 * 1024 * 1024,
            journal_secrets: false,
            contract: true,
            contract_rules: Vec::new(),
            contract_headers: false,
            seed_files: Vec::new(),
            state: None,
            state_sync: StateSync::Always,
            state_key: "flowmock".to_owned(),
            state_reads: StateReads::Current,
            replica: None,
            max_state_bytes: 64 * 1024 * 1024,
            max_pending_bytes: 256 * 1024 * 1024,
            deterministic: None,
            clock: None,
            run_duration: Duration::from_secs(2),
            worker_threads: 1,
        }
    }
}
