//! The command line of the `flowmock` binary.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod embedding;
mod environment;
#[cfg(test)]
mod generated;
mod groups;
pub(crate) mod log;
pub(crate) mod output;
pub(crate) mod remote;
pub(crate) mod running;
pub(crate) mod trust;
pub(crate) mod write;

use args::contract::ContractArgs;
use args::pact::PactArgs;
use args::server::ServerArgs;
use args::values::default_port;
use args::verify::VerifyArgs;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::exit;

/// A local stand-in for Adobe Experience Platform's Flow Service.
///
/// It serves connections, source and target connections, flows, runs and their specs below
/// http://ADDR:PORT/data/foundation/flowservice as the real service documents them. All data is in memory and is lost when it stops. It accepts any API key, bearer token,
/// organisation and sandbox unless a flag says otherwise, and each sandbox has data of its own.
#[derive(Parser, Debug)]
#[command(version, after_help = MORE, after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

const MORE: &str = "\
flowmock --help describes every flag: TLS, access, journal, contract reports and limits too.";

const EXAMPLES: &str = "\
Examples:
  flowmock                              on http://127.0.0.1:8080
  flowmock --listen :9000               reachable from other machines
  flowmock --listen 127.0.0.1:0         on a free port, which it prints
  flowmock --fixtures ./fixtures        with connection specs of your own
  flowmock --tls-self-signed ./tls      https with a generated certificate
  FLOWMOCK_LOG_FORMAT=json flowmock     each flag has an environment variable
  flowmock --listen 127.0.0.1:0 --port-file port.json --stop-with-stdin
                                        started by a test, which ends it too
  flowmock healthcheck                  exit code 0 if the server is up
  flowmock contract                     exit code 0 if its clients kept the rules

A first request, in another terminal:
  curl -i http://127.0.0.1:8080/data/foundation/flowservice/connections \\
    -H 'Authorization: Bearer token' -H 'x-api-key: key' \\
    -H 'x-gw-ims-org-id: ORG@AdobeOrg' -H 'x-sandbox-name: prod'

Exit codes: 0 stopped by SIGTERM, ctrl-C or the end of its parent, or healthy; 1 could not start, or not healthy;
2 wrong usage.
The --help of the other commands lists theirs.";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Check that a server is up: exit code 0 if so, 1 if not.
    ///
    /// The server is the one at --listen or FLOWMOCK_LISTEN, so a container needs no arguments. With the --tls flags or
    /// variables of the server it connects over TLS and expects the server's certificate.
    Healthcheck,

    /// Report the API rules that clients of a running server broke, and fail if there are any.
    ///
    /// Run the client's tests against flowmock, then this command. It shows the server's contract report, and its exit
    /// code says whether the rules were kept. Tests that never reached the server are not a success.
    #[command(after_help = args::contract::HELP)]
    Contract(Box<ContractArgs>),

    /// Write the requests of a client as a Pact file.
    ///
    /// Run the client's tests against flowmock, then this command. The file has one interaction for each kind of request,
    /// and no credentials.
    #[command(after_help = args::pact::HELP)]
    Pact(Box<PactArgs>),

    /// Ask a running server whether the expected requests arrived, and fail if they did not.
    ///
    /// Run the client's tests against flowmock, then this command, with an expectation in a file.
    #[command(after_help = args::verify::HELP)]
    Verify(Box<VerifyArgs>),
}

