//! `wrk`, which makes the load: a script from requests, and the figures from what it prints.

use crate::Failure;
use crate::support::process::Server;
use crate::support::socket::HEADERS;
use crate::workload::Prepared;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// What clients saw of one run.
pub struct Seen {
    pub requests: f64,
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Refuses a machine without `wrk`.
pub fn check_installed() -> Result<(), Failure> {
    match Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(_) => Ok(()), // its exit code is 1 even then
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("wrk is not installed; on Debian and Ubuntu: apt-get install wrk".into())
        }
        Err(error) => Err(format!("wrk does not run: {error}").into()),
    }
}

/// Loads a server for some seconds with requests in turn, from `connections` connections.
///
/// # Errors
/// If a single answer was an error or never came.
pub fn run(
    requests: &[Prepared], server: &Server, connections: usize, threads: usize, seconds: u32, folder: &Path,
) -> Result<Seen, Failure> {
    let script = folder.join("wrk.lua");
    fs::write(&script, script_of(requests)?)?;
    let threads = threads.min(connections); // wrk wants at least a connection for each
    let output = Command::new("wrk")
        .args([format!("-t{threads}"), format!("-c{connections}"), format!("-d{seconds}s")])
        .arg("-s")
        .arg(&script)
        .arg(server.url())
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    seen(&printed).map_err(|error| {
        format!("{error}; wrk printed:\n{printed}{}", String::from_utf8_lossy(&output.stderr)).into()
    })
}

/// What a script's last line begins with.
const MARK: &str = "seen: ";

fn script_of(requests: &[Prepared]) -> Result<String, Failure> {
    let mut script = String::from("local requests, at = {}, 0\nfunction init(args)\n  local h\n");
    // Rust's escapes are Lua's too, for the characters that are in use here.
    for Prepared { method, path, headers, body } in requests {
        script.push_str("  h = {");
        for (name, value) in HEADERS.iter().chain(*headers) {
            write!(script, "[{name:?}]={value:?},")?;
        }
        let body = body.as_ref().map_or_else(|| "nil".to_owned(), |body| format!("{body:?}"));
        writeln!(script, "}}\n  requests[#requests + 1] = wrk.format({method:?}, {path:?}, h, {body})")?;
    }
    // No `response` function: it would cost wrk more than the request. `errors.status` counts 400 and above;
    // that a success has the right status is checked beforehand, when the bare server's answers are made.
    script.push_str(
        r#"end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, _)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  io.write(string.format("seen: %d %d %d %d %d\n", failed, summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
"#,
    );
    Ok(script)
}

fn seen(printed: &str) -> Result<Seen, Failure> {
    let line = printed.lines().find_map(|line| line.strip_prefix(MARK)).ok_or("wrk did not finish")?;
    let numbers = line.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [failed, requests, micros, p50_micros, p99_micros] = numbers[..] else {
        return Err("wrk's figures cannot be read".into());
    };
    if failed > 0.0 || requests == 0.0 {
        return Err(format!("{failed} of {requests} requests failed").into());
    }
    Ok(Seen {
        requests,
        requests_per_second: requests / micros * 1e6,
        p50_ms: p50_micros / 1e3,
        p99_ms: p99_micros / 1e3,
    })
}
