//! Runs `wrk`, which generates the load: writes its script and reads the figures that it prints.

use super::Failure;
use super::process::Server;
use super::socket::HEADERS;
use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

/// A request in the form in which `wrk` gets it.
pub struct Prepared {
    pub method: &'static str,
    pub path: String,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: Option<String>,
}

/// The figures of one run, as clients saw them.
pub struct Figures {
    pub requests: f64,
    pub requests_per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Fails if `wrk` is not installed.
pub fn check_installed() -> Result<(), Failure> {
    match Command::new("wrk").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status() {
        Ok(_) => Ok(()), // the exit code of `wrk -v` is 1
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("wrk is not installed; on Debian and Ubuntu: apt-get install wrk".into())
        }
        Err(error) => Err(format!("wrk does not run: {error}").into()),
    }
}

/// Sends `requests` in turn for some seconds, over a number of TCP connections. Several servers get equal numbers of them,
/// each from a thread of its own.
///
/// # Errors
/// If any request failed or was answered with an error.
pub fn run(
    requests: &[Prepared], servers: &[Server], connections: usize, threads: usize, seconds: u32,
    folder: &Path,
) -> Result<Figures, Failure> {
    let script = folder.join("wrk.lua");
    let first = servers.first().ok_or("there is no server")?;
    fs::write(&script, lua_script(requests)? + &lua_setup(servers))?;
    // wrk needs at least one connection per thread.
    let threads = threads.max(servers.len()).min(connections);
    let output = Command::new("wrk")
        .args([format!("-t{threads}"), format!("-c{connections}"), format!("-d{seconds}s")])
        .arg("-s")
        .arg(&script)
        .arg(first.url())
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    parse(&printed).map_err(|error| {
        format!("{error}; wrk printed:\n{printed}{}", String::from_utf8_lossy(&output.stderr)).into()
    })
}

/// The prefix of the line in which the script prints the figures.
const PREFIX: &str = "figures: ";

fn lua_script(requests: &[Prepared]) -> Result<String, Failure> {
    let mut script = String::from("local requests, at = {}, 0\nfunction init(args)\n  local h\n");
    // Rust and Lua escape the characters that occur here in the same way.
    for Prepared { method, path, headers, body } in requests {
        script.push_str("  h = {");
        for (name, value) in HEADERS.iter().chain(*headers) {
            write!(script, "[{name:?}]={value:?},")?;
        }
        let body = body.as_ref().map_or_else(|| "nil".to_owned(), |body| format!("{body:?}"));
        writeln!(script, "}}\n  requests[#requests + 1] = wrk.format({method:?}, {path:?}, h, {body})")?;
    }
    // There is no `response` function, because calling it would cost wrk more than the request. `errors.status` counts
    // 400 and above; `Workload::constants` has already checked the exact status of each success.
    script.push_str(
        r#"end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, _)
  local e = summary.errors
  local failed = e.status + e.connect + e.read + e.write + e.timeout
  io.write(string.format("figures: %d %d %d %d %d\n", failed, summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99)))
end
"#,
    );
    Ok(script)
}

/// Gives each thread of wrk the address of one server.
fn lua_setup(servers: &[Server]) -> String {
    let mut setup = String::from("local addresses, threads = {}, 0\n");
    for (host, port) in servers.iter().filter_map(|server| server.address().split_once(':')) {
        setup += &format!("addresses[#addresses + 1] = wrk.lookup({host:?}, {port:?})[1]\n");
    }
    setup += r#"function setup(thread)
  thread.addr = addresses[threads % #addresses + 1]
  threads = threads + 1
end
"#;
    setup
}

fn parse(printed: &str) -> Result<Figures, Failure> {
    let line = printed.lines().find_map(|line| line.strip_prefix(PREFIX)).ok_or("wrk did not finish")?;
    let numbers = line.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
    let [failed, requests, micros, p50_micros, p99_micros] = numbers[..] else {
        return Err("the figures of wrk cannot be read".into());
    };
    if failed > 0.0 || requests == 0.0 {
        return Err(format!("{failed} of {requests} requests failed").into());
    }
    Ok(Figures {
        requests,
        requests_per_second: requests / micros * 1e6,
        p50_ms: p50_micros / 1e3,
        p99_ms: p99_micros / 1e3,
    })
}
