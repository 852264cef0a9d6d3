//! `flowmock pact`: fetches the Pact file of a consumer from a server, and writes it.

use crate::cli::args::pact::PactArgs;
use crate::cli::args::server::ServerArgs;
use crate::cli::remote::{Answer, reasons};
use crate::cli::write::{print, replace, say};
use axum::http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::process::ExitCode;

/// The path of Pact files.
const PACT: &str = "/_flowmock/pact";
/// The longest response that is read. The longest file is shorter: 16 MiB as compact JSON, plus its indentation.
const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// The exit code if no request of the consumer can be in a file.
const NOTHING: u8 = 1;
/// The exit code of every other failure.
const UNKNOWN: u8 = 2;

/// Runs the command.
pub(crate) fn run(args: &PactArgs, server: &ServerArgs) -> ExitCode {
    match fetch(args, server) {
        Ok(Some(file)) => {
            let written = match &args.output {
                Some(path) => {
                    replace(path, &file).map_err(|error| format!("cannot write {}: {error}", path.display()))
                }
                None => print(&file).map_err(|error| format!("cannot write the file: {error}")),
            };
            match written {
                Ok(()) => ExitCode::SUCCESS,
                Err(reason) => could_not_tell(&reason),
            }
        }
        Ok(None) => NOTHING.into(),
        Err(reason) => could_not_tell(&reason),
    }
}

fn could_not_tell(reason: &str) -> ExitCode {
    say(&format!("could not tell: {reason}"));
    UNKNOWN.into()
}

/// Fetches the file. `None` if there is nothing to write; the reason is then on standard error.
fn fetch(args: &PactArgs, server: &ServerArgs) -> Result<Option<Vec<u8>>, String> {
    let remote = args.remote.remote(server)?;
    let path = match &args.consumer {
        Some(name) => format!("{PACT}?consumer={}", utf8_percent_encode(name, NON_ALPHANUMERIC)),
        None => PACT.to_owned(),
    };
    let answer = remote.get(&path, MAX_FILE_BYTES)?;
    if let Some(reason) = nothing_to_write(&answer) {
        say(&reason);
        return Ok(None);
    }
    if answer.status != StatusCode::OK {
        // `control` explains the status.
        return remote.control(&path, MAX_FILE_BYTES).map(Some);
    }
    match serde_json::from_slice::<Pact>(&answer.body) {
        Ok(_) => Ok(Some(answer.body)),
        Err(_) => Err(format!("{} is no Pact file", remote.url(PACT))),
    }
}

/// The key that every Pact file has, to tell it from other JSON.
#[derive(Deserialize)]
struct Pact {
    #[serde(rename = "interactions")]
    _interactions: Vec<serde::de::IgnoredAny>,
}

/// The server's reason why there is nothing to write, if that is its answer.
fn nothing_to_write(answer: &Answer) -> Option<String> {
    if answer.status != StatusCode::NOT_FOUND {
        return None;
    }
    reasons(&answer.body)
}
