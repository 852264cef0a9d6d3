//! [`Budget`]: the memory for request bodies that are being handled and for responses that are not sent yet. All
//! connections share it.
//!
//! A small body costs nothing: it is bounded by the number of connections. A large one is reserved before it is read or
//! made, and released with its last byte. Decided: if the budget is spent, requests wait in order of arrival, since most
//! reservations are short; after [`Budget::patience`] a request is refused. There is no deadlock: a request that holds a
//! reservation does not wait for another. Clients that stall lose their reservations to the time limits for bodies and
//! unread responses. Request bodies get half of the budget, so that there is always memory for responses.

use super::config::Config;
use super::document::refusal::Refused;
use super::error::{Code, Error};
use futures_util::FutureExt;
use hyper::body::Bytes;
use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// The largest body that needs no reservation, in bytes.
pub(crate) const SMALL: usize = 64 * 1024;

/// The number of bytes of responses on an HTTP/2 connection that may be unread when another response is made.
pub(crate) const MAX_UNREAD: usize = 4 * 1024 * 1024;

/// The bytes that one permit stands for.
const UNIT: usize = 1024;

/// The memory that all connections share.
pub(crate) struct Budget {
    all: Share,
    /// The part of `all` that request bodies may take.
    received: Share,
    /// The number of waiting requests.
    waiting: AtomicUsize,
    /// The longest time that a request waits.
    patience: Duration,
}

/// The reason for a refusal: other clients hold the memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent;

impl Spent {
    const REASON: &str =
        "other clients hold the memory for large bodies (--max-pending-bytes); try again later";
}

impl From<Spent> for Error {
    fn from(_: Spent) -> Self {
        Self::new(Code::MemorySpent, Spent::REASON)
    }
}

impl From<Spent> for Refused {
    fn from(_: Spent) -> Self {
        Self::unavailable(Spent::REASON)
    }
}

/// Memory that is reserved until this is dropped.
#[derive(Default)]
pub(crate) struct Reservation(Vec<OwnedSemaphorePermit>);

impl Budget {
    /// The budget that a configuration sets.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            all: Share::of(config.max_pending_bytes),
            received: Share::of(config.max_pending_bytes / 2),
            waiting: AtomicUsize::new(0),
            // Longer than the time after which a client that does not read is disconnected while requests wait; shorter
            // than the time limit of the request, whose error would not name the reason.
            patience: config.request_timeout * 3 / 4,
        }
    }

    /// Waits for the memory for a request body of `bytes`.
    ///
    /// # Errors
    /// [`Spent`] if others held it for too long.
    pub(crate) async fn receive(&self, bytes: usize) -> Result<Reservation, Spent> {
        if bytes <= SMALL {
            return Ok(Reservation::default());
        }
        self.within_patience(async { vec![self.received.take(bytes).await, self.all.take(bytes).await] })
            .await
    }

    /// Waits for the memory for a response of `bytes`. Over HTTP/2 it also waits until the client has read enough of the
    /// earlier responses.
    ///
    /// # Errors
    /// [`Spent`] if others held it for too long.
    pub(crate) async fn make(&self, bytes: usize) -> Result<Reservation, Spent> {
        if bytes <= SMALL {
            return Ok(Reservation::default());
        }
        let of_connection = match CONNECTION.try_with(|scope| Arc::clone(&scope.unread)) {
            Ok(unread) => unread.take(bytes).await,
            Err(_) => None,
        };
        let Reservation(mut permits) =
            self.within_patience(async { vec![self.all.take(bytes).await] }).await?;
        permits.extend(of_connection);
        Ok(Reservation(permits))
    }

    /// Whether a request waits for memory that others hold.
    pub(crate) fn is_spent(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    async fn within_patience(
        &self, taken: impl Future<Output = Vec<Option<OwnedSemaphorePermit>>>,
    ) -> Result<Reservation, Spent> {
        let mut taken = pin!(taken);
        let taken = match taken.as_mut().now_or_never() {
            Some(taken) => taken,
            None => {
                let _waiting = Counted::new(&self.waiting);
                timeout(self.patience, taken).await.map_err(|_| Spent)?
            }
        };
        Ok(Reservation(taken.into_iter().flatten().collect()))
    }
}

impl Reservation {
    /// Wraps `bytes` so that the reservation is released when their last copy is dropped.
    pub(crate) fn hold(self, bytes: Vec<u8>) -> Bytes {
        if self.0.is_empty() {
            return bytes.into();
        }
        Bytes::from_owner(Held { bytes, _reservation: self })
    }
}

/// Bytes with the memory that is reserved for them.
struct Held {
    bytes: Vec<u8>,
    _reservation: Reservation,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// A number of bytes that requests reserve in order of arrival.
struct Share {
    permits: Arc<Semaphore>,
    units: usize,
}

impl Share {
    fn of(bytes: usize) -> Self {
        let units = (bytes / UNIT).clamp(1, Semaphore::MAX_PERMITS);
        Self { permits: Arc::new(Semaphore::new(units)), units }
    }

    /// Waits for `bytes`, or for the whole share if that is less: a body larger than the share is handled alone.
    async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let units = u32::try_from(bytes.div_ceil(UNIT).min(self.units)).unwrap_or(u32::MAX);
        Arc::clone(&self.permits).acquire_many_owned(units).await.ok()
    }
}

