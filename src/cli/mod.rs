//! The command line: flags and their environment variables, and what they mean for a [`Config`].

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod remote;
pub(crate) mod trust;

pub(crate) use args::contract::{Colours, ContractArgs, Format};
pub(crate) use args::pact::PactArgs;

use clap::builder::{BoolishValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, CommandFactory, Error, FromArgMatches, Parser, Subcommand, ValueEnum};
use flowmock::{Auth, Config, ControlToken, Tls};
use std::env;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tracing_subscriber::filter::LevelFilter;

/// A local stand-in for Adobe Experience Platform's Flow Service.
///
/// It answers the /connections and /connectionSpecs calls below
/// http://ADDR:PORT/data/foundation/flowservice as the real service is documented to do, and keeps everything
/// in memory: stop it and all is gone. Any API key, bearer token, organisation and sandbox will do unless a flag says
/// otherwise, and no two sandboxes see each other's data.
#[derive(Parser, Debug)]
#[command(version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

const EXAMPLES: &str = "\
Examples:
  flowmock                              on http://127.0.0.1:8080
  flowmock --listen 0.0.0.0:9000        reachable from other machines
  flowmock --listen 127.0.0.1:0         on a free port, which it prints
  flowmock --fixtures ./fixtures        with connection specs of your own
  flowmock --tls-self-signed ./tls      on https, with a certificate that it makes
  FLOWMOCK_LOG_FORMAT=json flowmock     each flag has an environment variable
  flowmock healthcheck                  exit code 0 if a server answers there
  flowmock contract                     exit code 0 if its clients kept the rules

A first request, in another terminal:
  curl -i http://127.0.0.1:8080/data/foundation/flowservice/connections \\
    -H 'Authorization: Bearer token' -H 'x-api-key: key' \\
    -H 'x-gw-ims-org-id: ORG@AdobeOrg' -H 'x-sandbox-name: prod'

Exit codes: 0 stopped by SIGTERM or ctrl-C, or healthy; 1 could not start, or not healthy; 2 wrong usage.
Those of the other commands are in their --help.";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Ask a running server whether it answers: exit code 0 if so, 1 if not.
    ///
    /// It asks at the address that --listen or FLOWMOCK_LISTEN names, so that in a container it needs no
    /// arguments; over TLS with the --tls flags or variables of the server, whose certificate it then expects.
    Healthcheck,

    /// Say which rules of the API the clients of a running server broke, and fail if they did.
    ///
    /// Run the client's tests against flowmock, then this: it asks for the report, shows it, and its exit code says
    /// whether the rules were kept. A run that never reached the server is no success.
    #[command(after_help = args::contract::HELP)]
    Contract(Box<ContractArgs>),

    /// Write what a client of a running server did as a Pact file, for whoever verifies the provider.
    ///
    /// Run the client's tests against flowmock, then this. The file has an interaction for each kind of request, and
    /// no credential.
    #[command(after_help = args::pact::HELP)]
    Pact(Box<PactArgs>),
}

