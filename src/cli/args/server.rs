//! The flags of the server.

use super::values::{
    ControlTokenParser, address, bytes, entry, host, max_header_bytes, milliseconds, milliseconds_or_none,
    notification_host, sandbox, sandbox_entry, seconds, time,
};
use crate::cli::log::{LogFormat, LogLevel};
use clap::ValueEnum;
use clap::builder::{BoolishValueParser, NonEmptyStringValueParser, PathBufValueParser, TypedValueParser};
use flowmock::{
    Auth, Config, ControlToken, InletUrl, NotificationUrl, StatePlace, StateReads, StateSync, Tls,
};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How to start the server.
#[derive(clap::Args, Debug)]
pub(crate) struct ServerArgs {
    /// Address to listen on; port 0 picks a free one.
    ///
    /// :PORT listens on all interfaces, PORT alone on 127.0.0.1. The default port is the environment variable PORT, or
    /// 8080.
    #[arg(long, value_name = "ADDR:PORT", env = "FLOWMOCK_LISTEN", global = true,
        default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), value_parser = address)]
    pub(crate) listen: SocketAddr,

    /// Serve TLS with the certificate chain in this PEM file.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_TLS_CERT", global = true, requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// Private key of the certificate: PEM, not encrypted.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_TLS_KEY", global = true, requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Serve TLS with a CA and a certificate that are generated in this folder and reused later.
    ///
    /// The certificate is for localhost, 127.0.0.1, ::1 and each --tls-name. The server prints at start how to make
    /// clients trust it.
    #[arg(long, value_name = "DIR", env = "FLOWMOCK_TLS_SELF_SIGNED", global = true,
        conflicts_with_all = ["tls_cert", "tls_key"])]
    tls_self_signed: Option<PathBuf>,

    /// Host name or IP address in the certificate of --tls-self-signed; repeatable.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_TLS_NAME", global = true, value_delimiter = ',',
        default_values_t = Tls::HOSTS.map(str::to_owned), requires = "tls_self_signed")]
    tls_name: Vec<String>,

    /// Folder of fixtures: connection-specs/*.json, sources/ with the data that explore shows, and configs/*.json.
    ///
    /// They are added to the built-in fixtures. A connection spec replaces those with the same id, a folder in sources/
    /// or a document in configs/ the one with the same name.
    #[arg(long, value_name = "DIR", env = "FLOWMOCK_FIXTURES")]
    fixtures: Option<PathBuf>,

    /// JSON file of fault rules to start with.
    ///
    /// Its form is that of POST /_flowmock/faults: {"faults": [{"match": {"operation": "createConnection"},
    /// "times": 2, "action": {"error": "FLOW-1103-503"}}]}.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_FAULTS_FILE")]
    faults_file: Option<PathBuf>,

    /// Refuse placeholders such as {ACCOUNT_NAME} in ATS connection strings, and organisation ids other than <id>@AdobeOrg.
    #[arg(long, env = "FLOWMOCK_STRICT", value_parser = BoolishValueParser::new())]
    strict: bool,

    /// Check references to other services: a schema, data set or mapping set that is named must exist.
    ///
    /// By default any id passes, so that a test need not create what it does not use.
    #[arg(long, env = "FLOWMOCK_CHECK_REFERENCES", value_parser = BoolishValueParser::new())]
    check_references: bool,

    /// Bearer tokens to accept.
    #[arg(long, value_name = "WHICH", env = "FLOWMOCK_AUTH", default_value = "any", ignore_case = true)]
    auth: AuthArg,

    /// Refuse tokens known to be a user's in calls that only services make: FLOW-1426-400, FLOW-1427-400.
    ///
    /// These are POST and PUT of connection specs and flow specs, and the calls with which providers write runs. A token is
    /// known to be a user's if this server issued it to a user; other tokens pass, whatever --auth says.
    #[arg(long, env = "FLOWMOCK_CHECK_TOKEN_KINDS", value_parser = BoolishValueParser::new())]
    check_token_kinds: bool,

    /// Lifetime of issued tokens, in seconds; 0 issues expired ones.
    #[arg(long, value_name = "SECONDS", env = "FLOWMOCK_TOKEN_LIFETIME", value_parser = seconds,
        default_value = "86399")]
    token_lifetime: Duration,

    /// Accept this x-api-key and refuse unlisted ones with 403 (403003); repeatable, or comma-separated.
    #[arg(long, value_name = "KEY", env = "FLOWMOCK_ALLOW_API_KEY", value_delimiter = ',', value_parser = entry)]
    allow_api_key: Vec<String>,

    /// Accept this organisation and refuse unlisted ones with 403 (403025); repeatable, or comma-separated.
    #[arg(long, value_name = "ORG", env = "FLOWMOCK_ALLOW_ORGANISATION", value_delimiter = ',', value_parser = entry)]
    allow_organisation: Vec<String>,

    /// Accept this sandbox, in every organisation or in one, and refuse unlisted ones with 404 (FLOW-2100-404);
    /// repeatable, or comma-separated.
    #[arg(long, value_name = "NAME|ORG/NAME", env = "FLOWMOCK_ALLOW_SANDBOX", value_delimiter = ',',
        value_parser = sandbox_entry)]
    allow_sandbox: Vec<String>,

    /// Take calls without x-sandbox-name as calls of this sandbox, as some documented ones mean prod.
    ///
    /// Without it they are a 400 (FLOW-2105-400), as in the API reference; so is an empty header in any case. Contract
    /// reports tell that the header is missing, since the real service may refuse the call.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_DEFAULT_SANDBOX", value_parser = sandbox)]
    default_sandbox: Option<String>,

    /// Serve flowmock's own calls, below /_flowmock; /_flowmock/health is always served.
    #[arg(
        long,
        value_name = "on|off",
        env = "FLOWMOCK_CONTROL",
        default_value = "on",
        ignore_case = true,
        hide_possible_values = true
    )]
    control: Switch,

    /// Serve the page at /_flowmock/ui, which shows requests, state, faults and contract reports in a browser.
    ///
    /// A browser that opens / is sent there. --control off turns it off too.
    #[arg(long, value_enum, env = "FLOWMOCK_UI", default_value_t = Switch::On)]
    ui: Switch,

    /// Require this token for flowmock's own calls, as Authorization: Bearer TOKEN or x-flowmock-control-token: TOKEN.
    ///
    /// Without it they are a 401, except for /_flowmock/health. Prefer the environment variable: everybody on the machine
    /// can see a command line.
    #[arg(long, value_name = "TOKEN", env = "FLOWMOCK_CONTROL_TOKEN", hide_env_values = true,
        value_parser = ControlTokenParser::<ControlToken>::default())]
    pub(crate) control_token: Option<ControlToken>,

    /// Where the inletUrl of streaming connections (HTTP API) points: documented, local or a base URL.
    ///
    /// documented is https://dcs.adobedc.net, as in the API reference. local is this server, by the host that the client
    /// used which creates the connection; a connection of a seed document gets the address that the server listens on. In a
    /// container, give the base URL instead if others know the server by another name: http://flowmock:8080. Messages
    /// are taken at /collection/{inletId} in any case.
    #[arg(long, value_name = "local|documented|URL", env = "FLOWMOCK_INLET_URL", default_value_t = InletUrl::Documented)]
    inlet_url: InletUrl,

    /// Allow web pages of any origin to call the API (CORS).
    #[arg(long, env = "FLOWMOCK_CORS", value_parser = BoolishValueParser::new())]
    cors: bool,

    /// Allow web pages of any origin to make flowmock's own calls too: to read and change everything.
    #[arg(long, env = "FLOWMOCK_CORS_CONTROL", value_parser = BoolishValueParser::new())]
    cors_control: bool,

    /// Serve requests for this host name too; repeatable, or comma-separated. * allows every name.
    ///
    /// Requests for a name that is not the server's are a 403, since a web page may have made a browser send them (DNS
    /// rebinding). These names are always allowed: IP addresses, localhost, names without a dot such as Compose services,
    /// other names that nobody can register (below .internal, .test, .svc), the machine's name, the names of the
    /// certificate, and the hosts of the real service.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_ALLOW_HOST", value_delimiter = ',', value_parser = host)]
    allow_host: Vec<String>,

    /// Largest request body, in bytes; a larger one is a 413.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_BODY_BYTES", default_value_t = Config::default().max_body_bytes, value_parser = bytes)]
    max_body_bytes: usize,

    /// Largest request head, in bytes, at least 8192; a larger one is a 431.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_HEADER_BYTES", default_value_t = Config::default().max_header_bytes,
        value_parser = max_header_bytes)]
    max_header_bytes: usize,

    /// Longest query string, in bytes; a longer one is a 414.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_QUERY_BYTES", default_value_t = Config::default().max_query_bytes, value_parser = bytes)]
    max_query_bytes: usize,

    /// Largest number of connections in a sandbox; creating another is a 403.
    #[arg(long, value_name = "N", env = "FLOWMOCK_MAX_CONNECTIONS_PER_SANDBOX",
        default_value_t = Config::default().max_connections_per_sandbox)]
    max_connections_per_sandbox: usize,

    /// Largest number of open TCP connections; more wait. 0 means seven eighths of the open-file limit.
    #[arg(long, value_name = "N", env = "FLOWMOCK_MAX_OPEN_CONNECTIONS", default_value_t = 0)]
    max_open_connections: usize,

    /// Time that a connection may be idle, or take to send a request head, in milliseconds.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_HEADER_READ_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "30000")]
    header_read_timeout_ms: Duration,

    /// Time that a request may take, including its body, in milliseconds; a slower one is a 408.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_REQUEST_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "30000")]
    request_timeout_ms: Duration,

    /// Time for requests in flight to finish after SIGTERM or ctrl-C, in milliseconds.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_DRAIN_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "5000")]
    drain_timeout_ms: Duration,

    /// Number of latest requests and responses that the journal keeps; 0 turns it off.
    #[arg(long, value_name = "N", env = "FLOWMOCK_JOURNAL_REQUESTS", default_value_t = Config::default().journal_requests)]
    journal_requests: usize,

    /// Largest memory of the journal, in bytes; the oldest requests are dropped first.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_JOURNAL_MAX_BYTES", default_value_t = Config::default().journal_max_bytes, value_parser = bytes)]
    journal_max_bytes: usize,

    /// Longest part of a body that the journal keeps, in bytes.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_JOURNAL_MAX_BODY_BYTES", default_value_t = Config::default().journal_max_body_bytes, value_parser = bytes)]
    journal_max_body_bytes: usize,

    /// Number of latest messages that each inlet keeps, for GET /_flowmock/inlets/{id}/messages; 0 keeps none.
    #[arg(long, value_name = "N", env = "FLOWMOCK_INLET_MESSAGES", default_value_t = Config::default().inlet_messages)]
    inlet_messages: usize,

    /// Largest memory of the messages of all inlets, in bytes; the oldest are dropped first.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_INLET_MAX_BYTES", default_value_t = Config::default().inlet_max_bytes, value_parser = bytes)]
    inlet_max_bytes: usize,

    /// Send notifications of the runs of every sandbox to this webhook (http://HOST:PORT/PATH); repeatable, or comma-separated.
    ///
    /// It gets each run's start, success and failure in the current form, as a target without settings of its own that
    /// POST /_flowmock/notification-targets adds for one sandbox. It is not asked for a challenge.
    #[arg(long, value_name = "URL", env = "FLOWMOCK_NOTIFICATION_URL", value_delimiter = ',')]
    notification_url: Vec<NotificationUrl>,

    /// Let notifications be sent to this host too, a name or an IP address; repeatable, or comma-separated. * allows every
    /// host.
    ///
    /// Without it they go to loopback addresses only (127.0.0.1, ::1, localhost), so that nothing leaves the machine.
    #[arg(long, value_name = "HOST", env = "FLOWMOCK_ALLOW_NOTIFICATION_HOST", value_delimiter = ',',
        value_parser = notification_host)]
    allow_notification_host: Vec<String>,

    /// Number of latest notifications that are kept, for GET /_flowmock/notifications; 0 keeps none.
    #[arg(long, value_name = "N", env = "FLOWMOCK_NOTIFICATION_LOG", default_value_t = Config::default().notification_log)]
    notification_log: usize,

    /// Largest memory of the notifications that are kept, in bytes; the oldest are dropped first.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_NOTIFICATION_MAX_BYTES", default_value_t = Config::default().notification_max_bytes, value_parser = bytes)]
    notification_max_bytes: usize,

    /// Show credentials in the journal, instead of [redacted].
    #[arg(long, env = "FLOWMOCK_JOURNAL_SECRETS", value_parser = BoolishValueParser::new())]
    journal_secrets: bool,

    /// Check requests against the API's rules in the background, for contract reports.
    ///
    /// This takes a few percent of one core while requests arrive. GET /_flowmock/contract returns the report.
    #[arg(long, value_enum, env = "FLOWMOCK_CONTRACT", default_value_t = Switch::On)]
    contract: Switch,

    /// Turn off a contract rule, or change its severity; repeatable.
    ///
    /// etag-never-read=off applies to every client, team-a:etag-never-read=error to the one that sends
    /// x-flowmock-consumer: team-a.
    #[arg(
        long,
        value_name = "[CONSUMER:]ID=off|info|warning|error",
        env = "FLOWMOCK_CONTRACT_RULE",
        value_delimiter = ','
    )]
    contract_rule: Vec<String>,

    /// List the rules that a request broke in its response, as x-flowmock-violations, and in the log.
    #[arg(long, env = "FLOWMOCK_CONTRACT_HEADERS", value_parser = BoolishValueParser::new())]
    contract_headers: bool,

    /// Seed document (JSON or YAML) to start with, or a folder of them; repeatable.
    ///
    /// It holds organisations, sandboxes, connections and the data that explore shows. The server does not start with an
    /// invalid one.
    #[arg(long, value_name = "FILE|DIR", env = "FLOWMOCK_SEED_FILE", value_delimiter = ',')]
    seed_file: Vec<PathBuf>,

    /// Folder or Redis in which the state lasts.
    ///
    /// A server that starts with a folder again has everything that was answered before; only one can use it at a time. All
    /// servers with one redis:// URL (rediss:// for TLS) show the same state. --seed-file is loaded when the state is new; a
    /// reset restores it.
    #[arg(long, value_name = "DIR|URL", env = "FLOWMOCK_STATE", hide_env_values = true,
        value_parser = PathBufValueParser::new().map(StatePlace::from))]
    state: Option<StatePlace>,

    /// When a change is on the disk of --state.
    #[arg(long, value_enum, env = "FLOWMOCK_STATE_SYNC", default_value_t = StateSyncArg::Always)]
    state_sync: StateSyncArg,

    /// The beginning of the names of all keys in Redis: servers with one Redis and one key share a state.
    #[arg(long, value_name = "KEY", env = "FLOWMOCK_STATE_KEY", default_value_t = Config::default().state_key, value_parser = NonEmptyStringValueParser::new())]
    state_key: String,

    /// How up to date reads of a state in Redis are.
    #[arg(long, value_enum, env = "FLOWMOCK_STATE_READS", default_value_t = StateReadsArg::Current)]
    state_reads: StateReadsArg,

    /// The name of this server among those that share a state [default: made from the machine's name].
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_REPLICA", value_parser = NonEmptyStringValueParser::new())]
    replica: Option<String>,

    /// Largest document for POST and PUT /_flowmock/state, in bytes.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_STATE_BYTES", default_value_t = Config::default().max_state_bytes, value_parser = bytes)]
    max_state_bytes: usize,

    /// Largest memory for request bodies and responses over 64 KiB that are not dealt with yet, over all connections, in
    /// bytes.
    ///
    /// Requests that need more memory wait, and are a 503 after three quarters of the time that a request may take. Request
    /// bodies get half of the memory.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_PENDING_BYTES", default_value_t = Config::default().max_pending_bytes, value_parser = bytes)]
    max_pending_bytes: usize,

    /// Derive ids, etags, request ids and tokens from this seed: the same requests get the same bytes.
    ///
    /// Each organisation and sandbox has its own sequence. The clock is stopped, at 2026-01-01 unless --clock sets it.
    #[arg(long, value_name = "SEED", env = "FLOWMOCK_DETERMINISTIC")]
    deterministic: Option<u64>,

    /// Stop the clock at this time, such as 2026-01-01T00:00:00Z; PUT /_flowmock/clock sets or advances it.
    #[arg(long, value_name = "TIME", env = "FLOWMOCK_CLOCK", value_parser = time)]
    clock: Option<SystemTime>,

    /// Time that a run of a flow takes unless a test says otherwise, in milliseconds; with 0, runs are over when they begin.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_RUN_DURATION_MS", value_parser = milliseconds_or_none,
        default_value = "2000")]
    run_duration_ms: Duration,

    /// Number of threads that serve requests; 0 means one for each core.
    #[arg(long, value_name = "N", env = "FLOWMOCK_WORKER_THREADS", default_value_t = 0)]
    worker_threads: usize,

    /// Write the address to this file once the server listens, as a line of JSON.
    ///
    /// {"url":"http://127.0.0.1:40961","address":"127.0.0.1","port":40961,"pid":4711,"version":"0.1.0"}. The file appears
    /// whole; an old one is removed before, and this one when the server stops. FILE may be a pipe, such as /dev/fd/3.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_PORT_FILE")]
    pub(crate) port_file: Option<PathBuf>,

    /// Stop when standard input ends, as when the program that started the server is gone.
    #[arg(long, env = "FLOWMOCK_STOP_WITH_STDIN", value_parser = BoolishValueParser::new())]
    pub(crate) stop_with_stdin: bool,

    /// Stop when the process with this id is gone; not on Windows.
    #[arg(long, value_name = "PID", env = "FLOWMOCK_PARENT_PID")]
    pub(crate) parent_pid: Option<u32>,

    /// What to log to standard error; info logs a line for each request.
    #[arg(
        long,
        value_name = "LEVEL",
        env = "FLOWMOCK_LOG_LEVEL",
        default_value = "info",
        ignore_case = true
    )]
    pub(crate) log_level: LogLevel,

    /// Form of the log.
    #[arg(
        long,
        value_name = "FORMAT",
        env = "FLOWMOCK_LOG_FORMAT",
        default_value = "pretty",
        ignore_case = true
    )]
    pub(crate) log_format: LogFormat,

    /// Append the log to this file instead of writing it to standard error.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_LOG_FILE")]
    pub(crate) log_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AuthArg {
    /// Any token that is not empty.
    Any,
    /// Tokens that this server issued, until they expire, for the x-api-key and organisation that they were issued for.
    Issued,
}

