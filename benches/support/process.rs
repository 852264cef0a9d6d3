//! [`Server`]: a server in a process of its own, and what the system says of that process.

use super::Failure;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

/// The binary under test, of the profile `bench`, which is that of the static binary.
pub const FLOWMOCK: &str = env!("CARGO_BIN_EXE_flowmock");

/// A running server. It is killed when this is dropped.
pub struct Server {
    child: Child,
    url: String,
}

/// CPU time: the process's own, and the kernel's on its behalf.
pub struct CpuTime {
    pub user: Duration,
    pub system: Duration,
}

impl Server {
    /// Starts flowmock on a free port; its log goes to `/dev/null`.
    pub fn flowmock(worker_threads: usize, flags: &[&str]) -> Result<Self, Failure> {
        Self::of(Path::new(FLOWMOCK), worker_threads, flags)
    }

    /// The same of another binary.
    pub fn of(binary: &Path, worker_threads: usize, flags: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(binary);
        command
            .args(["--listen", "127.0.0.1:0", "--worker-threads", &worker_threads.to_string()])
            .args(flags);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("FLOWMOCK_")) {
                command.env_remove(name);
            }
        }
        Self::spawn(command.stderr(Stdio::null()))
    }

    /// Starts the bare server on a free port.
    pub fn bare(worker_threads: usize, answers: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(env::current_exe()?);
        Self::spawn(command.arg("bare").arg(worker_threads.to_string()).arg(answers))
    }

    fn spawn(command: &mut Command) -> Result<Self, Failure> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take();
        let mut server = Self { child, url: String::new() };
        let mut line = String::new();
        if let Some(stdout) = stdout {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let at = line.find("http://").ok_or("a server did not start")?;
        server.url = line[at..].trim_end().to_owned();
        Ok(server)
    }

    /// Without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address in its URL.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The CPU time that it has taken so far.
    pub fn cpu_time(&self) -> Result<CpuTime, Failure> {
        const TICKS_PER_SECOND: u32 = 100; // of `USER_HZ`, whatever the kernel's own clock does
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is the name in brackets, which may hold anything; the two times are the 14th and
        // 15th.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let mut times = after_name.split_whitespace().skip(11);
        let mut next = || -> Result<Duration, Failure> {
            let ticks: u32 = times.next().ok_or("no CPU times in /proc/PID/stat")?.parse()?;
            Ok(Duration::from_secs(ticks.into()) / TICKS_PER_SECOND)
        };
        Ok(CpuTime { user: next()?, system: next()? })
    }

    /// The memory that it occupies, in KiB.
    pub fn resident_kib(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
