//! The memory of a process, as Linux reports it. Tests and benchmarks include this file by its path.

use std::{fs, io};

/// Resident memory now, a field of `/proc/PID/status`.
pub const RESIDENT: &str = "VmRSS";

/// The highest resident memory so far, a field of `/proc/PID/status`.
#[allow(dead_code, reason = "not every program that includes this file needs it")]
pub const PEAK: &str = "VmHWM";

/// Reads a field of `/proc/PID/status`, in KiB.
///
/// # Errors
/// If there is no such file, as on systems other than Linux, or it does not have the field.
pub fn process_memory_kib(pid: u32, field: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    let kib = value.and_then(|value| value.trim().strip_suffix(" kB")?.parse().ok());
    kib.ok_or_else(|| io::Error::other(format!("/proc/{pid}/status has no {field}")))
}
