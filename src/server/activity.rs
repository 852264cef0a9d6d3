//! Whether anything goes on on a connection: an answer is being made, or written; and how the connection is to end.

use super::room::Room;
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

/// How many bytes of answers a client may leave unread on an HTTP/2 connection before it has to wait for the next.
const MAX_UNREAD: usize = 4 * 1024 * 1024;

/// What happens on a connection: how many requests are being answered, how often something moved on, how much of the
/// answers is unread, and whether the client is to see a reset.
#[derive(Default)]
pub(super) struct Activity {
    in_flight: AtomicUsize,
    steps: AtomicUsize,
    /// Whether what is written is answers: over HTTP/2 it may be no more than what keeps a connection alive, and that is
    /// no reason to.
    writes_answers: AtomicBool,
    /// In bytes, over HTTP/2.
    unread: AtomicUsize,
    has_room: Notify,
    reset: AtomicBool,
}

impl Activity {
    /// Counts a request, which is in flight until what this answers is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }

    /// From now on closing the connection resets it: what was not sent yet is thrown away.
    pub(super) fn reset_at_the_end(&self) {
        self.reset.store(true, Ordering::Relaxed);
    }

    /// The connection speaks HTTP/1.
    pub(super) fn speaks_http1(&self) {
        self.writes_answers.store(true, Ordering::Relaxed);
    }

    /// Waits until the client has read enough of what it was answered before.
    pub(super) async fn room_for_an_answer(&self) {
        loop {
            let mut has_room = pin!(self.has_room.notified());
            has_room.as_mut().enable(); // before the look, lest what is read between be missed
            if self.unread.load(Ordering::SeqCst) < MAX_UNREAD {
                break;
            }
            has_room.await;
        }
    }

    /// An answer was made, of so many bytes.
    pub(super) fn made(&self, bytes: usize) {
        self.unread.fetch_add(bytes, Ordering::SeqCst);
        self.step();
    }

    /// The client has room for so many of them.
    pub(super) fn read(&self, bytes: usize) {
        self.dropped(bytes);
        self.step();
    }

    /// So many of them are not to be read any more.
    pub(super) fn dropped(&self, bytes: usize) {
        if self.unread.fetch_sub(bytes, Ordering::SeqCst) >= MAX_UNREAD {
            self.has_room.notify_waiters();
        }
    }

    fn step(&self) {
        self.steps.fetch_add(1, Ordering::Relaxed);
    }

    /// Done when no request was in flight, and nothing was written, for `patience` or a quarter longer: the client is
    /// idle, or too slow with a head, or does not read. hyper would watch over heads too, but with a timer for every
    /// request, and neither over HTTP/2 nor before it knows which version a connection speaks.
    ///
    /// Where others may wait for room, patience is a quarter.
    pub(super) async fn ceased(&self, patience: Duration, room: &Room) {
        const LOOKS: u32 = 4;
        let (mut steps, mut quiet) = (0, 0);
        while quiet < if room.is_taken() { 1 } else { LOOKS } {
            sleep(patience / LOOKS).await;
            let (before, busy) = (steps, self.in_flight.load(Ordering::Relaxed) > 0);
            steps = self.steps.load(Ordering::Relaxed);
            quiet = if busy || steps != before { 0 } else { quiet + 1 };
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

/// A connection whose writes count as activity, over HTTP/1. Its reads do not: a head that trickles in is what patience is
/// for, and so is a handshake.
pub(super) struct Watched {
    stream: TokioIo<Stream>,
    activity: Arc<Activity>,
}

impl Watched {
    pub(super) fn new(stream: Stream, activity: Arc<Activity>) -> Self {
        Self { stream: TokioIo::new(stream), activity }
    }

    fn written(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(outcome, Poll::Ready(Ok(1..))) && self.activity.writes_answers.load(Ordering::Relaxed) {
            self.activity.step();
        }
        outcome
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.activity.reset.load(Ordering::Relaxed) {
            _ = self.stream.inner().set_zero_linger();
        }
    }
}

impl Read for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Watched {
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
