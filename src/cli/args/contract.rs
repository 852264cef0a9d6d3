//! The flags of `flowmock contract`.

use super::remote::RemoteArgs;
use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use flowmock::contract::{PassCriteria, Severity};
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Examples:
  flowmock contract                                  the server on 127.0.0.1:8080
  flowmock contract --consumer importer --fail-on warning
  flowmock contract --min-coverage 10 --full         and how to meet what was never met
  flowmock contract --format junit --output contract.xml
  flowmock contract --format markdown >> \"$GITHUB_STEP_SUMMARY\"

Exit codes:
  0  kept: no rule as bad as --fail-on was broken, and --min-coverage was reached
  1  broken: a rule was, or a consumer has met less than --min-coverage
  2  could not tell: wrong usage; no server, no flowmock, a wrong control token,
     no such consumer; no request was examined, or some were not and the others
     broke no rule; the report could not be written";

/// How to fetch and judge the report.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "The report")]
pub(crate) struct ContractArgs {
    /// Form of the report.
    #[arg(
        long,
        value_name = "FORMAT",
        env = "FLOWMOCK_CONTRACT_FORMAT",
        default_value = "text",
        ignore_case = true
    )]
    pub(crate) format: Format,

    /// Report on this consumer only: its x-flowmock-consumer, or its API key and the product in its User-Agent.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_CONTRACT_CONSUMER")]
    pub(crate) consumer: Option<String>,

    /// Lowest severity of a broken rule that makes the exit code 1.
    #[arg(
        long,
        value_name = "SEVERITY",
        env = "FLOWMOCK_CONTRACT_FAIL_ON",
        default_value = "error",
        ignore_case = true
    )]
    fail_on: FailOn,

    /// Required coverage of each consumer, in percent: the share of documented outcomes that it met, of the calls it made.
    #[arg(long, value_name = "PERCENT", env = "FLOWMOCK_CONTRACT_MIN_COVERAGE", value_parser = percent)]
    min_coverage: Option<f64>,

    /// Write the report to this file, completely or not at all, instead of standard output.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_CONTRACT_OUTPUT")]
    pub(crate) output: Option<PathBuf>,

    /// List every outcome that was never met, and how to meet it, even for consumers with enough coverage.
    #[arg(long, env = "FLOWMOCK_CONTRACT_FULL", value_parser = BoolishValueParser::new())]
    pub(crate) full: bool,

    /// Colour the text; auto means on a terminal, unless NO_COLOR is set.
    #[arg(
        long,
        value_name = "WHEN",
        env = "FLOWMOCK_CONTRACT_COLOR",
        default_value = "auto",
        ignore_case = true
    )]
    pub(crate) color: Colours,

    #[command(flatten)]
    pub(crate) remote: RemoteArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for a terminal, 80 columns wide.
    Text,
    /// The server's JSON; docs/contract-testing.md describes it.
    Json,
    /// JUnit XML: a case for each rule and each x-flowmock-test.
    Junit,
    /// Markdown for a job summary or a comment, at most 64 KiB.
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Requests that the real service would refuse or ignore.
    Error,
    /// Also requests that work but are undocumented, deprecated or risky.
    Warning,
    /// No rule at all.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colours {
    Auto,
    Always,
    Never,
}

impl ContractArgs {
    /// The criteria that the report must meet.
    pub(crate) fn criteria(&self) -> PassCriteria {
        let mut criteria = PassCriteria::default();
        criteria.fail_on = match self.fail_on {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Never => None,
        };
        criteria.min_coverage = self.min_coverage;
        criteria
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let percent: Option<f64> = number.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "not a number from 0 to 100".to_owned())
}
