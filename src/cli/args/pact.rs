//! The flags of `flowmock pact`.

use super::remote::RemoteArgs;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Examples:
  flowmock pact --consumer shop                       on standard output
  flowmock pact --consumer shop --output shop.json    for a broker, or a verifier

Exit codes:
  0  written
  1  that consumer sent no request that can be in a file
  2  could not tell: wrong usage; no server, no flowmock, a wrong control token;
     several consumers, and none named; the file could not be written";

/// How to fetch and write the file.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "The file")]
pub(crate) struct PactArgs {
    /// The consumer: its x-flowmock-consumer, or its API key and the product in its User-Agent.
    ///
    /// Optional if there is only one.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_PACT_CONSUMER")]
    pub(crate) consumer: Option<String>,

    /// Write to this file, completely or not at all, instead of standard output.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_PACT_OUTPUT")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}