impl From<AuthArg> for Auth {
    fn from(auth: AuthArg) -> Self {
        match auth {
            AuthArg::Any => Self::Any,
            AuthArg::Issued => Self::Issued,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StateSyncArg {
    /// Before the change is answered.
    Always,
    /// Within a second.
    Interval,
    /// When the system writes it.
    Never,
}

impl From<StateSyncArg> for StateSync {
    fn from(sync: StateSyncArg) -> Self {
        match sync {
            StateSyncArg::Always => Self::Always,
            StateSyncArg::Interval => Self::Interval,
            StateSyncArg::Never => Self::Never,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StateReadsArg {
    /// They show everything that any server answered before; they need Redis.
    Current,
    /// They do not ask Redis, and may be some 50 ms behind other servers.
    Local,
}

impl From<StateReadsArg> for StateReads {
    fn from(reads: StateReadsArg) -> Self {
        match reads {
            StateReadsArg::Current => Self::Current,
            StateReadsArg::Local => Self::Local,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

impl ServerArgs {
    /// The TLS settings; `None` for plain HTTP.
    pub(crate) fn tls(&self) -> Option<Tls> {
        if let Some(dir) = &self.tls_self_signed {
            return Some(Tls::SelfSigned { dir: dir.clone(), names: self.tls_name.clone() });
        }
        Some(Tls::files(self.tls_cert.as_deref()?, self.tls_key.as_deref()?))
    }

    /// The configuration that the flags describe.
    pub(crate) fn into_config(self) -> Config {
        let mut config = Config::default();
        config.tls = self.tls();
        config.listen = self.listen;
        config.fixtures = self.fixtures;
        config.faults_file = self.faults_file;
        config.strict = self.strict;
        config.check_references = self.check_references;
        config.auth = self.auth.into();
        config.check_token_kinds = self.check_token_kinds;
        config.token_lifetime = self.token_lifetime;
        config.allow_api_keys = self.allow_api_key;
        config.allow_organisations = self.allow_organisation;
        config.allow_sandboxes = self.allow_sandbox;
        config.default_sandbox = self.default_sandbox;
        config.control = self.control == Switch::On;
        config.ui = self.ui == Switch::On;
        config.control_token = self.control_token;
        config.inlet_url = self.inlet_url;
        config.cors = self.cors;
        config.cors_control = self.cors_control;
        config.allow_hosts = self.allow_host;
        config.max_body_bytes = self.max_body_bytes;
        config.max_header_bytes = self.max_header_bytes;
        config.max_query_bytes = self.max_query_bytes;
        config.max_connections_per_sandbox = self.max_connections_per_sandbox;
        config.max_open_connections = self.max_open_connections;
        config.header_read_timeout = self.header_read_timeout_ms;
        config.request_timeout = self.request_timeout_ms;
        config.drain_timeout = self.drain_timeout_ms;
        config.journal_requests = self.journal_requests;
        config.journal_max_bytes = self.journal_max_bytes;
        config.journal_max_body_bytes = self.journal_max_body_bytes;
        config.inlet_messages = self.inlet_messages;
        config.inlet_max_bytes = self.inlet_max_bytes;
        config.notification_urls = self.notification_url;
        config.allow_notification_hosts = self.allow_notification_host;
        config.notification_log = self.notification_log;
        config.notification_max_bytes = self.notification_max_bytes;
        config.journal_secrets = self.journal_secrets;
        config.contract = self.contract == Switch::On;
        config.contract_rules = self.contract_rule;
        config.contract_headers = self.contract_headers;
        config.seed_files = self.seed_file;
        config.state = self.state;
        config.state_sync = self.state_sync.into();
        config.state_key = self.state_key;
        config.state_reads = self.state_reads.into();
        config.replica = self.replica;
        config.max_state_bytes = self.max_state_bytes;
        config.max_pending_bytes = self.max_pending_bytes;
        config.deterministic = self.deterministic;
        config.clock = self.clock;
        config.run_duration = self.run_duration_ms;
        config.worker_threads = self.worker_threads;
        config
    }
}