/// What a server is started with.
#[derive(clap::Args, Debug)]
pub(crate) struct ServerArgs {
    /// The address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", env = "FLOWMOCK_LISTEN", global = true,
        default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), value_parser = address)]
    pub(crate) listen: SocketAddr,

    /// Speak TLS, with the certificate in this PEM file (and those between it and its CA).
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_TLS_CERT", global = true, requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The certificate's key, in PEM, not encrypted.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_TLS_KEY", global = true, requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Speak TLS, with a CA and a certificate that are made in this folder, and used again from then on.
    ///
    /// The certificate is for localhost, 127.0.0.1, ::1 and each --tls-name. What clients must be told in order
    /// to trust it is printed at start.
    #[arg(long, value_name = "DIR", env = "FLOWMOCK_TLS_SELF_SIGNED", global = true,
        conflicts_with_all = ["tls_cert", "tls_key"])]
    tls_self_signed: Option<PathBuf>,

    /// A host name or IP address that the certificate of --tls-self-signed is for; may be given more than once.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_TLS_NAME", global = true, value_delimiter = ',',
        default_values_t = Tls::HOSTS.map(str::to_owned), requires = "tls_self_signed")]
    tls_name: Vec<String>,

    /// A folder of fixtures: connection-specs/*.json, and sources/ with what explore shows.
    ///
    /// They add to the built-in ones: a connection spec replaces those with its id, a folder in sources/ the
    /// one of its name.
    #[arg(long, value_name = "DIR", env = "FLOWMOCK_FIXTURES")]
    fixtures: Option<PathBuf>,

    /// A file of fault rules that are in force from the start, as JSON.
    ///
    /// It holds what POST /_flowmock/faults takes: {"faults": [{"match": {"operation": "createConnection"},
    /// "times": 2, "action": {"error": "FLOW-1103-503"}}]}.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_FAULTS_FILE")]
    faults_file: Option<PathBuf>,

    /// Refuse placeholders such as {ACCOUNT_NAME} in ATS connection strings, and organisation ids not of the form <id>@AdobeOrg.
    #[arg(long, env = "FLOWMOCK_STRICT", value_parser = BoolishValueParser::new())]
    strict: bool,

    /// Which bearer tokens are good.
    #[arg(long, value_name = "WHICH", env = "FLOWMOCK_AUTH", default_value = "any", ignore_case = true)]
    auth: AuthArg,

    /// How long the tokens that POST /ims/token/v3 and its likes issue are good, in seconds; 0 issues expired ones.
    #[arg(long, value_name = "SECONDS", env = "FLOWMOCK_TOKEN_LIFETIME", value_parser = seconds,
        default_value = "86399")]
    token_lifetime: Duration,

    /// Take this x-api-key; any other but those named is then a 403 (403003). Repeatable, or a list with commas.
    #[arg(long, value_name = "KEY", env = "FLOWMOCK_ALLOW_API_KEY", value_delimiter = ',', value_parser = entry)]
    allow_api_key: Vec<String>,

    /// Take this organisation; any other but those named is then a 403 (403025). Repeatable, or a list with commas.
    #[arg(long, value_name = "ORG", env = "FLOWMOCK_ALLOW_ORGANISATION", value_delimiter = ',', value_parser = entry)]
    allow_organisation: Vec<String>,

    /// Take this sandbox, of every organisation or of one; any other but those named is then a 404 (FLOW-2100-404).
    /// Repeatable, or a list with commas.
    #[arg(long, value_name = "NAME|ORG/NAME", env = "FLOWMOCK_ALLOW_SANDBOX", value_delimiter = ',',
        value_parser = sandbox_entry)]
    allow_sandbox: Vec<String>,

    /// Whether flowmock's own calls are served, those below /_flowmock; /_flowmock/health always is.
    #[arg(
        long,
        value_name = "on|off",
        env = "FLOWMOCK_CONTROL",
        default_value = "on",
        ignore_case = true,
        hide_possible_values = true
    )]
    control: Switch,

    /// Let those alone make flowmock's own calls who send this, as Authorization: Bearer TOKEN or as
    /// x-flowmock-control-token: TOKEN.
    ///
    /// Others get a 401; /_flowmock/health is free. Better put it into the environment: a command line can be seen by
    /// everybody on the machine.
    #[arg(long, value_name = "TOKEN", env = "FLOWMOCK_CONTROL_TOKEN", hide_env_values = true,
        value_parser = ControlTokenParser::<ControlToken>::default())]
    control_token: Option<ControlToken>,

    /// Answer browsers of any origin (CORS).
    #[arg(long, env = "FLOWMOCK_CORS", value_parser = BoolishValueParser::new())]
    cors: bool,

    /// The largest request body, in bytes; a larger one is a 413.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_BODY_BYTES", default_value_t = Config::default().max_body_bytes)]
    max_body_bytes: usize,

    /// The largest request head, in bytes, at least 8192; a larger one is a 431.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_HEADER_BYTES", default_value_t = Config::default().max_header_bytes,
        value_parser = at_least_the_read_buffer)]
    max_header_bytes: usize,

    /// The longest query string, in bytes; a longer one is a 414.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_QUERY_BYTES", default_value_t = Config::default().max_query_bytes)]
    max_query_bytes: usize,

    /// How many connections a sandbox may hold; the creation of another is a 403.
    #[arg(long, value_name = "N", env = "FLOWMOCK_MAX_CONNECTIONS_PER_SANDBOX",
        default_value_t = Config::default().max_connections_per_sandbox)]
    max_connections_per_sandbox: usize,

    /// How many TCP connections may be open; more wait. 0 means seven eighths of the files that may be open.
    #[arg(long, value_name = "N", env = "FLOWMOCK_MAX_OPEN_CONNECTIONS", default_value_t = 0)]
    max_open_connections: usize,

    /// How long a connection may be idle, or take to send a request head, in milliseconds.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_HEADER_READ_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "30000")]
    header_read_timeout_ms: Duration,

    /// How long a request may take, its body included, in milliseconds; a slower one is a 408.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_REQUEST_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "30000")]
    request_timeout_ms: Duration,

    /// How long requests in flight may go on after SIGTERM or ctrl-C, in milliseconds.
    #[arg(long, value_name = "MS", env = "FLOWMOCK_DRAIN_TIMEOUT_MS", value_parser = milliseconds,
        default_value = "5000")]
    drain_timeout_ms: Duration,

    /// How many of the last requests the journal remembers, with their answers; 0 switches it off.
    #[arg(long, value_name = "N", env = "FLOWMOCK_JOURNAL_REQUESTS", default_value_t = Config::default().journal_requests)]
    journal_requests: usize,

    /// How much memory the journal may take, in bytes; the oldest requests go first.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_JOURNAL_MAX_BYTES", default_value_t = Config::default().journal_max_bytes)]
    journal_max_bytes: usize,

    /// How much of a request's or an answer's body the journal keeps, in bytes.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_JOURNAL_MAX_BODY_BYTES", default_value_t = Config::default().journal_max_body_bytes)]
    journal_max_body_bytes: usize,

    /// Show credentials in what the journal answers, instead of [redacted].
    #[arg(long, env = "FLOWMOCK_JOURNAL_SECRETS", value_parser = BoolishValueParser::new())]
    journal_secrets: bool,

    /// Whether requests are examined for contract reports, a moment after they were answered.
    ///
    /// It takes a few percent of one core while requests come. GET /_flowmock/contract has the report.
    #[arg(long, value_enum, env = "FLOWMOCK_CONTRACT", default_value_t = Switch::On)]
    contract: Switch,

    /// Switch a rule of contract testing off, lower or raise it; can be given several times.
    ///
    /// etag-never-read=off is for every client, team-a:etag-never-read=error for the one that calls itself so in
    /// x-flowmock-consumer.
    #[arg(
        long,
        value_name = "[CONSUMER:]ID=off|info|warning|error",
        env = "FLOWMOCK_CONTRACT_RULE",
        value_delimiter = ','
    )]
    contract_rule: Vec<String>,

    /// Name the rules that a request broke in its answer, as x-flowmock-violations, and in the log.
    #[arg(long, env = "FLOWMOCK_CONTRACT_HEADERS", value_parser = BoolishValueParser::new())]
    contract_headers: bool,

    /// A seed document, JSON or YAML, to start with, or a folder of them; can be given several times.
    ///
    /// It holds organisations, sandboxes, connections, what explore shows. What is wrong with it stops the start.
    #[arg(long, value_name = "FILE|DIR", env = "FLOWMOCK_SEED_FILE", value_delimiter = ',')]
    seed_file: Vec<PathBuf>,

    /// The largest document that POST and PUT /_flowmock/state take, in bytes.
    #[arg(long, value_name = "BYTES", env = "FLOWMOCK_MAX_STATE_BYTES", default_value_t = Config::default().max_state_bytes)]
    max_state_bytes: usize,

    /// Make ids, etags, request ids and tokens from this number: the same requests get the same bytes.
    ///
    /// Each organisation and sandbox has a sequence of its own. The clock stands still, at 2026-01-01 unless --clock says
    /// otherwise.
    #[arg(long, value_name = "SEED", env = "FLOWMOCK_DETERMINISTIC")]
    deterministic: Option<u64>,

    /// Hold the clock at this time, such as 2026-01-01T00:00:00Z; PUT /_flowmock/clock sets or advances it.
    #[arg(long, value_name = "TIME", env = "FLOWMOCK_CLOCK", value_parser = time)]
    clock: Option<SystemTime>,

    /// How many threads serve requests; 0 means one for each core.
    #[arg(long, value_name = "N", env = "FLOWMOCK_WORKER_THREADS", default_value_t = 0)]
    worker_threads: usize,

    /// How much to log, to standard error: info is a line for each request.
    #[arg(
        long,
        value_name = "LEVEL",
        env = "FLOWMOCK_LOG_LEVEL",
        default_value = "info",
        ignore_case = true
    )]
    pub(crate) log_level: LogLevel,

    /// What the log looks like.
    #[arg(
        long,
        value_name = "FORMAT",
        env = "FLOWMOCK_LOG_FORMAT",
        default_value = "pretty",
        ignore_case = true
    )]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum AuthArg {
    /// Every token that is not empty.
    Any,
    /// Those that this server issued, until they expire, for the x-api-key and organisation that they were issued for.
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
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line of text for people, coloured on a terminal.
    Pretty,
    /// A JSON object a line, for programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

impl Cli {
    /// Reads the command line and the environment; leaves the process where they are wrong or ask for help.
    ///
    /// A variable that is set but empty counts as unset: Compose files make such of what their user left out.
    pub(crate) fn read() -> Self {
        let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
        let unset = |arg: Arg| match arg.get_env() {
            Some(name) if is_empty(name) => arg.env(None::<&str>),
            _ => arg,
        };
        let command = Self::command().mut_args(unset).mut_subcommands(|command| command.mut_args(unset));
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }
}

impl ServerArgs {
    /// How the server speaks TLS, if it does.
    pub(crate) fn tls(&self) -> Option<Tls> {
        if let Some(dir) = &self.tls_self_signed {
            return Some(Tls::SelfSigned { dir: dir.clone(), names: self.tls_name.clone() });
        }
        Some(Tls::files(self.tls_cert.as_deref()?, self.tls_key.as_deref()?))
    }

    /// What the server itself is told.
    pub(crate) fn into_config(self) -> Config {
        let mut config = Config::default();
        config.tls = self.tls();
        config.listen = self.listen;
        config.fixtures = self.fixtures;
        config.faults_file = self.faults_file;
        config.strict = self.strict;
        config.auth = self.auth.into();
        config.token_lifetime = self.token_lifetime;
        config.allow_api_keys = self.allow_api_key;
        config.allow_organisations = self.allow_organisation;
        config.allow_sandboxes = self.allow_sandbox;
        config.control = self.control == Switch::On;
        config.control_token = self.control_token;
        config.cors = self.cors;
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
        config.journal_secrets = self.journal_secrets;
        config.contract = self.contract == Switch::On;
        config.contract_rules = self.contract_rule;
        config.contract_headers = self.contract_headers;
        config.seed_files = self.seed_file;
        config.max_state_bytes = self.max_state_bytes;
        config.deterministic = self.deterministic;
        config.clock = self.clock;
        config.worker_threads = self.worker_threads;
        config
    }
}

/// `ADDR:PORT`, with `localhost` for 127.0.0.1: no name is ever looked up.
fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    numeric.as_deref().unwrap_or(text).parse().map_err(|_| {
        "not of the form ADDR:PORT, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080".to_owned()
    })
}

