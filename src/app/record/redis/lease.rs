//! [`Leases`]: what only one server does at a time, and who is there.

use super::super::log::LogError;
use super::connection::Link;
use super::entry::text;
use super::keys::Keys;
use redis::{Pipeline, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a server counts as present that is not heard of, in milliseconds: it may have stopped for a while.
const PRESENT_MS: u64 = 30_000;
/// How long it counts as the one that delivers notifications, in milliseconds.
const NOTIFIER_MS: u64 = 6000;
/// How often it says so.
const RENEW_EVERY: Duration = Duration::from_secs(2);
/// How long one may take to write a snapshot, in milliseconds.
const SNAPSHOT_MS: u64 = 120_000;

/// The leases of a server.
pub(super) struct Leases {
    replica: String,
    notifier: String,
    snapshot: String,
    replicas: String,
    presence: String,
    is_notifier: Arc<AtomicBool>,
    renew_at: Instant,
    /// Until when it delivers notifications if it hears nothing.
    notifier_until: Instant,
}

impl Leases {
    /// Those of the server with that name.
    pub(super) fn new(replica: &str, keys: &Keys) -> Self {
        Self {
            replica: replica.to_owned(),
            notifier: keys.notifier_lease.clone(),
            snapshot: keys.snapshot_lease.clone(),
            replicas: keys.replicas.clone(),
            presence: format!("{}{replica}", keys.presence),
            is_notifier: Arc::default(),
            renew_at: Instant::now(),
            notifier_until: Instant::now(),
        }
    }

    /// Whether this server is the one that delivers notifications.
    pub(super) fn is_notifier(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_notifier)
    }

    /// Adds what is to be asked to a pipeline; returns the number of its answers.
    pub(super) fn ask(&mut self, pipe: &mut Pipeline) -> usize {
        let now = Instant::now();
        if self.notifier_until <= now {
            self.is_notifier.store(false, Ordering::Relaxed);
        }
        if now < self.renew_at {
            return 0;
        }
        self.renew_at = now + RENEW_EVERY;
        pipe.cmd("SADD").arg(&self.replicas).arg(&self.replica);
        pipe.cmd("SET").arg(&self.presence).arg(1).arg("PX").arg(PRESENT_MS);
        // The holder's lease is prolonged: whoever holds it is there to do so.
        let condition = if self.is_notifier.load(Ordering::Relaxed) { "XX" } else { "NX" };
        pipe.cmd("SET").arg(&self.notifier).arg(&self.replica).arg(condition).arg("PX").arg(NOTIFIER_MS);
        pipe.cmd("GET").arg(&self.notifier);
        4
    }

    /// Takes notice of the answers.
    pub(super) fn hear(&mut self, answers: Vec<Value>) {
        let Some(holder) = answers.last() else { return };
        let is_own = text(holder) == Some(&self.replica);
        self.is_notifier.store(is_own, Ordering::Relaxed);
        if is_own {
            // Less than the lease, since the answer may have come late.
            self.notifier_until = Instant::now() + Duration::from_millis(NOTIFIER_MS / 2);
        }
    }

    /// Tells the others that this server is gone.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn leave(&self, link: &mut Link) -> Result<(), LogError> {
        let mut leave = redis::pipe();
        leave.cmd("SREM").arg(&self.replicas).arg(&self.replica).ignore();
        leave.cmd("DEL").arg(&self.presence).ignore();
        if self.is_notifier.load(Ordering::Relaxed) {
            leave.cmd("DEL").arg(&self.notifier).ignore();
        }
        link.query(&leave)
    }

    /// Whether this server may write a snapshot; then nobody else may for a while.
    ///
    /// # Errors
    /// [`LogError`].
    pub(super) fn take_snapshot(&self, link: &mut Link) -> Result<bool, LogError> {
        let mut take = redis::cmd("SET");
        take.arg(&self.snapshot).arg(&self.replica).arg("NX").arg("PX").arg(SNAPSHOT_MS);
        let taken: Option<String> = link.ask(&take)?;
        Ok(taken.is_some())
    }
}
