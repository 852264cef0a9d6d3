//! What is left of a request's body when its answer is ready: read on, within bounds, and thrown away.
//!
//! A refusal is often ready before the body has arrived. Many clients send their whole request before they
//! look for an answer; if the connection were closed under them, they would report a broken pipe instead of
//! the refusal. Decided, as the reference does not speak of it: a refusal is sent at once, and the rest of
//! the body read for as long as the request itself might have taken.

use super::tee::Tee;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::EXPECT;
use hyper::{Error, Request};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

/// The most that is thrown away, in bytes; then the connection is closed, whatever the client makes of that.
const MAX_DISCARDED_BYTES: usize = 16 * 1024 * 1024;

/// A body that is read to its end even if nobody wants it any more.
pub(crate) struct Lingering {
    /// `None` once it has ended, or is not to be read on.
    body: Option<Incoming>,
    /// Whether the client sends nothing until it is told to: a first read would tell it.
    awaits_leave: bool,
    /// When patience with the request ends.
    deadline: Instant,
    /// Who else is told what is read, what is thrown away included.
    tee: Option<Tee>,
    /// What was read ahead, and is to be read again.
    ahead: Bytes,
    /// How reading ahead ended, if badly.
    failed: Option<Error>,
}

impl Lingering {
    /// Wraps the body of a request that may take until `deadline`.
    pub(crate) fn around(request: Request<Incoming>, deadline: Instant) -> Request<Self> {
        let awaits_leave = request.headers().contains_key(EXPECT);
        request.map(|body| Self {
            body: Some(body),
            awaits_leave,
            deadline,
            tee: None,
            ahead: Bytes::new(),
            failed: None,
        })
    }

    /// Tells `tee` of everything that is read from now on.
    pub(crate) fn copy_into(&mut self, tee: Tee) {
        self.tee = Some(tee);
    }

    /// Reads the body for [`Lingering::ahead`]; whoever reads it next finds it whole. One of more than `max` bytes is
    /// read no further, and one that announces as much not at all: it will be refused.
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

    /// What was read ahead.
    pub(crate) fn ahead(&self) -> &[u8] {
        &self.ahead
    }
}

impl Body for Lingering {
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
        self.awaits_leave = false;
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => tell(self.tee.as_ref(), frame),
            _ => (self.body, self.tee) = (None, None),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.is_empty() && self.failed.is_none() && self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let ahead = self.ahead.len() as u64;
        let rest = self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint);
        let mut hint = SizeHint::new();
        hint.set_lower(ahead.saturating_add(rest.lower()));
        if let Some(upper) = rest.upper() {
            hint.set_upper(ahead.saturating_add(upper));
        }
        hint
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if self.is_end_stream() || self.awaits_leave {
            return;
        }
        if let (Some(body), Ok(runtime)) = (self.body.take(), Handle::try_current()) {
            runtime.spawn(timeout_at(self.deadline, discard(body, self.tee.take())));
        }
    }
}

async fn discard(mut body: Incoming, tee: Option<Tee>) {
    let mut discarded = 0;
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        tell(tee.as_ref(), &frame);
        discarded += frame.data_ref().map_or(0, Bytes::len);
        if discarded > MAX_DISCARDED_BYTES {
            break;
        }
    }
}

fn tell(tee: Option<&Tee>, frame: &Frame<Bytes>) {
    if let (Some(tee), Some(data)) = (tee, frame.data_ref()) {
        tee.push(data);
    }
}