fn time(text: &str) -> Result<SystemTime, String> {
    humantime::parse_rfc3339(text).map_err(|_| "not a time in UTC such as 2026-01-01T00:00:00Z".to_owned())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(0) => Err("must be at least 1".to_owned()),
        Ok(milliseconds) => Ok(Duration::from_millis(milliseconds)),
        Err(_) => Err("not a whole number of milliseconds".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse().map(Duration::from_secs).map_err(|_| "not a whole number of seconds".to_owned())
}

/// One of a list's names. An empty one would open nothing, and looks as if it opened all.
fn entry(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("an empty name stands for nothing; leave the flag out to take any".to_owned()),
        name => Ok(name.to_owned()),
    }
}

fn sandbox_entry(text: &str) -> Result<String, String> {
    let entry = entry(text)?;
    match entry.rsplit_once('/') {
        Some((org, name)) if org.trim().is_empty() || name.trim().is_empty() => {
            Err("not of the form NAME or ORG/NAME".to_owned())
        }
        _ => Ok(entry),
    }
}

/// Reads a token without ever repeating it, as the messages about other values do.
#[derive(Clone)]
struct ControlTokenParser<T>(PhantomData<T>);

impl<T> Default for ControlTokenParser<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T: for<'a> From<&'a str> + Clone + Send + Sync + 'static> TypedValueParser for ControlTokenParser<T> {
    type Value = T;

    fn parse_ref(&self, command: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let is_usable = |token: &&str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        value.to_str().filter(is_usable).map(T::from).ok_or_else(|| {
            let reason =
                "--control-token must be visible ASCII characters without a space, since a header carries it";
            command.clone().error(ErrorKind::ValueValidation, reason)
        })
    }
}

