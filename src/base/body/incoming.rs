//! [`IncomingBody`], the body of a request. What the handler leaves unread is read on and discarded, within bounds.
//!
//! A refusal is often ready before the body has arrived. Many clients send their whole request before they
//! read the response; if the connection were closed under them, they would report a broken pipe instead of
//! the refusal. Decided, as the reference is silent: a refusal is sent at once, and the rest of the body is read
//! until the time limit of the request.

use super::size_with;
use super::tee::Tee;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::EXPECT;
use hyper::{Error, Request};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

/// The most that is discarded of one body, in bytes. Beyond that the connection is closed.
const MAX_DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// The body of a request. If it is dropped before its end, a task of its own reads the rest.
pub(crate) struct IncomingBody {
    /// `None` once the body has ended or failed.
    body: Option<Incoming>,
    /// Whether the client waits for `100 Continue`, which the first read sends.
    awaits_continue: bool,
    /// When the time limit of the request ends.
    deadline: Instant,
    /// Gets a copy of everything that is read, including what is discarded.
    tee: Option<Tee>,
    /// What was read ahead; the next read returns it.
    ahead: Bytes,
    /// The error that ended reading ahead; the next read but one returns it.
    failed: Option<Error>,
}

impl IncomingBody {
    /// Wraps the body of a request that may take until `deadline`.
    pub(crate) fn around(request: Request<Incoming>, deadline: Instant) -> Request<Self> {
        let awaits_continue = request.headers().contains_key(EXPECT);
        request.map(|body| Self {
            body: Some(body),
            awaits_continue,
            deadline,
            tee: None,
            ahead: Bytes::new(),
            failed: None,
        })
    }

    /// Copies everything that is read from now on into `tee`.
    pub(crate) fn copy_into(&mut self, tee: Tee) {
        self.tee = Some(tee);
    }

    /// Reads the body into [`IncomingBody::ahead`]; the next reader still gets the whole body. Stops beyond `max` bytes,
    /// and does not begin if the body announces more: such a request will be refused.
    pub(crate) async fn read_ahead(&mut self, max: usize) {
        if self.size_hint().lower() > max as u64 {
            return;
        }
        let mut read = Vec::from(std::mem::take(&mut self.ahead));
        while read.len() <= max {
            match poll_fn(|context| Pin::new(&mut *self).poll_frame(context)).await {
                None => break,
                Some(Ok(frame)) => read.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..])),
                Some(Err(error)) => {
                    self.failed = Some(error);
                    break;
                }
            }
        }
        self.ahead = read.into();
    }

    /// The part of the body that was read ahead.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.ahead
    }
}

impl Body for IncomingBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if !self.ahead.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.ahead)))));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        self.awaits_continue = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => copy(frame, self.tee.as_ref()),
            _ => (self.body, self.tee) = (None, None),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.is_empty() && self.failed.is_none() && self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint);
        size_with(self.ahead.len(), &rest)
    }
}

impl Drop for IncomingBody {
    fn drop(&mut self) {
        if self.is_end_stream() || self.awaits_continue {
            return;
        }
        if let (Some(body), Ok(runtime)) = (self.body.take(), Handle::try_current()) {
            runtime.spawn(timeout_at(self.deadline, discard(body, self.tee.take())));
        }
    }
}

/// Reads the rest of a body, up to [`MAX_DISCARDED_BYTES`].
async fn discard(mut body: Incoming, tee: Option<Tee>) {
    let mut discarded = 0;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        copy(&frame, tee.as_ref());
        discarded += frame.data_ref().map_or(0, Bytes::len);
        if discarded > MAX_DISCARDED_BYTES {
            break;
        }
    }
}

fn copy(frame: &Frame<Bytes>, tee: Option<&Tee>) {
    if let (Some(tee), Some(data)) = (tee, frame.data_ref()) {
        tee.push(data);
    }
}
