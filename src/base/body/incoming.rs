//! [`IncomingBody`], the body of a request. The part that the handler leaves unread is read and discarded, within bounds.
//!
//! A refusal is often ready before the body has arrived. Many clients send their whole request before they
//! read the response; if the connection were closed under them, they would report a broken pipe instead of
//! the refusal. Decided, as the reference is silent: a refusal is sent at once, and the rest of the body is read
//! until the time limit of the request.
//!
//! A gzip body is inflated here, so that the journal, fault rules and handlers see the original content. The headers that
//! describe the compressed bytes are removed.

use super::gzip::Inflater;
use super::size_with;
use super::tee::Tee;
use crate::base::budget::{Budget, SMALL, Spent};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, EXPECT, HeaderValue};
use hyper::{HeaderMap, Request};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::{fmt, io};
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
    failed: Option<BodyError>,
    /// Inflates the body if it is gzip.
    inflater: Option<Box<Inflater>>,
    /// Counts the body among those of its connection until it ends.
    open: Option<OpenBody>,
}

/// The number of bodies of a connection that have begun and not ended.
#[derive(Default)]
pub(crate) struct OpenBodies(AtomicUsize);

impl OpenBodies {
    /// Whether all bodies have ended, so that the next bytes begin a request.
    pub(crate) fn have_ended(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }
}

/// A body that counts as open until this is dropped.
struct OpenBody(Arc<OpenBodies>);

impl OpenBody {
    fn among(bodies: &Arc<OpenBodies>) -> Self {
        bodies.0.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(bodies))
    }

    /// Counts the body as open forever, since its end will not be noticed.
    fn never_ends(self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for OpenBody {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Release);
    }
}

/// Why a body cannot be read to its end.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// It broke off, or its chunks are malformed.
    Broken(hyper::Error),
    /// It is not gzip although its header names gzip.
    NotGzip(io::Error),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken(_) => "the body broke off, or its chunks are malformed",
            Self::NotGzip(_) => "the body is not gzip, which its Content-Encoding says, or it is not whole",
        })
    }
}

impl std::error::Error for BodyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(match self {
            Self::Broken(error) => error,
            Self::NotGzip(error) => error,
        })
    }
}

impl IncomingBody {
    /// Wraps the body of a request that may take until `deadline`. `bodies` are those of its connection.
    pub(crate) fn around(
        mut request: Request<Incoming>, deadline: Instant, bodies: &Arc<OpenBodies>,
    ) -> Request<Self> {
        let is_empty = request.body().is_end_stream();
        let headers = request.headers_mut();
        let awaits_continue = headers.contains_key(EXPECT);
        let is_gzip = is_gzip(headers);
        if is_gzip {
            headers.remove(CONTENT_ENCODING);
            headers.remove(CONTENT_LENGTH);
        }
        let inflater = (is_gzip && !is_empty).then(|| Box::new(Inflater::new()));
        let open = (!is_empty).then(|| OpenBody::among(bodies));
        request.map(|body| Self {
            body: Some(body),
            awaits_continue,
            deadline,
            tee: None,
            ahead: Bytes::new(),
            failed: None,
            inflater,
            open,
        })
    }

    /// A body that is here already, of a request that may take until `deadline`.
    pub(crate) fn whole(bytes: Bytes, deadline: Instant) -> Self {
        Self {
            body: None,
            awaits_continue: false,
            deadline,
            tee: None,
            ahead: bytes,
            failed: None,
            inflater: None,
            open: None,
        }
    }

    /// Reads the first bytes of the body into [`IncomingBody::ahead`], or notices that it has none.
    pub(crate) async fn read_first(&mut self) {
        while self.ahead.is_empty() && self.failed.is_none() && self.body.is_some() {
            match poll_fn(|context| Pin::new(&mut *self).poll_frame(context)).await {
                None => break,
                Some(Ok(frame)) => self.ahead = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => self.failed = Some(error),
            }
        }
    }

    /// Treats the body as absent. Bytes that still arrive are read and discarded.
    pub(crate) fn give_up(&mut self) {
        drop(std::mem::replace(self, Self::whole(Bytes::new(), self.deadline)));
    }

