//! [`WatchedStream`]: the bytes of a connection, as hyper reads and writes them.

use super::activity::{Activity, Written};
use super::raw_target::LenientStream;
use super::stream::Stream;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Slices of at most this many bytes in total are copied into one buffer: that is cheaper than a vectored write.
const SMALL: usize = 4 * 1024;

thread_local! {
    /// The buffer that small slices are copied into.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A stream that reports its traffic. Over HTTP/1 its writes count as progress. Its reads do not, since the idle timeout
/// must also end slow request heads and handshakes.
pub(super) struct WatchedStream {
    stream: TokioIo<LenientStream>,
    activity: Arc<Activity>,
}

impl WatchedStream {
    /// Reports the progress of `stream` to `activity`.
    pub(super) fn new(stream: Stream, activity: Arc<Activity>) -> Self {
        let stream = TokioIo::new(LenientStream::new(stream, Arc::clone(&activity)));
        Self { stream, activity }
    }

    /// Records the result of a write.
    fn written(&self, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        self.activity.note_write(match outcome {
            Poll::Ready(Ok(1..)) => Written::Bytes,
            Poll::Ready(_) => Written::Nothing,
            Poll::Pending => Written::Later,
        });
        outcome
    }
}

impl Drop for WatchedStream {
    fn drop(&mut self) {
        if self.activity.resets() {
            _ = self.stream.inner().inner().set_zero_linger();
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
        let stream = Pin::new(&mut self.stream);
        let outcome = match slices {
            [slice] => stream.poll_write(context, slice),
            _ if slices.iter().map(|slice| slice.len()).sum::<usize>() > SMALL => {
                stream.poll_write_vectored(context, slices)
            }
            _ => BUFFER.with_borrow_mut(|buffer| {
                buffer.clear();
                slices.iter().for_each(|slice| buffer.extend_from_slice(slice));
                stream.poll_write(context, buffer)
            }),
        };
        self.written(outcome)
    }
}
