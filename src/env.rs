//! [`Env`]: the only source of time and randomness, so that one day a test can hold both still.

use crate::store::{Etag, Millis};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The clock and the generators of ids.
pub(crate) struct Env {
    writes: AtomicU32,
}

impl Env {
    /// The machine's clock, random ids.
    pub(crate) fn system() -> Self {
        Self { writes: AtomicU32::new(Uuid::new_v4().as_u128() as u32) }
    }

    /// The time, in milliseconds since the epoch.
    pub(crate) fn now(&self) -> Millis {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis::try_from(since_epoch.as_millis()).unwrap_or(Millis::MAX)
    }

    /// An id for a new entity.
    pub(crate) fn entity_id(&self) -> Uuid {
        Uuid::new_v4()
    }

    /// The etag of a write at `now`.
    ///
    /// Each differs from the four billion before it, whatever the clock does: the counter's steps are odd, so they
    /// visit every 32-bit number once before one returns.
    pub(crate) fn etag(&self, now: Millis) -> Etag {
        const STEP: u32 = 0x9e37_79b1;
        Etag::new(self.writes.fetch_add(STEP, Ordering::Relaxed), now)
    }

    /// An id for a request that came without one.
    pub(crate) fn request_id(&self) -> String {
        Uuid::new_v4().to_string()
    }
}