/// Adds one to a number until it is dropped.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(number: &'a AtomicUsize) -> Self {
        number.fetch_add(1, Ordering::Relaxed);
        Self(number)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The responses that were made for one HTTP/2 connection and are unread.
pub(crate) struct Unread {
    share: Share,
    waiting: AtomicUsize,
}

tokio::task_local! {
    /// The HTTP/2 connection of the request that the task answers. It is task-local because otherwise every layer between
    /// the connection and the handler would have to pass it on.
    static CONNECTION: Scope;
}

struct Scope {
    unread: Arc<Unread>,
    /// Whether the request has waited for its client to read since the last call of `has_waited_for_its_client`.
    has_waited: Cell<bool>,
    /// Whether it waits now.
    waits: Cell<bool>,
}

impl Default for Unread {
    fn default() -> Self {
        Self { share: Share::of(MAX_UNREAD), waiting: AtomicUsize::new(0) }
    }
}

impl Unread {
    /// Answers a request of this connection. Responses that are made by `answering` count as unread here.
    pub(crate) fn count<F: Future>(self: Arc<Self>, answering: F) -> impl Future<Output = F::Output> {
        let scope = Scope { unread: self, has_waited: Cell::new(false), waits: Cell::new(false) };
        CONNECTION.scope(scope, answering)
    }

    /// The number of requests that wait until the client has read more.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let mut taken = pin!(self.share.take(bytes));
        if let Some(taken) = taken.as_mut().now_or_never() {
            return taken;
        }
        let _waiting = Counted::new(&self.waiting);
        _ = CONNECTION.try_with(|scope| {
            scope.has_waited.set(true);
            scope.waits.set(true);
        });
        let taken = taken.await;
        _ = CONNECTION.try_with(|scope| scope.waits.set(false));
        taken
    }
}

/// Whether the request that this task answers has waited, since the last call, for its client to read earlier responses.
pub(crate) fn has_waited_for_its_client() -> bool {
    CONNECTION.try_with(|scope| scope.has_waited.replace(scope.waits.get())).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    fn budget(bytes: usize) -> Budget {
        Budget::new(&Config::default().with_max_pending_bytes(bytes))
    }

    /// Polls once.
    fn poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> Poll<T> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn small_bodies_are_free_and_large_ones_wait_for_memory() {
        let budget = budget(1024 * 1024);
        let first = budget.make(600 * 1024).await.unwrap();
        let mut second = pin!(budget.make(600 * 1024));
        assert!(poll(second.as_mut()).is_pending() && budget.is_spent());
        budget.make(SMALL).await.unwrap();
        let bytes = first.hold(vec![1; 600 * 1024]);
        let copy = bytes.slice(1000..);
        drop(bytes);
        assert!(poll(second.as_mut()).is_pending());
        drop(copy);
        assert!(poll(second.as_mut()).is_ready() && !budget.is_spent());
    }

    #[tokio::test]
    async fn request_bodies_leave_half_of_it_to_responses() {
        let budget = budget(1024 * 1024);
        let _received = budget.receive(512 * 1024).await.unwrap();
        assert!(poll(pin!(budget.receive(100 * 1024))).is_pending());
        budget.make(512 * 1024).await.unwrap();
    }

    #[tokio::test]
    async fn a_body_larger_than_the_budget_is_handled_alone() {
        let budget = budget(1024 * 1024);
        let alone = budget.make(usize::MAX).await.unwrap();
        assert!(poll(pin!(budget.make(SMALL + 1))).is_pending());
        drop(alone);
        budget.make(SMALL + 1).await.unwrap();
    }

    #[tokio::test]
    async fn a_request_that_waits_too_long_is_refused() {
        let budget = Budget { patience: Duration::from_millis(10), ..budget(1024 * 1024) };
        let _held = budget.make(1024 * 1024).await.unwrap();
        assert!(budget.make(SMALL + 1).await.is_err());
        assert!(!budget.is_spent());
    }

    #[tokio::test]
    async fn on_one_connection_a_response_is_made_when_enough_of_the_others_is_read() {
        let (budget, unread) = (budget(usize::MAX), Arc::new(Unread::default()));
        let first = Arc::clone(&unread).count(budget.make(3 * 1024 * 1024)).await.unwrap();
        let mut second = pin!(Arc::clone(&unread).count(async {
            let made = budget.make(3 * 1024 * 1024).await;
            (made.is_ok(), has_waited_for_its_client(), has_waited_for_its_client())
        }));
        assert!(poll(second.as_mut()).is_pending());
        assert_eq!(unread.waiting(), 1);
        assert!(Arc::new(Unread::default()).count(budget.make(3 * 1024 * 1024)).await.is_ok());
        drop(first);
        assert_eq!(poll(second), Poll::Ready((true, true, false)));
        assert_eq!(unread.waiting(), 0);
    }

    #[tokio::test]
    async fn a_request_that_still_waits_for_its_client_has_waited_since_each_call() {
        let (budget, unread) = (budget(usize::MAX), Arc::new(Unread::default()));
        let _first = Arc::clone(&unread).count(budget.make(MAX_UNREAD)).await.unwrap();
        let waited = unread.count(async {
            let mut second = pin!(budget.make(SMALL + 1));
            assert!(poll(second.as_mut()).is_pending());
            [has_waited_for_its_client(), has_waited_for_its_client()]
        });
        assert_eq!(waited.await, [true, true]);
    }
}
