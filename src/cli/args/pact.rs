//! The flags of `flowmock pact`.

use super::remote::RemoteArgs;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Examples:
  flowmock pact --consumer shop                       on standard output
  flowmock pact --consumer shop --output shop.json    for a broker, or a verifier

Exit codes:
  0  written
  1  the server has nothing of that consumer that could be in a file
  2  could not tell: wrong usage; no server, no flowmock, a wrong control token;
     several consumers, and none named; the file could not be written";

/// What `flowmock pact` asks, and where it puts the answer.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "The file")]
pub(crate) struct PactArgs {
    /// Whose requests: its x-flowmock-consumer, or its API key and the product in its User-Agent.
    ///
    /// It may be left out where there is one consumer alone.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_PACT_CONSUMER")]
    pub(crate) consumer: Option<String>,

    /// Write to this file, whole or not at all, instead of standard output.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_PACT_OUTPUT")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}
