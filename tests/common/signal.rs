//! Signals to processes. Tests and benchmarks include this file.

use std::process::Command;

/// Sends a signal to a process; `signal` is a name without `SIG`, such as `TERM`.
#[track_caller]
pub fn send_signal(signal: &str, pid: u32) {
    // Small systems have no program `kill`, but every shell has a built-in one.
    let kill = format!("kill -{signal} {pid}");
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}
