//! Notices the end of the program that started the server: the end of standard input, or of a process.

use std::io::{self, Read};
use std::thread;
use tokio::sync::mpsc::UnboundedSender;

/// Reports the end of standard input to `ended`, from a thread of its own. Whatever arrives before is ignored.
///
/// # Errors
/// If the system refuses to start a thread.
pub(crate) fn watch_stdin(ended: UnboundedSender<&'static str>) -> Result<(), String> {
    spawn(move || {
        let (mut stdin, mut ignored) = (io::stdin().lock(), [0; 1024]);
        loop {
            match stdin.read(&mut ignored) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => break,
                Ok(_) => {}
            }
        }
        _ = ended.send("the end of standard input");
    })
}

/// Reports the end of the process with that id to `ended`, from a thread of its own.
///
/// # Errors
/// If there is no such process, or the system cannot watch it.
#[cfg(unix)]
pub(crate) fn watch_process(pid: u32, ended: UnboundedSender<&'static str>) -> Result<(), String> {
    use std::time::Duration;

    const PERIOD: Duration = Duration::from_millis(250);
    let unknown = || format!("--parent-pid {pid}: there is no such process");
    let id = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).ok_or_else(unknown)?;
    let was_own_parent = rustix::process::getppid() == Some(id);
    let mut watched = process::Watched::new(id).ok_or_else(unknown)?;
    spawn(move || {
        // A parent that ended but is not yet waited for still exists; its children have another parent at once.
        let is_orphan = || was_own_parent && rustix::process::getppid() != Some(id);
        while !is_orphan() && !watched.has_ended_within(PERIOD) {}
        _ = ended.send("the end of its parent");
    })
}

/// Refuses, since only Unix systems have what it takes.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub(crate) fn watch_process(_: u32, _: UnboundedSender<&'static str>) -> Result<(), String> {
    Err("--parent-pid is not available on this system; use --stop-with-stdin".to_owned())
}

fn spawn(watch: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let started = thread::Builder::new().name("flowmock-parent".to_owned()).spawn(watch);
    started.map(drop).map_err(|error| format!("cannot start a thread: {error}"))
}

#[cfg(target_os = "linux")]
mod process {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fd::OwnedFd;
    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, pidfd_open, test_kill_process};
    use std::thread;
    use std::time::Duration;

    /// A process. With a descriptor, its id cannot be mistaken for that of a later process; some sandboxes give none.
    pub(super) struct Watched(Pid, Option<OwnedFd>);

    impl Watched {
        /// The process with that id, if there is one.
        pub(super) fn new(id: Pid) -> Option<Self> {
            match pidfd_open(id, PidfdFlags::empty()) {
                Ok(descriptor) => Some(Self(id, Some(descriptor))),
                Err(Errno::SRCH) => None,
                Err(_) => super::exists(test_kill_process(id)).then_some(Self(id, None)),
            }
        }

        /// Waits for its end, at most that long.
        pub(super) fn has_ended_within(&mut self, period: Duration) -> bool {
            let Self(id, descriptor) = self;
            let Some(descriptor) = descriptor else {
                thread::sleep(period);
                return !super::exists(test_kill_process(*id));
            };
            let timeout = Timespec { tv_sec: 0, tv_nsec: period.subsec_nanos().into() };
            let mut events = [PollFd::new(descriptor, PollFlags::IN)];
            poll(&mut events, Some(&timeout)).is_ok_and(|ready| ready > 0)
        }
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod process {
    use rustix::process::{Pid, test_kill_process};
    use std::thread;
    use std::time::Duration;

    /// A process, by its id.
    pub(super) struct Watched(Pid);

    impl Watched {
        /// The process with that id, if there is one.
        pub(super) fn new(id: Pid) -> Option<Self> {
            super::exists(test_kill_process(id)).then_some(Self(id))
        }

        /// Waits for its end, at most that long.
        pub(super) fn has_ended_within(&mut self, period: Duration) -> bool {
            thread::sleep(period);
            !super::exists(test_kill_process(self.0))
        }
    }
}

/// Whether a process exists, by the answer to a signal that is not sent; it may belong to another user.
#[cfg(unix)]
fn exists(tested: rustix::io::Result<()>) -> bool {
    !matches!(tested, Err(rustix::io::Errno::SRCH))
}
