//! [`ResponseBody`]: the body of a response while the client reads it.
//!
//! Over HTTP/1 an unread response keeps its connection from carrying the next request. Over HTTP/2 a client can send many
//! requests and read no response. The unread bytes of each connection are therefore counted, and a request waits while
//! there are too many.

use super::activity::Exchange;
use crate::base::body::outgoing::OutgoingBody;
use crate::base::body::size_with;
use axum::body::Body;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The size of the pieces that are sent over HTTP/2, in bytes. A piece is sent when the client's flow-control window has
/// room for it, so a client that reads slowly can be told from one that does not read.
const PIECE: usize = 16 * 1024;

/// The body of a response.
pub(super) enum ResponseBody {
    /// Over HTTP/1, sent as it is.
    Http1(OutgoingBody<Body>, #[expect(dead_code, reason = "it ends the exchange")] Exchange),
    /// Over HTTP/2, counted while it is unread.
    Http2(UnreadBody),
}

/// A body that counts as unread until it is sent or dropped.
pub(super) struct UnreadBody {
    body: OutgoingBody<Body>,
    /// The part of the last frame that has yet to be sent.
    rest: Bytes,
    /// How many of its bytes count as unread.
    counted: usize,
    exchange: Exchange,
}

impl UnreadBody {
    /// Counts `body` as unread on the connection of `exchange`.
    pub(super) fn new(body: OutgoingBody<Body>, exchange: Exchange) -> Self {
        let counted = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        exchange.activity().add_unread(counted);
        Self { body, rest: Bytes::new(), counted, exchange }
    }

    /// The next piece.
    fn take(&mut self) -> Bytes {
        let piece = self.rest.split_to(PIECE.min(self.rest.len()));
        let uncounted = piece.len().min(self.counted);
        self.counted -= uncounted;
        self.exchange.activity().mark_read(uncounted);
        piece
    }
}

impl Drop for UnreadBody {
    fn drop(&mut self) {
        self.exchange.activity().discard_unread(self.counted);
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let unread = match &mut *self {
            Self::Http1(body, _) => return Pin::new(body).poll_frame(context),
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
            Self::Http1(body, _) => body.is_end_stream(),
            Self::Http2(unread) => unread.rest.is_empty() && unread.body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Http1(body, _) => body.size_hint(),
            Self::Http2(UnreadBody { body, rest, .. }) => size_with(rest.len(), &body.size_hint()),
        }
    }
}
