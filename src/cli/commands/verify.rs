//! `flowmock verify`: asks a server whether the expected requests arrived, and exits with the result.

use crate::cli::args::server::ServerArgs;
use crate::cli::args::verify::VerifyArgs;
use crate::cli::write::{print, say};
use flowmock::printable;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

/// The path of verifications.
const VERIFY: &str = "/_flowmock/verify";
/// The longest expectation that is read. The server takes less unless `--max-body-bytes` allows more.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// The longest response that is read.
const MAX_RESULT_BYTES: usize = 64 * 1024 * 1024;

/// The exit code if the requests did not arrive as expected.
const FAILED: u8 = 1;
/// The exit code if there is no result.
const UNKNOWN: u8 = 2;

/// The result of a verification.
#[derive(Deserialize)]
struct Verification {
    passed: bool,
    count: u64,
    message: String,
}

/// Runs the command.
pub(crate) fn run(args: &VerifyArgs, server: &ServerArgs) -> ExitCode {
    match verify(args, server) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => FAILED.into(),
        Err(reason) => {
            say(&format!("could not tell: {reason}"));
            UNKNOWN.into()
        }
    }
}

/// Asks the server and prints its answer. Returns whether the verification passed.
fn verify(args: &VerifyArgs, server: &ServerArgs) -> Result<bool, String> {
    let expectation =
        read(&args.file).map_err(|error| format!("cannot read {}: {error}", args.file.display()))?;
    let remote = args.remote.remote(server)?;
    let body = remote.post(VERIFY, content_type(&args.file), expectation, MAX_RESULT_BYTES)?;
    let verification: Verification = serde_json::from_slice(&body).map_err(|error| {
        printable(&format!("{} answers no result: {error}", remote.url(VERIFY))).into_owned()
    })?;
    let text = if verification.passed {
        format!("As expected: {} matching\n", verification.count)
    } else {
        // The message has several lines.
        verification.message.lines().map(|line| printable(line).into_owned() + "\n").collect()
    };
    print(text.as_bytes()).map_err(|error| format!("cannot write the result: {error}"))?;
    Ok(verification.passed)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut text)?
    } else {
        File::open(file)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut text)?
    };
    if read as u64 > MAX_FILE_BYTES {
        return Err(io::Error::other(format!("it has more than {MAX_FILE_BYTES} bytes")));
    }
    Ok(text)
}

fn content_type(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "yaml" | "yml" => "application/yaml",
        _ => "application/json",
    }
}
