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
    /// Grows with every sign of progress; only its changes matter.
    progress: AtomicUsize,
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
    /// Counts a request as in flight until the returned guard is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
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

/// A request that is being answered.
pub(super) struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
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

    /// Notes progress if `outcome` says that bytes were written.
    fn written(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(outcome, Poll::Ready(Ok(1..))) && self.activity.is_http1.load(Ordering::Relaxed) {
            self.activity.note_progress();
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
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
