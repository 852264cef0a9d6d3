//! `flowmock contract`: asks a server for its contract report, shows it, and says by its exit code what to make of it.

use crate::cli::{Colours, ContractArgs, Format, ServerArgs};
use flowmock::contract::{Gate, Report, TextOptions, Verdict};
use flowmock::printable;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

/// Where servers have their reports.
const REPORT: &str = "/_flowmock/contract";
/// More than a report can come to: 100 consumers with 1000 tests each, and 20,000 first offences.
const MAX_REPORT_BYTES: usize = 128 * 1024 * 1024;

/// The exit code of a report that shows what it has to.
const KEPT: u8 = 0;
/// That of one which does not.
const BROKEN: u8 = 1;
/// That of everything else: nothing says that the tests that should have come did.
const UNKNOWN: u8 = 2;

/// Asks, shows, and judges.
pub(crate) fn judge(args: &ContractArgs, server: &ServerArgs) -> ExitCode {
    let code = match show(args, server) {
        Ok((Verdict::Kept, _)) => KEPT,
        Ok((Verdict::Broken(reasons), is_said)) => {
            if !is_said {
                reasons.iter().for_each(|reason| say(reason));
            }
            BROKEN
        }
        Ok((Verdict::Unknown(reason), is_said)) => {
            if !is_said {
                say(&format!("could not tell: {reason}"));
            }
            UNKNOWN
        }
        Err(reason) => {
            say(&format!("could not tell: {reason}"));
            UNKNOWN
        }
    };
    code.into()
}

/// Says something to whoever runs the command. What a server said is printable by then.
pub(crate) fn say(line: &str) {
    _ = writeln!(io::stderr(), "flowmock: {line}");
}

/// Answers with the verdict, and whether it has been said to whoever reads the output.
fn show(args: &ContractArgs, server: &ServerArgs) -> Result<(Verdict, bool), String> {
    let remote = args.remote.remote(server)?;
    let path = match &args.consumer {
        Some(name) => format!("{REPORT}?consumer={}", utf8_percent_encode(name, NON_ALPHANUMERIC)),
        None => REPORT.to_owned(),
    };
    let body = remote.control(&path, MAX_REPORT_BYTES)?;
    let report = read(&body).map_err(|reason| format!("{} {reason}", remote.url(REPORT)))?;
    let gate = args.gate();
    let text = rendered(args, &gate, &report, body)?;
    match &args.output {
        Some(file) => {
            replace(file, &text).map_err(|error| format!("cannot write {}: {error}", file.display()))?
        }
        None => print(&text).map_err(|error| format!("cannot write the report: {error}"))?,
    }
    Ok((gate.judge(&report), args.format == Format::Text && args.output.is_none()))
}

fn read(body: &[u8]) -> Result<Report, String> {
    // A later form may not even look like this one.
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

fn rendered(args: &ContractArgs, gate: &Gate, report: &Report, body: Vec<u8>) -> Result<Vec<u8>, String> {
    Ok(match args.format {
        Format::Json => {
            let mut body = body;
            if !body.ends_with(b"\n") {
                body.push(b'\n');
            }
            body
        }
        Format::Junit => report.junit(gate).into(),
        Format::Markdown => report.markdown(gate).into(),
        Format::Text => {
            let mut options = TextOptions::default();
            options.colours = colours(args);
            options.full = args.full;
            report.text(gate, options).into()
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

/// Writes to standard output.
pub(crate) fn print(text: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        // Whoever read has read enough; what the report shows it shows all the same.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome,
    }
}

/// Puts a text in the place of a file, whole or not at all; where there is something else than a file, such as a pipe, it
/// is written into that.
pub(crate) fn replace(file: &Path, text: &[u8]) -> io::Result<()> {
    let known = fs::metadata(file).ok();
    if known.as_ref().is_some_and(|known| !known.is_file()) {
        return fs::OpenOptions::new().write(true).open(file)?.write_all(text);
    }
    // What a link names is replaced, not the link.
    let file = if known.is_some() { fs::canonicalize(file)? } else { file.to_owned() };
    let mut name = file.file_name().map(ToOwned::to_owned).unwrap_or_default();
    name.push(format!(".{}.tmp", std::process::id()));
    let new = file.with_file_name(name);
    let outcome = write_new(&new, text, known.as_ref()).and_then(|()| fs::rename(&new, &file));
    if outcome.is_err() {
        _ = fs::remove_file(&new);
    }
    outcome
}

fn write_new(file: &Path, text: &[u8], like: Option<&fs::Metadata>) -> io::Result<()> {
    let mut new = File::create_new(file)?;
    if let Some(like) = like {
        new.set_permissions(like.permissions())?;
    }
    new.write_all(text)?;
    new.sync_all()
}
