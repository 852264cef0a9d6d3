//! The flags of `flowmock verify`.

use super::remote::RemoteArgs;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Examples:
  flowmock verify created-once.json
  echo '{\"operation\": \"createConnection\", \"times\": {\"exactly\": 1}}' | flowmock verify -

Exit codes:
  0  the requests arrived as expected
  1  they did not; standard output shows the expectation, and how the nearest
     requests differ
  2  could not tell: wrong usage; no server, no flowmock, a wrong control token;
     the file cannot be read, or is no expectation";

/// The flags of `flowmock verify`.
#[derive(clap::Args, Debug)]
pub(crate) struct VerifyArgs {
    /// File with the expectation for POST /_flowmock/verify: JSON, or YAML if its name ends in .yaml or .yml. A hyphen
    /// stands for standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}
