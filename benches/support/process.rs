//! [`Server`]: a server in its own process, with the CPU time and memory of that process.

use super::Failure;
use super::environment::remove_flowmock_variables;
use super::process_memory::{RESIDENT, process_memory_kib};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

/// The binary under test, built with the profile `bench`, like the static binary.
pub const FLOWMOCK: &str = env!("CARGO_BIN_EXE_flowmock");

/// A running server, which is killed on drop.
pub struct Server {
    child: Child,
    url: String,
}

/// CPU time spent in the process itself, and in the kernel on its behalf.
pub struct CpuTime {
    pub user: Duration,
    pub system: Duration,
}

impl CpuTime {
    /// Both together.
    pub fn total(&self) -> Duration {
        self.user + self.system
    }
}

impl Server {
    /// Starts flowmock on a free port and discards its log.
    pub fn flowmock(worker_threads: usize, flags: &[&str]) -> Result<Self, Failure> {
        Self::start(Path::new(FLOWMOCK), worker_threads, flags)
    }

    /// Starts `binary`, a build of flowmock, on a free port and discards its log.
    pub fn start(binary: &Path, worker_threads: usize, flags: &[&str]) -> Result<Self, Failure> {
        let mut command = Command::new(binary);
        command
            .args(["--listen", "127.0.0.1:0", "--worker-threads", &worker_threads.to_string()])
            .args(flags);
        remove_flowmock_variables(&mut command);
        Self::spawn(command.stderr(Stdio::null()))
    }

    /// Starts the bare server on a free port; it answers with the constants in the file `answers`.
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

    /// The URL of the server, without a final slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address in the URL.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// The CPU time that the process has used so far.
    pub fn cpu_time(&self) -> Result<CpuTime, Failure> {
        const TICKS_PER_SECOND: u32 = 100; // `USER_HZ`, which does not depend on the kernel's own tick rate
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is the name in parentheses, which may contain anything. The two times are fields 14 and 15.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let mut times = after_name.split_whitespace().skip(11);
        let mut next = || -> Result<Duration, Failure> {
            let ticks: u32 = times.next().ok_or("no CPU times in /proc/PID/stat")?.parse()?;
            Ok(Duration::from_secs(ticks.into()) / TICKS_PER_SECOND)
        };
        Ok(CpuTime { user: next()?, system: next()? })
    }

    /// The resident memory of the process, in KiB.
    pub fn resident_kib(&self) -> Result<u64, Failure> {
        Ok(process_memory_kib(self.child.id(), RESIDENT)?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
