//! `flowmock contract`: fetches a server's contract report, shows it, and exits with its verdict.

use crate::cli::args::contract::{Colours, ContractArgs, Format};
use crate::cli::args::server::ServerArgs;
use crate::cli::write::{print, replace, say};
use flowmock::contract::{PassCriteria, Report, TextOptions, Verdict};
use flowmock::printable;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::{self, IsTerminal};
use std::process::ExitCode;

/// The path of the report.
const REPORT: &str = "/_flowmock/contract";
/// The longest response that is read. The longest report, of 100 consumers with 1000 tests each and 20,000 recorded
/// violations, is shorter.
const MAX_REPORT_BYTES: usize = 128 * 1024 * 1024;

/// The exit code if every consumer meets the criteria.
const PASSED: u8 = 0;
/// The exit code if one does not.
const FAILED: u8 = 1;
/// The exit code if the report does not tell, or if there is no report.
const UNKNOWN: u8 = 2;

/// Runs the command.
pub(crate) fn run(args: &ContractArgs, server: &ServerArgs) -> ExitCode {
    let verdict = match show(args, server) {
        Ok(verdict) => verdict,
        Err(reason) => {
            say(&format!("could not tell: {reason}"));
            return UNKNOWN.into();
        }
    };
    // The text form ends in the verdict. With other forms, and with a file, it goes to standard error.
    let is_shown = args.format == Format::Text && args.output.is_none();
    match verdict {
        Verdict::Passed => PASSED,
        Verdict::Failed(reasons) => {
            if !is_shown {
                reasons.iter().for_each(|reason| say(reason));
            }
            FAILED
        }
        Verdict::Unknown(reason) => {
            if !is_shown {
                say(&format!("could not tell: {reason}"));
            }
            UNKNOWN
        }
    }
    .into()
}

/// Fetches and writes the report; returns its verdict.
fn show(args: &ContractArgs, server: &ServerArgs) -> Result<Verdict, String> {
    let remote = args.remote.remote(server)?;
    let path = match &args.consumer {
        Some(name) => format!("{REPORT}?consumer={}", utf8_percent_encode(name, NON_ALPHANUMERIC)),
        None => REPORT.to_owned(),
    };
    let body = remote.control(&path, MAX_REPORT_BYTES)?;
    let report = parse(&body).map_err(|reason| format!("{} {reason}", remote.url(REPORT)))?;
    let criteria = args.criteria();
    let text = render(args, &criteria, &report, body)?;
    match &args.output {
        Some(file) => {
            replace(file, &text).map_err(|error| format!("cannot write {}: {error}", file.display()))?
        }
        None => print(&text).map_err(|error| format!("cannot write the report: {error}"))?,
    }
    Ok(criteria.evaluate(&report))
}

fn parse(body: &[u8]) -> Result<Report, String> {
    // The version comes first: the rest of a later version may look different.
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let unreadable = |error: serde_json::Error| {
        printable(&format!("answers something else than a contract report: {error}")).into_owned()
    };
    let Version { version } = serde_json::from_slice(body).map_err(unreadable)?;
    if version != Report::VERSION {
        let known = Report::VERSION;
        return Err(format!("answers a report of version {version}; this flowmock reads version {known}"));
    }
    serde_json::from_slice(body).map_err(unreadable)
}

fn render(
    args: &ContractArgs, criteria: &PassCriteria, report: &Report, body: Vec<u8>,
) -> Result<Vec<u8>, String> {
    Ok(match args.format {
        Format::Json => {
            let mut body = body;
            if !body.ends_with(b"\n") {
                body.push(b'\n');
            }
            body
        }
        Format::Junit => report.junit(criteria).into(),
        Format::Markdown => report.markdown(criteria).into(),
        Format::Text => {
            let mut options = TextOptions::default();
            options.colours = colours(args);
            options.full = args.full;
            report.text(criteria, options).into()
        }
    })
}

fn colours(args: &ContractArgs) -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match args.color {
        Colours::Always => true,
        Colours::Never => false,
        Colours::Auto => args.output.is_none() && io::stdout().is_terminal() && !is_set("NO_COLOR"),
    }
}
