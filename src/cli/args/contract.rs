//! The flags of `flowmock contract`.

use super::remote::RemoteArgs;
use clap::ValueEnum;
use clap::builder::BoolishValueParser;
use flowmock::contract::{Gate, Severity};
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

/// What `flowmock contract` asks, and what it makes of the answer.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "The report")]
pub(crate) struct ContractArgs {
    /// What the report looks like.
    #[arg(
        long,
        value_name = "FORMAT",
        env = "FLOWMOCK_CONTRACT_FORMAT",
        default_value = "text",
        ignore_case = true
    )]
    pub(crate) format: Format,

    /// Report on this consumer alone: its x-flowmock-consumer, or its API key and the product in its User-Agent.
    #[arg(long, value_name = "NAME", env = "FLOWMOCK_CONTRACT_CONSUMER")]
    pub(crate) consumer: Option<String>,

    /// The least severity of a broken rule that makes the exit code 1.
    #[arg(
        long,
        value_name = "SEVERITY",
        env = "FLOWMOCK_CONTRACT_FAIL_ON",
        default_value = "error",
        ignore_case = true
    )]
    fail_on: FailOn,

    /// How much each consumer must have met of what is documented of the calls that it made, in percent.
    #[arg(long, value_name = "PERCENT", env = "FLOWMOCK_CONTRACT_MIN_COVERAGE", value_parser = percent)]
    min_coverage: Option<f64>,

    /// Write the report to this file, whole or not at all, instead of standard output.
    #[arg(long, value_name = "FILE", env = "FLOWMOCK_CONTRACT_OUTPUT")]
    pub(crate) output: Option<PathBuf>,

    /// Say in the text what was never met and how to meet it, even of consumers that have met enough.
    #[arg(long, env = "FLOWMOCK_CONTRACT_FULL", value_parser = BoolishValueParser::new())]
    pub(crate) full: bool,

    /// Whether the text is coloured: auto does so on a terminal, unless NO_COLOR is set.
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
    /// For people, 80 columns wide.
    Text,
    /// As the server has it: docs/contract-testing.md says what is in it.
    Json,
    /// JUnit XML: a case per rule and per x-flowmock-test.
    Junit,
    /// For a job's summary or a comment, at most 64 KiB.
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What the real service would refuse or ignore.
    Error,
    /// What works, but is undocumented, deprecated or risky, too.
    Warning,
    /// No rule.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colours {
    Auto,
    Always,
    Never,
}

impl ContractArgs {
    /// What the report has to show.
    pub(crate) fn gate(&self) -> Gate {
        let mut gate = Gate::default();
        gate.fail_on = match self.fail_on {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Never => None,
        };
        gate.min_coverage = self.min_coverage;
        gate
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let percent: Option<f64> = number.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "not a number from 0 to 100".to_owned())
}
