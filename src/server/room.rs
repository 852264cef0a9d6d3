//! [`Room`]: how many connections may be open at a time.
//!
//! Decided: beyond that nobody is refused. A new connection waits, in the system's queue, until another is closed; and
//! connections without a request are closed sooner while all places are taken, so that none waits for long on clients
//! that want nothing. A 503 would fail a test for what its client's pool of idle connections did.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for connections.
pub(super) struct Room {
    places: Arc<Semaphore>,
    is_taken: AtomicBool,
    /// Whether the log has it that all places were taken: a line for each connection would be no help.
    is_told: AtomicBool,
}

/// A connection's place, given back when this is dropped.
pub(super) type Place = OwnedSemaphorePermit;

impl Room {
    /// Room for `max` connections at a time; 0 means as many as the system allows.
    pub(super) fn new(max: usize) -> Self {
        let places = if max == 0 { by_open_files() } else { max }.min(Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places)),
            is_taken: AtomicBool::default(),
            is_told: AtomicBool::default(),
        }
    }

    /// A place for the next connection, once there is one.
    pub(super) async fn place(&self) -> Option<Place> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(place);
        }
        if !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::warn!("as many connections are open as may be; new ones wait until one is closed");
        }
        self.is_taken.store(true, Ordering::Relaxed);
        let place = Arc::clone(&self.places).acquire_owned().await;
        self.is_taken.store(false, Ordering::Relaxed);
        place.ok()
    }

    /// Whether all places are taken, and somebody may wait for one.
    pub(super) fn is_taken(&self) -> bool {
        self.is_taken.load(Ordering::Relaxed)
    }
}

/// Seven eighths of the files that the process may have open now: a connection is one, and others are needed too.
fn by_open_files() -> usize {
    #[cfg(unix)]
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    let most: Option<u64> = None;
    let most = most.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    (most - most / 8).max(1)
}