fn at_least_the_read_buffer(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(bytes) if bytes >= Config::MIN_HEADER_BYTES => Ok(bytes),
        _ => Err(format!("not a whole number of at least {}", Config::MIN_HEADER_BYTES)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_command_line_is_sound_and_each_flag_has_its_environment_variable() {
        let command = Cli::command();
        command.clone().debug_assert();
        // What says which server is asked is named alike for all commands; else a command's name is in front.
        let shared = ["url", "ca", "control-token", "timeout-ms"];
        let mut variables = BTreeSet::new();
        let of_commands =
            command.get_subcommands().flat_map(|one| one.get_arguments().map(|arg| (one.get_name(), arg)));
        for (of, arg) in command.get_arguments().map(|arg| ("", arg)).chain(of_commands) {
            let Some(long) = arg.get_long().filter(|long| !matches!(*long, "help" | "version")) else {
                continue;
            };
            let name = if of.is_empty() || shared.contains(&long) {
                long.to_owned()
            } else {
                format!("{of}-{long}")
            };
            let expected = format!("FLOWMOCK_{}", name.to_uppercase().replace('-', "_"));
            assert_eq!(arg.get_env().and_then(|env| env.to_str()), Some(expected.as_str()), "--{long}");
            assert!(arg.get_help().is_some(), "--{long} has no help");
            assert!(
                variables.insert(expected) || shared.contains(&long),
                "--{long}: its variable is another flag's"
            );
        }
    }

    #[test]
    fn the_flags_default_to_what_the_library_defaults_to() {
        let config = Cli::parse_from([
            "flowmock",
            "--listen",
            "127.0.0.1:0",
            "--worker-threads",
            "1",
            "--drain-timeout-ms",
            "1000",
        ])
        .server
        .into_config();
        assert_eq!(format!("{config:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn lists_may_be_repeated_and_separated_by_commas() {
        let cli = Cli::parse_from([
            "flowmock",
            "--allow-api-key",
            "one, two",
            "--allow-api-key",
            "three",
            "--allow-sandbox=prod,A@AdobeOrg/dev",
        ]);
        let config = cli.server.into_config();
        assert_eq!(config.allow_api_keys, ["one", "two", "three"]);
        assert_eq!(config.allow_sandboxes, ["prod", "A@AdobeOrg/dev"]);
        assert!(config.allow_organisations.is_empty());
    }

    #[test]
    fn no_message_and_no_debug_text_shows_the_control_token() {
        let good = Cli::try_parse_from(["flowmock", "--control-token", "hunter2"]).expect("a usable token");
        let refused = Cli::try_parse_from(["flowmock", "--control-token", "hunter 2"]).expect_err("a space");
        let shown = format!("{good:?} {:?} {refused} {refused:?}", good.server.control_token);
        assert!(shown.contains("[redacted]") && shown.contains("visible ASCII"), "{shown}");
        assert!(!shown.contains("hunter"), "{shown}");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for args in [
            ["--listen", "8080"],
            ["--listen", "example.com:80"],
            ["--request-timeout-ms", "0"],
            ["--header-read-timeout-ms", "1s"],
            ["--max-header-bytes", "8191"],
            ["--log-level", "loud"],
            ["--auth", "none"],
            ["--token-lifetime", "1h"],
            ["--allow-api-key", ""],
            ["--allow-organisation", "A@AdobeOrg,"],
            ["--allow-sandbox", "/dev"],
            ["--allow-sandbox", "A@AdobeOrg/"],
            ["--control", "maybe"],
            ["--control-token", ""],
            ["--control-token", "two words"],
        ] {
            assert!(Cli::try_parse_from(["flowmock"].into_iter().chain(args)).is_err(), "{args:?}");
        }
        assert_eq!(address("localhost:80"), address("127.0.0.1:80"));
    }
}
