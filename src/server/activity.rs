//! [`Activity`]: whether a connection is in use, and whether it is to be reset at its end.

use super::connection_limit::ConnectionLimit;
use super::stream::Stream;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::sleep;

/// How many bytes of responses may be unread on an HTTP/2 connection before further requests wait.
const MAX_UNREAD: usize = 4 * 1024 * 1024;

/// The activity on one connection.
#[derive(Default)]
pub(super) struct Activity {
    /// The number of requests that are being answered.
    in_flight: AtomicUsize,
    /// The number of responses of which hyper has not taken the whole body.
    unsent: AtomicUsize,
    /// Grows with every sign of progress; only its changes matter.
    progress: AtomicUsize,
    /// Grows whenever bytes are read or written; only its changes matter.
    traffic: AtomicUsize,
    /// Whether the socket takes no more bytes at the moment.
    is_congested: AtomicBool,
    /// Whether writing is a sign of progress: over HTTP/1 it is a response, over HTTP/2 it may be no more than a ping.
    is_http1: AtomicBool,
    /// The bytes of responses that are unread, over HTTP/2.
    unread: AtomicUsize,
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

    fn note_traffic(&self) {
        // Only the connection's own task writes it, so two operations do instead of a slower atomic one.
        self.traffic.store(self.traffic().wrapping_add(1), Ordering::Relaxed);
    }

    /// Makes closing the connection reset it: unsent bytes are discarded.
    pub(super) fn reset_at_the_end(&self) {
        self.resets.store(true, Ordering::Relaxed);
    }

    /// Notes that the connection speaks HTTP/1.
    pub(super) fn speaks_http1(&self) {
        self.is_http1.store(true, Ordering::Relaxed);
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

    /// Counts bytes as unread no more: they were sent, or never will be.
    pub(super) fn discard_unread(&self, bytes: usize) {
        if self.unread.fetch_sub(bytes, Ordering::SeqCst) >= MAX_UNREAD {
            self.was_read.notify_waiters();
        }
    }

    fn note_progress(&self) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until the connection has been idle for `timeout`, or at most a quarter longer: no request in flight and no
    /// progress, since the client is idle, sends a head too slowly or does not read. While the limit on connections is
    /// reached, a quarter of the timeout is enough.
    ///
    /// hyper's own timeout for heads would start a timer for every request, and does not apply to HTTP/2 or before the
    /// version is known.
    pub(super) async fn idle(&self, timeout: Duration, limit: &ConnectionLimit) {
        const CHECKS: u32 = 4;
        let (mut progress, mut idle_checks) = (0, 0);
        while idle_checks < if limit.is_reached() { 1 } else { CHECKS } {
            sleep(timeout / CHECKS).await;
            let (before, is_busy) = (progress, self.in_flight.load(Ordering::Relaxed) > 0);
            progress = self.progress.load(Ordering::Relaxed);
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
    /// Notes that the response is ready: the request is in flight no more, the response is unsent.
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

/// A connection whose writes count as progress, over HTTP/1. Its reads do not: the idle timeout is for heads that trickle
/// in, and for handshakes that do not end.
pub(super) struct WatchedStream {
    stream: TokioIo<Stream>,
    activity: Arc<Activity>,
}

impl WatchedStream {
    /// Reports the progress of `stream` to `activity`.
    pub(super) fn new(stream: Stream, activity: Arc<Activity>) -> Self {
        Self { stream: TokioIo::new(stream), activity }
    }

    /// Notes whether the socket took bytes, and progress if it did.
    fn written(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.activity.is_congested.store(outcome.is_pending(), Ordering::Relaxed);
        if matches!(outcome, Poll::Ready(Ok(1..))) {
            self.activity.note_traffic();
            if self.activity.is_http1.load(Ordering::Relaxed) {
                self.activity.note_progress();
            }
        }
        outcome
    }
}

impl Drop for WatchedStream {
    fn drop(&mut self) {
        if self.activity.resets.load(Ordering::Relaxed) {
            _ = self.stream.inner().set_zero_linger();
        }
    }
}

impl Read for WatchedStream {
    fn poll_read(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if outcome.is_ready() {
            self.activity.note_traffic();
        }
        outcome
    }
}

impl Write for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(outcome)
    }
}
