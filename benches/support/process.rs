//! [`Server`]: a server in its own process, with the CPU time and memory of that process.

use super::environment::remove_flowmock_variables;
use super::process_memory::{RESIDENT, process_memory_kib};
use super::{Failure, PATIENCE};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

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
        Self::start_by(&mut Command::new(binary), worker_threads, flags, Stdio::null())
    }

    /// Starts flowmock on a free port. `command` is a build of it, or another program that runs one: the flags are added to
    /// its arguments. The log goes to `log`.
    pub fn start_by(
        command: &mut Command, worker_threads: usize, flags: &[&str], log: impl Into<Stdio>,
    ) -> Result<Self, Failure> {
        command
            .args(["--listen", "127.0.0.1:0", "--worker-threads", &worker_threads.to_string()])
            .args(flags);
        remove_flowmock_variables(command);
        Self::spawn(command.stderr(log))
    }

    /// Starts the bare server on a free port; it answers with the constants in the file `answers`.
    pub fn bare(worker_threads: usize, answers: &Path) -> Result<Self, Failure> {
        Self::bare_by(&mut Command::new(env::current_exe()?), worker_threads, answers)
    }

    /// Starts the bare server by `command`: this program, or another one that runs it.
    pub fn bare_by(command: &mut Command, worker_threads: usize, answers: &Path) -> Result<Self, Failure> {
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

    /// Asks the process to end, by SIGTERM, and waits until it has.
    ///
    /// # Errors
    /// If it takes too long.
    #[cfg(unix)]
    pub fn end(mut self) -> Result<(), Failure> {
        super::signal::send_signal("TERM", self.child.id());
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait()?.is_none() {
            if Instant::now() >= deadline {
                return Err("a server does not end when asked to".into());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
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
