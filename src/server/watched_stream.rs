//! [`WatchedStream`]: the bytes of a connection, as hyper reads and writes them.

use super::activity::{Activity, Written};
use super::raw_target::LenientStream;
use super::stream::Stream;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::runtime::{Handle, RuntimeFlavor};

/// Slices of at most this many bytes in total are copied into one buffer: that is cheaper than a vectored write.
const SMALL: usize = 4 * 1024;

/// The most connections that give way at a time: with more, their memory would leave the processor's cache before their turn
/// comes.
const MAX_WAITING: usize = 32;

thread_local! {
    /// The buffer that small slices are copied into.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// The address of the connection that last had a response to write on this thread.
    static LAST: Cell<usize> = const { Cell::new(0) };
    /// The number of connections that give way.
    static WAITING: Cell<usize> = const { Cell::new(0) };
}

/// A stream that reports its traffic. Over HTTP/1 its writes count as progress. Its reads do not, since the idle timeout
/// must also end slow request heads and handshakes.
pub(super) struct WatchedStream {
    stream: TokioIo<LenientStream>,
    activity: Arc<Activity>,
    /// Whether a small response lets other connections go first.
    gives_way: bool,
    /// Whether bytes were read since the last write.
    has_read: bool,
    /// Whether it gives way at the moment.
    waits: bool,
}

impl WatchedStream {
    /// Reports the progress of `stream` to `activity`.
    pub(super) fn new(stream: Stream, activity: Arc<Activity>) -> Self {
        let stream = TokioIo::new(LenientStream::new(stream, Arc::clone(&activity)));
        // With several threads, giving way would wake another thread, which takes longer than waking the client.
        let gives_way = Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread;
        Self { stream, activity, gives_way, has_read: false, waits: false }
    }

    /// Whether a write of `bytes` bytes should be tried again after the other connections that are ready. Then the task is
    /// woken for that.
    ///
    /// So the responses to requests that arrived together are sent together, which wakes a client with many connections once
    /// and not for every response. A connection that is alone does not wait. Neither does a response whose body has not
    /// ended, since an injected reset may follow.
    fn must_give_way(&mut self, context: &Context<'_>, bytes: usize) -> bool {
        let is_first = mem::take(&mut self.has_read);
        if self.end_wait() {
            return false; // even if more was read meanwhile
        }
        if !(is_first && self.gives_way) || bytes > SMALL || self.activity.is_in_use() {
            return false;
        }
        let this = Arc::as_ptr(&self.activity).addr();
        let is_alone = LAST.replace(this) == this;
        if is_alone || WAITING.get() >= MAX_WAITING {
            return false;
        }
        WAITING.set(WAITING.get() + 1);
        self.waits = true;
        context.waker().wake_by_ref();
        true
    }

    /// Records that it no longer gives way, and returns whether it did.
    fn end_wait(&mut self) -> bool {
        let has_waited = mem::take(&mut self.waits);
        if has_waited {
            _ = WAITING.try_with(|waiting| waiting.set(waiting.get().saturating_sub(1)));
        }
        has_waited
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
        self.end_wait();
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
            self.has_read = true;
            self.activity.note_traffic();
        }
        outcome
    }
}

impl Write for WatchedStream {
    fn poll_write(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.must_give_way(context, bytes.len()) {
            return Poll::Pending;
        }
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
        let length = slices.iter().map(|slice| slice.len()).sum();
        if self.must_give_way(context, length) {
            return Poll::Pending;
        }
        let stream = Pin::new(&mut self.stream);
        let outcome = match slices {
            [slice] => stream.poll_write(context, slice),
            _ if length > SMALL => stream.poll_write_vectored(context, slices),
            _ => BUFFER.with_borrow_mut(|buffer| {
                buffer.clear();
                slices.iter().for_each(|slice| buffer.extend_from_slice(slice));
                stream.poll_write(context, buffer)
            }),
        };
        self.written(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    /// A connection, as the server and as its client see it.
    struct Connection {
        stream: WatchedStream,
        activity: Arc<Activity>,
        client: TcpStream,
    }

    impl Connection {
        async fn open() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let (socket, _) = listener.accept().await.unwrap();
            let activity = Arc::new(Activity::default());
            let stream = WatchedStream::new(Stream::Plain(socket), Arc::clone(&activity));
            Self { stream, activity, client }
        }

        /// Sends a byte from the client to the server.
        async fn ask(&mut self) {
            self.client.write_all(b"?").await.unwrap();
            let mut byte = [0];
            let mut buffer = hyper::rt::ReadBuf::new(&mut byte);
            poll_fn(|context| Pin::new(&mut self.stream).poll_read(context, buffer.unfilled()))
                .await
                .unwrap();
        }

        /// Whether a first attempt to write that many bytes waits. Then a second one must not.
        async fn waits_with(&mut self, bytes: usize) -> bool {
            let bytes = vec![b'!'; bytes];
            let mut attempts = 0;
            let written = poll_fn(|context| {
                attempts += 1;
                let slices = [IoSlice::new(&bytes[..1]), IoSlice::new(&bytes[1..])];
                Pin::new(&mut self.stream).poll_write_vectored(context, &slices)
            });
            assert_eq!(written.await.unwrap(), bytes.len());
            let mut read = vec![0; bytes.len()];
            self.client.read_exact(&mut read).await.unwrap();
            assert!(read == bytes && attempts <= 2);
            attempts == 2
        }
    }

    #[tokio::test]
    async fn small_responses_of_several_connections_give_way_once() {
        let [mut one, mut other] = [Connection::open().await, Connection::open().await];
        for _ in 0..3 {
            one.ask().await;
            other.ask().await;
            assert!(one.waits_with(100).await);
            assert!(!one.waits_with(100).await, "nothing was read since");
            assert!(other.waits_with(SMALL).await);
        }
        one.ask().await;
        assert!(!one.waits_with(SMALL + 1).await, "a large response does not wait");
    }

    #[tokio::test]
    async fn a_connection_that_is_alone_or_whose_response_has_not_ended_does_not_wait() {
        let [mut one, mut other] = [Connection::open().await, Connection::open().await];
        one.ask().await;
        assert!(one.waits_with(100).await);
        for _ in 0..3 {
            one.ask().await;
            assert!(!one.waits_with(100).await);
        }
        other.ask().await;
        let exchange = other.activity.begin().answered();
        assert!(!other.waits_with(100).await);
        drop(exchange);
        other.ask().await;
        assert!(other.waits_with(100).await);
    }

    #[tokio::test]
    async fn only_so_many_connections_wait_at_a_time() {
        let mut all = Vec::new();
        for _ in 0..=MAX_WAITING {
            let mut connection = Connection::open().await;
            connection.ask().await;
            all.push(connection);
        }
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut last = all.pop().unwrap();
        for connection in &mut all {
            assert!(Pin::new(&mut connection.stream).poll_write(&mut context, b"!").is_pending());
        }
        assert!(!last.waits_with(100).await);
        all[0].ask().await;
        assert!(!all[0].waits_with(100).await, "its turn has come, although it has read more");
        drop(all.pop()); // neither does this one wait any longer
        for _ in 0..2 {
            let mut next = Connection::open().await;
            next.ask().await;
            assert!(Pin::new(&mut next.stream).poll_write(&mut context, b"!").is_pending());
            all.push(next);
        }
        last.ask().await;
        assert!(!last.waits_with(100).await);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn with_several_threads_nobody_waits() {
        let [mut one, mut other] = [Connection::open().await, Connection::open().await];
        for connection in [&mut one, &mut other] {
            connection.ask().await;
            assert!(!connection.waits_with(100).await);
        }
    }
}
