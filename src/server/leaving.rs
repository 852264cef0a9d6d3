//! [`Leaving`]: the body of an answer while its client reads it, or does not.
//!
//! Over HTTP/1 an answer that is not read keeps its connection from sending another request. Over HTTP/2 a client can ask
//! for many and read none: so what is unread is counted, for each connection, and the next answer is made when there is
//! room for it.

use super::activity::Activity;
use crate::base::body::outgoing::{Outgoing, before};
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// How much leaves at a time over HTTP/2, in bytes. It leaves when the client has said that it has room for more, so a
/// client that reads slowly is seen to read.
const PIECE: usize = 16 * 1024;

/// The body of an answer.
pub(super) enum Leaving {
    /// Over HTTP/1: as it is.
    Http1(Outgoing),
    /// Over HTTP/2.
    Http2(Unread),
}

/// A body that counts as unread until it is taken or dropped.
pub(super) struct Unread {
    body: Outgoing,
    /// The rest of a frame of it.
    rest: Bytes,
    /// How many bytes of it count as unread.
    counted: usize,
    activity: Arc<Activity>,
}

impl Unread {
    pub(super) fn new(body: Outgoing, activity: Arc<Activity>) -> Self {
        let counted = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        activity.made(counted);
        Self { body, rest: Bytes::new(), counted, activity }
    }

    fn take(&mut self) -> Bytes {
        let piece = self.rest.split_to(PIECE.min(self.rest.len()));
        let uncounted = piece.len().min(self.counted);
        self.counted -= uncounted;
        self.activity.read(uncounted);
        piece
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        self.activity.dropped(self.counted);
    }
}

impl Body for Leaving {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let unread = match &mut *self {
            Self::Http1(body) => return Pin::new(body).poll_frame(context),
            Self::Http2(unread) => unread,
        };
        if unread.rest.is_empty() {
            match Pin::new(&mut unread.body).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => unread.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return other,
            }
        }
        Poll::Ready(Some(Ok(Frame::data(unread.take()))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Http1(body) => body.is_end_stream(),
            Self::Http2(unread) => unread.rest.is_empty() && unread.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Http1(body) => body.size_hint(),
            Self::Http2(Unread { body, rest, .. }) => before(rest.len(), &body.size_hint()),
        }
    }
}