    /// Copies what is here and everything that is read from now on into `tee`.
    pub(crate) fn copy_into(&mut self, tee: Tee) {
        if !self.ahead.is_empty() {
            tee.push(&self.ahead);
        }
        self.tee = Some(tee);
    }

    /// Reads the body into [`IncomingBody::ahead`]; the next reader still gets the whole body. Stops beyond `max` bytes or
    /// if the `budget` is spent, and does not begin if the body announces more: such a request will be refused.
    pub(crate) async fn read_ahead(&mut self, max: usize, budget: &Budget) {
        if self.size_hint().lower() > max as u64 {
            return;
        }
        let longest = self.size_hint().upper().and_then(|length| usize::try_from(length).ok()).unwrap_or(max);
        let mut memory = None;
        let mut read = Vec::from(std::mem::take(&mut self.ahead));
        while read.len() <= max {
            if memory.is_none() && read.len() > SMALL {
                match budget.receive(longest.min(max)).await {
                    Ok(reserved) => {
                        memory = Some(reserved);
                        // Or it would grow to up to twice of what is reserved.
                        read.reserve_exact(longest.min(max).saturating_sub(read.len()));
                    }
                    Err(Spent) => break,
                }
            }
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

impl IncomingBody {
    /// Lets a separate task read the part of the body that has not arrived yet.
    fn discard_rest(&mut self) {
        if self.body.as_ref().is_none_or(Body::is_end_stream) {
            return;
        }
        let open = self.open.take();
        if self.awaits_continue {
            if let Some(open) = open {
                open.never_ends();
            }
        } else if let (Some(body), Ok(runtime)) = (self.body.take(), Handle::try_current()) {
            // The rest of a gzip body is not inflated.
            let tee = self.tee.take().filter(|_| self.inflater.is_none());
            let discarded = async {
                discard(body, tee).await;
                drop(open);
            };
            runtime.spawn(timeout_at(self.deadline, discarded));
        }
    }

    /// The next frame of the inflated body. After its end this is always `None`, and after a failure always an error.
    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        loop {
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            if let Some(inflater) = &mut self.inflater
                && let Some(piece) = inflater.next_piece().transpose()
            {
                return Poll::Ready(Some(piece.map(Frame::data).map_err(BodyError::NotGzip)));
            }
            let frame =
                ready!(Pin::new(body).poll_frame(context)).map(|frame| frame.map_err(BodyError::Broken));
            let Some(inflater) = &mut self.inflater else { return Poll::Ready(frame) };
            match frame.transpose() {
                Ok(Some(frame)) => inflater.push(frame.into_data().unwrap_or_default()),
                Ok(None) => {
                    self.body = None;
                    let rest = inflater.finish().map_err(BodyError::NotGzip);
                    return Poll::Ready(Some(rest.map(Frame::data)));
                }
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

/// Whether gzip is the only content encoding that the headers name.
fn is_gzip(headers: &HeaderMap) -> bool {
    let mut encodings = headers.get_all(CONTENT_ENCODING).iter();
    let is_gzip = |encoding: &HeaderValue| {
        let encoding = encoding.as_bytes().trim_ascii();
        [&b"gzip"[..], b"x-gzip"].iter().any(|gzip| encoding.eq_ignore_ascii_case(gzip))
    };
    encodings.next().is_some_and(is_gzip) && encodings.next().is_none()
}

impl Body for IncomingBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if !self.ahead.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.ahead)))));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        self.awaits_continue = false;
        let frame = ready!(self.poll_body(context));
        match &frame {
            Some(Ok(frame)) => copy(frame, self.tee.as_ref()),
            Some(Err(BodyError::NotGzip(_))) => {
                self.discard_rest(); // the client may still be sending
                (self.body, self.tee, self.open) = (None, None, None);
            }
            _ => (self.body, self.tee, self.open) = (None, None, None),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.ahead.is_empty() && self.failed.is_none() && self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let rest = match &self.body {
            None => SizeHint::with_exact(0),
            Some(_) if self.inflater.is_some() => SizeHint::default(),
            Some(body) => body.size_hint(),
        };
        size_with(self.ahead.len(), &rest)
    }
}

impl Drop for IncomingBody {
    fn drop(&mut self) {
        self.discard_rest();
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
