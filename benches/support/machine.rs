//! The machine and the date of the measurement, without which the figures cannot be compared.

use super::Failure;
use std::process::Command;
use std::{fs, thread};

/// Describes flowmock's version, the date, the machine and its load in one sentence.
pub fn description() -> Result<String, Failure> {
    let read = |path: &str| fs::read_to_string(path).map(|text| text.trim().to_owned());
    let cpus = read("/proc/cpuinfo")?;
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown CPU", |(_, model)| model);
    let kernel = read("/proc/sys/kernel/osrelease")?;
    let date = Command::new("date").arg("+%Y-%m-%d").output()?.stdout;
    let date = String::from_utf8(date)?;
    let cores = thread::available_parallelism()?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!(
        "flowmock {version}, {}, on {cores} cores of {model}, Linux {kernel}, {} before the run.",
        date.trim(),
        load()?
    ))
}

/// The machine's load average: other processes than those of a benchmark make its figures worse.
pub fn load() -> Result<String, Failure> {
    let load = fs::read_to_string("/proc/loadavg")?;
    Ok(format!("load average {}", load.split(' ').take(3).collect::<Vec<_>>().join(" ")))
}
