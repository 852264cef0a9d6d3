//! `flowmock pact`: asks a server for what a consumer did, as a Pact file, and writes it.

use crate::cli::commands::contract::{print, replace, say};
use crate::cli::remote::{Answer, reasons};
use crate::cli::{PactArgs, ServerArgs};
use axum::http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::process::ExitCode;

/// Where servers have them.
const PACT: &str = "/_flowmock/pact";
/// More than a file can come to: 16 MiB as compact JSON, and the white space between.
const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// The exit code where there is nothing to write.
const NOTHING: u8 = 1;
/// That of everything else that goes wrong.
const UNKNOWN: u8 = 2;

/// Asks and writes.
pub(crate) fn write(args: &PactArgs, server: &ServerArgs) -> ExitCode {
    match file(args, server) {
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

/// The file; `None` if there is nothing to write, which has been said then.
fn file(args: &PactArgs, server: &ServerArgs) -> Result<Option<Vec<u8>>, String> {
    let remote = args.remote.remote(server)?;
    let path = match &args.consumer {
        Some(name) => format!("{PACT}?consumer={}", utf8_percent_encode(name, NON_ALPHANUMERIC)),
        None => PACT.to_owned(),
    };
    let answer = remote.get(&path, MAX_FILE_BYTES)?;
    if let Some(reason) = nothing(&answer) {
        say(&reason);
        return Ok(None);
    }
    if answer.status != StatusCode::OK {
        return remote.control(&path, MAX_FILE_BYTES).map(Some); // it knows what to say
    }
    match serde_json::from_slice::<Pact>(&answer.body) {
        Ok(_) => Ok(Some(answer.body)),
        Err(_) => Err(format!("{} is no Pact file", remote.url(PACT))),
    }
}

/// What tells a Pact file from whatever else a server may answer.
#[derive(Deserialize)]
struct Pact {
    #[serde(rename = "interactions")]
    _interactions: Vec<serde::de::IgnoredAny>,
}

/// Why there is nothing to write, as flowmock says it.
fn nothing(answer: &Answer) -> Option<String> {
    if answer.status != StatusCode::NOT_FOUND {
        return None;
    }
    reasons(&answer.body)
}
