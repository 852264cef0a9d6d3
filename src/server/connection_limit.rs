//! [`ConnectionLimit`]: how many connections may be open at a time.
//!
//! Decided: no connection is refused. Beyond the limit a new connection waits in the system's queue until another is
//! closed; meanwhile idle connections are closed sooner, so that the wait is short. A 503 instead would fail a test
//! because its client's pool keeps idle connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The limit on open connections.
pub(super) struct ConnectionLimit {
    permits: Arc<Semaphore>,
    is_reached: AtomicBool,
    /// Whether the log has a line about the limit: one is enough.
    is_logged: AtomicBool,
}

/// The permit of one open connection, given back when it is dropped.
pub(super) type ConnectionPermit = OwnedSemaphorePermit;

impl ConnectionLimit {
    /// Allows `max` connections at a time; 0 means as many as the system allows.
    pub(super) fn new(max: usize) -> Self {
        let max = if max == 0 { by_open_files() } else { max }.min(Semaphore::MAX_PERMITS);
        Self {
            permits: Arc::new(Semaphore::new(max)),
            is_reached: AtomicBool::default(),
            is_logged: AtomicBool::default(),
        }
    }

    /// Waits until the next connection may be open.
    pub(super) async fn acquire(&self) -> Option<ConnectionPermit> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Some(permit);
        }
        if !self.is_logged.swap(true, Ordering::Relaxed) {
            tracing::warn!("as many connections are open as may be; new ones wait until one is closed");
        }
        self.is_reached.store(true, Ordering::Relaxed);
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        self.is_reached.store(false, Ordering::Relaxed);
        permit.ok()
    }

    /// Whether the limit is reached, and connections may be waiting.
    pub(super) fn is_reached(&self) -> bool {
        self.is_reached.load(Ordering::Relaxed)
    }
}

/// Seven eighths of the files that the process may have open: each connection is one, and other files are needed too.
fn by_open_files() -> usize {
    #[cfg(unix)]
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    let most: Option<u64> = None;
    let most = most.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    (most - most / 8).max(1)
}
