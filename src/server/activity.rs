//! [`Activity`]: whether a connection is in use, and whether closing it resets it. [`Exchange`]: one request on a
//! connection and its response.

use super::connection_limit::ConnectionLimit;
use crate::base::body::incoming::OpenBodies;
use crate::base::budget::{Budget, MAX_UNREAD, Unread};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::sleep;

/// The result of a write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// The socket took bytes.
    Bytes,
    /// The socket cannot take more bytes at the moment.
    Later,
    /// The write failed, or there was nothing to write.
    Nothing,
}

/// The activity on one connection.
#[derive(Default)]
pub(super) struct Activity {
    /// The number of requests that are being answered.
    in_flight: AtomicUsize,
    /// The number of responses whose body hyper has not taken completely.
    unsent: AtomicUsize,
    /// Grows with every sign of progress; only its changes matter.
    progress: AtomicUsize,
    /// Grows whenever bytes are read or written; only its changes matter.
    traffic: AtomicUsize,
    /// Whether the socket cannot take more bytes at the moment.
    is_congested: AtomicBool,
    /// The number of HTTP/1 heads that were read. If it is not zero, writes count as progress: over HTTP/1 a write is part
    /// of a response, over HTTP/2 it may be just a ping.
    heads: AtomicUsize,
    /// The bytes of responses that are unread, over HTTP/2.
    unread: AtomicUsize,
    /// The requests whose bodies have not ended.
    pub(super) bodies: Arc<OpenBodies>,
    /// The responses that were made for the connection and are unread, over HTTP/2.
    pub(super) made: Arc<Unread>,
    /// Notified when `unread` falls below [`MAX_UNREAD`].
    was_read: Notify,
    /// Whether closing the connection resets it.
    resets: AtomicBool,
}

impl Activity {
    /// Counts a request as in flight, and its response as unsent, until the returned guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Exchange {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        Exchange { activity: Arc::clone(self), is_answered: false }
    }

    /// Whether a request is in flight, or a response that the client has yet to read.
    pub(super) fn is_in_use(&self) -> bool {
        self.in_flight.load(Ordering::Relaxed) > 0
            || self.unsent.load(Ordering::Relaxed) > 0
            || self.is_congested.load(Ordering::Relaxed)
    }

    /// A number that changes whenever bytes are read or written.
    pub(super) fn traffic(&self) -> usize {
        self.traffic.load(Ordering::Relaxed)
    }

    /// Records that bytes were read or written.
    pub(super) fn note_traffic(&self) {
        // Only the connection's own task writes this number, so a load and a store are enough, and faster than an atomic
        // addition.
        self.traffic.store(self.traffic().wrapping_add(1), Ordering::Relaxed);
    }

    /// Records the result of a write. If the socket took bytes, this is progress.
    pub(super) fn note_write(&self, outcome: Written) {
        self.is_congested.store(outcome == Written::Later, Ordering::Relaxed);
        if outcome == Written::Bytes {
            self.note_traffic();
            if self.heads() > 0 {
                self.note_progress();
            }
        }
    }

    /// Makes closing the connection reset it: unsent bytes are discarded.
    pub(super) fn reset_at_the_end(&self) {
        self.resets.store(true, Ordering::Relaxed);
    }

    /// Whether closing the connection resets it.
    pub(super) fn resets(&self) -> bool {
        self.resets.load(Ordering::Relaxed)
    }

    /// Counts the head of an HTTP/1 request.
    pub(super) fn count_head(&self) {
        // Only the connection's own task writes this number.
        self.heads.store(self.heads().wrapping_add(1), Ordering::Relaxed);
    }

    /// The number of HTTP/1 heads that were read.
    pub(super) fn heads(&self) -> usize {
        self.heads.load(Ordering::Relaxed)
    }

    /// Waits until the client has read enough of the earlier responses.
    pub(super) async fn wait_until_read(&self) {
        loop {
            let mut was_read = pin!(self.was_read.notified());
            was_read.as_mut().enable(); // before `unread` is checked, or a notification could be missed
            if self.unread.load(Ordering::SeqCst) < MAX_UNREAD {
                break;
            }
            was_read.await;
        }
    }

    /// Counts the bytes of a new response as unread.
    pub(super) fn add_unread(&self, bytes: usize) {
        self.unread.fetch_add(bytes, Ordering::SeqCst);
        self.note_progress();
    }

    /// Counts bytes as read: they were sent.
    pub(super) fn mark_read(&self, bytes: usize) {
        self.discard_unread(bytes);
        self.note_progress();
    }

    /// Counts bytes as no longer unread: they were sent, or never will be.
    pub(super) fn discard_unread(&self, bytes: usize) {
        if self.unread.fetch_sub(bytes, Ordering::SeqCst) >= MAX_UNREAD {
            self.was_read.notify_waiters();
        }
    }

    fn note_progress(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the connection has been idle for `timeout`, or at most a quarter longer: no request in flight and no
    /// progress, since the client is idle, sends a head too slowly or does not read. A quarter of the timeout is enough while
    /// the limit on connections is reached, and for a client that does not read while others wait for the `budget`.
    ///
    /// hyper's own timeout for heads would start a timer for every request, and does not apply to HTTP/2 or before the
    /// version is known.
    pub(super) async fn idle(&self, timeout: Duration, limit: &ConnectionLimit, budget: &Budget) {
        const CHECKS: u32 = 4;
        let (mut progress, mut idle_checks) = (0, 0);
        let is_in_the_way = || limit.is_reached() || budget.is_spent() && self.is_in_use();
        while idle_checks < if is_in_the_way() { 1 } else { CHECKS } {
            sleep(timeout / CHECKS).await;
            let is_busy = self.in_flight.load(Ordering::Relaxed) > self.made.waiting();
            let before = progress;
            // A head counts too: its response may wait for the connections that are ready.
            progress = self.progress.load(Ordering::Relaxed).wrapping_add(self.heads());
            idle_checks = if is_busy || progress != before { 0 } else { idle_checks + 1 };
        }
    }
}

/// A request and its response, from the request's head until hyper has the whole response.
pub(super) struct Exchange {
    activity: Arc<Activity>,
    is_answered: bool,
}

impl Exchange {
    /// Records that the response is ready: the request is no longer in flight, and the response is unsent.
    pub(super) fn answered(mut self) -> Self {
        self.activity.unsent.fetch_add(1, Ordering::Relaxed);
        self.activity.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.is_answered = true;
        self
    }

    /// The activity on the connection.
    pub(super) fn activity(&self) -> &Activity {
        &self.activity
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let count = if self.is_answered { &self.activity.unsent } else { &self.activity.in_flight };
        count.fetch_sub(1, Ordering::Relaxed);
    }
}
