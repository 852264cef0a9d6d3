//! How a program that starts the binary learns its address and takes it along when it ends: `docs/embedding.md`.

use crate::common::PATIENCE;
use crate::common::process::{ChildGuard, Server, failed_start, flowmock};
use serde_json::{Value, json};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Waits until the file exists and returns its line.
#[track_caller]
fn await_port_file(path: &Path) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Ok(line) = fs::read_to_string(path) {
            assert!(line.ends_with("}\n") && line.lines().count() == 1, "{line:?}");
            return serde_json::from_str(&line).unwrap();
        }
        assert!(Instant::now() < deadline, "no port file");
        thread::sleep(Duration::from_millis(5));
    }
}

/// A server without any pipe but its standard input, as a test helper starts it.
fn quiet(args: &[&str]) -> Child {
    let mut command = flowmock(["--listen", "127.0.0.1:0"].iter().chain(args).copied());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Waits for the end of a process and returns its exit code.
#[track_caller]
fn exit_code(mut child: Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    panic!("the server did not end");
}

#[test]
fn the_port_file_has_the_address_and_goes_at_the_end() {
    let folder = folder();
    let path = folder.path().join("port.json");
    fs::write(&path, "{\"port\":1}\n").unwrap();
    let mut child = quiet(&["--port-file", text(&path), "--stop-with-stdin"]);
    let line = loop {
        let line = await_port_file(&path);
        if line["port"] != 1 {
            break line; // the old file is gone
        }
    };
    let (port, url) = (line["port"].as_u64().unwrap(), line["url"].as_str().unwrap());
    assert_eq!(
        line,
        json!({
            "url": format!("http://127.0.0.1:{port}"), "address": "127.0.0.1", "port": port, "pid": child.id(),
            "version": env!("CARGO_PKG_VERSION"),
        })
    );
    let health = reqwest::blocking::get(format!("{url}/_flowmock/health")).unwrap();
    assert_eq!(health.status(), 200);
    let beside: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(beside, ["port.json"]);
    drop(child.stdin.take());
    assert_eq!(exit_code(child), Some(0));
    assert!(!path.exists());
}

#[test]
fn a_port_file_of_a_later_server_stays() {
    let folder = folder();
    let path = folder.path().join("port.json");
    let mut first = quiet(&["--port-file", text(&path), "--stop-with-stdin"]);
    await_port_file(&path);
    let mut second = ChildGuard(quiet(&["--port-file", text(&path), "--stop-with-stdin"]));
    let deadline = Instant::now() + PATIENCE;
    while fs::read_to_string(&path)
        .map_or(true, |line| !line.contains(&format!("\"pid\":{},", second.0.id())))
    {
        assert!(Instant::now() < deadline);
        thread::sleep(Duration::from_millis(5));
    }
    drop(first.stdin.take());
    assert_eq!(exit_code(first), Some(0));
    assert_eq!(await_port_file(&path)["pid"], second.0.id());
    drop(second.0.stdin.take());
}

#[cfg(unix)]
#[test]
fn the_line_can_go_to_a_descriptor() {
    let mut command = Command::new("sh");
    command.arg("-c").arg(
        "exec \"$FLOWMOCK\" --listen 127.0.0.1:0 --stop-with-stdin --port-file /dev/fd/3 3>&1 >/dev/null",
    );
    command.env("FLOWMOCK", env!("CARGO_BIN_EXE_flowmock"));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut pipe = child.stdout.take().unwrap();
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        let mut byte = [0];
        pipe.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    let line: Value = serde_json::from_slice(&line).unwrap();
    assert_eq!(line["pid"], child.id());
    drop(child.stdin.take());
    assert_eq!(exit_code(child), Some(0));
}

#[test]
fn a_port_file_that_cannot_be_written_prevents_the_start() {
    let folder = folder();
    let missing = folder.path().join("missing/port.json");
    let start = |path: &Path| failed_start(["--listen", "127.0.0.1:0", "--port-file", text(path)]);
    assert_eq!(start(&missing), format!("--port-file {}: its folder does not exist", missing.display()));
    assert_eq!(
        start(folder.path()),
        format!("--port-file {}: is a folder; name a file in it", folder.path().display())
    );
}

#[test]
fn without_the_flag_the_end_of_standard_input_means_nothing() {
    let folder = folder();
    let path = folder.path().join("port.json");
    let mut child = ChildGuard(quiet(&["--port-file", text(&path)]));
    let url = await_port_file(&path)["url"].as_str().unwrap().to_owned();
    drop(child.0.stdin.take());
    thread::sleep(Duration::from_millis(100));
    assert_eq!(reqwest::blocking::get(url + "/_flowmock/health").unwrap().status(), 200);
}

/// A shell that starts a server with `args` and then waits, so that it can be killed. Returns the server's port file.
#[cfg(unix)]
fn parent_of_a_server(path: &Path, args: &str) -> (Child, Value) {
    let script = format!("\"$FLOWMOCK\" --listen 127.0.0.1:0 --port-file \"$PORT_FILE\" {args} & wait");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env("FLOWMOCK", env!("CARGO_BIN_EXE_flowmock")).env("PORT_FILE", path);
    let parent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    (parent, await_port_file(path))
}

#[cfg(unix)]
#[test]
fn a_server_ends_with_its_parent_even_if_that_is_killed() {
    let folder = folder();
    let path = folder.path().join("port.json");
    let (mut parent, line) = parent_of_a_server(&path, "--parent-pid $$");
    parent.kill().unwrap();
    parent.wait().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while path.exists() {
        assert!(Instant::now() < deadline, "the server {} did not end", line["pid"]);
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn a_server_ends_with_a_process_that_is_not_its_parent_and_is_not_waited_for() {
    let mut other = ChildGuard(Command::new("sleep").arg("1000").spawn().unwrap());
    let server = Server::start(["--parent-pid", &other.0.id().to_string()]);
    other.0.kill().unwrap();
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(0));
    assert!(log.iter().any(|line| line.contains("signal=\"the end of its parent\"")), "{log:?}");
    _ = other.0.wait();
}

#[cfg(unix)]
#[test]
fn an_unknown_parent_prevents_the_start() {
    let ended = Command::new("true").spawn().unwrap();
    let pid = ended.id().to_string();
    exit_code(ended);
    for pid in [&*pid, "0", "4294967295"] {
        let reason = failed_start(["--listen", "127.0.0.1:0", "--parent-pid", pid]);
        assert_eq!(reason, format!("--parent-pid {pid}: there is no such process"));
    }
}

#[test]
fn the_log_goes_to_a_file_behind_its_old_lines() {
    let folder = folder();
    let (path, port_file) = (folder.path().join("flowmock.log"), folder.path().join("port.json"));
    fs::write(&path, "an old line\n").unwrap();
    let args = ["--log-file", text(&path), "--stop-with-stdin", "--port-file", text(&port_file)];
    let mut command = flowmock(["--listen", "127.0.0.1:0"].into_iter().chain(args));
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let url = await_port_file(&port_file)["url"].as_str().unwrap().to_owned();
    assert_eq!(reqwest::blocking::get(url + "/unknown").unwrap().status(), 404);
    let mut stderr = child.stderr.take().unwrap();
    drop(child.stdin.take());
    assert_eq!(exit_code(child), Some(0));
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    let log = fs::read_to_string(&path).unwrap();
    assert!(log.starts_with("an old line\n") && log.contains("path=\"/unknown\""), "{log}");
    assert!(log.contains("signal=\"the end of standard input\""), "{log}");
    assert!(!log.contains('\u{1b}'), "no colours: {log}");
}

#[test]
fn a_log_file_that_cannot_be_opened_prevents_the_start() {
    let folder = folder();
    let path = folder.path().join("missing/flowmock.log");
    let reason = failed_start(["--listen", "127.0.0.1:0", "--log-file", text(&path)]);
    assert!(reason.starts_with(&format!("--log-file {}: ", path.display())), "{reason}");
}

#[test]
fn with_a_log_file_the_reason_of_a_failed_start_is_on_standard_error() {
    let folder = folder();
    let (path, taken) = (folder.path().join("flowmock.log"), Server::start([]));
    let address = taken.address.to_string();
    let reason = failed_start(["--listen", &address, "--log-file", text(&path)]);
    assert!(reason.contains(&address), "{reason}");
}

/// The example of the documentation in that language.
fn example(language: &str) -> &'static str {
    let page = include_str!("../../docs/embedding.md");
    let begun = page.split(&format!("```{language}\n")).nth(1).expect("an example");
    begun.split("```").next().unwrap()
}

/// Runs an example with the binary in the `PATH`, and asserts that its server listens while it runs and is gone afterwards.
/// Skips it where `program` is absent.
#[cfg(unix)]
#[track_caller]
fn run_example(language: &str, file: &str, program: &str, check: &[&str]) {
    if Command::new(program).args(check).stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        return println!("skipped: there is no {program} on this machine");
    }
    let folder = folder();
    let ask = match language {
        "python" => {
            "import urllib.request; urllib.request.urlopen(url + '/_flowmock/health'); print(url)  # the tests"
        }
        "js" => "await fetch(url + '/_flowmock/health'); console.log(url) // the tests",
        _ => {
            "new java.net.URI(url + \"/_flowmock/health\").toURL().openStream().close(); System.out.println(url); // the tests"
        }
    };
    let printing =
        example(language).lines().find(|line| line.ends_with(" the tests")).expect("a line for tests").trim();
    let path = folder.path().join(file);
    fs::write(&path, example(language).replace(printing, ask)).unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_flowmock")).parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap();
    let search = std::env::join_paths([binary].into_iter().chain(std::env::split_paths(&others))).unwrap();
    let mut command = Command::new(program);
    command.arg(&path).env("PATH", search).env("TMPDIR", folder.path()).stdin(Stdio::null());
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let address = printed.trim().strip_prefix("http://").unwrap_or_else(|| panic!("no URL in {printed:?}"));
    assert!(std::net::TcpStream::connect(address).is_err(), "the server at {address} still listens");
}

#[cfg(unix)]
#[test]
fn the_python_example_starts_and_stops_a_server() {
    run_example("python", "embedding.py", "python3", &["--version"]);
}

#[cfg(unix)]
#[test]
fn the_node_example_starts_and_stops_a_server() {
    run_example("js", "embedding.mjs", "node", &["--version"]);
}

#[cfg(unix)]
#[test]
fn the_java_example_starts_and_stops_a_server() {
    if Command::new("javac").arg("-version").stderr(Stdio::null()).status().is_err() {
        return println!("skipped: there is no Java compiler on this machine");
    }
    run_example("java", "Embedding.java", "java", &["-version"]);
}