impl Cli {
    /// Reads the command line and the environment. Exits on `--help`, `--version` and wrong usage.
    ///
    /// An empty variable counts as unset: Compose passes variables that its user left out as empty ones.
    pub(crate) fn read() -> Self {
        let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
        let unset = |arg: Arg| match arg.get_env() {
            Some(name) if is_empty(name) => arg.env(None::<&str>),
            _ => arg,
        };
        let mut command = groups::arrange(Self::command())
            .mut_args(unset)
            .mut_subcommands(|command| command.mut_args(unset));
        let mut wrong_port = None;
        match default_port() {
            Ok(8080) => {}
            // `--listen` and its own variable take precedence over `PORT`.
            Ok(port) => {
                let address = &*format!("{}:{port}", Ipv4Addr::LOCALHOST).leak();
                command = command.mut_arg("listen", |listen| listen.default_value(address));
            }
            Err(reason) => wrong_port = Some(reason),
        }
        let matches = command.try_get_matches_from_mut(env::args_os()).unwrap_or_else(|error| {
            let code = error.exit_code();
            _ = error.print();
            if let Some(variable) = variable_of(&command, &error) {
                _ = writeln!(io::stderr(), "\nThe value is that of the environment variable {variable}.");
            }
            exit(code)
        });
        if let Some(reason) = wrong_port
            && matches.value_source("listen") == Some(ValueSource::DefaultValue)
        {
            command.error(ErrorKind::ValueValidation, reason).exit();
        }
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// One sentence for each environment variable that looks like one of flowmock's but is not.
    pub(crate) fn environment_warnings() -> Vec<String> {
        environment::warnings(&Self::command(), env::vars_os())
    }
}

/// The environment variable of a refused value; `None` if the value came from the command line.
fn variable_of(command: &clap::Command, error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(shown)) = error.get(ContextKind::InvalidArg) else { return None };
    let flag = shown.split(' ').next()?;
    let is_given = |arg: OsString| arg.to_str().is_some_and(|arg| arg.split('=').next() == Some(flag));
    let subcommands = command.get_subcommands().flat_map(clap::Command::get_arguments);
    let named = command.get_arguments().chain(subcommands).find(|arg| {
        arg.get_long().is_some_and(|long| flag.strip_prefix("--") == Some(long))
            && arg.get_env().is_some_and(|name| env::var_os(name).is_some())
    })?;
    let variable = named.get_env()?.to_str()?.to_owned();
    (!env::args_os().any(is_given)).then_some(variable)
}

#[cfg(test)]
mod tests {
    use super::args::values::{address, bytes};
    use super::*;
    use flowmock::Config;
    use std::collections::BTreeSet;

    #[test]
    fn the_command_line_is_valid_and_each_flag_has_its_environment_variable() {
        let command = Cli::command();
        command.clone().debug_assert();
        // Flags that select the server share a variable among commands; others have the command's name in theirs.
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
    fn flags_have_the_defaults_of_the_library() {
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
    fn invalid_flag_values_are_refused() {
        for args in [
            ["--listen", "80800"],
            ["--listen", ":"],
            ["--listen", "127.0.0.1:"],
            ["--max-body-bytes", "1XB"],
            ["--max-body-bytes", "-1"],
            ["--max-body-bytes", "99999999999GiB"],
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
            ["--allow-host", "http://mock.example.com"],
            ["--allow-host", "mock.example.com:8080"],
            ["--allow-host", "*.example.com"],
            ["--allow-host", ""],
            ["--control", "maybe"],
            ["--control-token", ""],
            ["--control-token", "two words"],
        ] {
            assert!(Cli::try_parse_from(["flowmock"].into_iter().chain(args)).is_err(), "{args:?}");
        }
    }

    #[test]
    fn an_address_may_lack_its_host_or_its_port() {
        for (text, shown) in [
            ("localhost:80", "127.0.0.1:80"),
            ("9000", "127.0.0.1:9000"),
            (":9000", "0.0.0.0:9000"),
            ("[::1]:0", "[::1]:0"),
        ] {
            assert_eq!(address(text).map(|address| address.to_string()).as_deref(), Ok(shown), "{text}");
        }
        for text in ["0.0.0.0", "localhost", "::1", "[::1]"] {
            assert_eq!(address(text).map(|address| address.port()), default_port(), "{text}");
        }
    }

    #[test]
    fn a_number_of_bytes_may_have_a_unit() {
        for (text, expected) in [
            ("1048576", 1_048_576),
            ("10b", 10),
            ("64k", 64_000),
            ("64 KiB", 65_536),
            ("1M", 1_000_000),
            ("1MB", 1_000_000),
            ("1MiB", 1_048_576),
            ("2gib", 2_147_483_648),
        ] {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "MB", "1.5MB", "1 0", "1MBit", "-1"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }
}
