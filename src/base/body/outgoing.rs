//! [`Outgoing`], the body of an answer on its way out, and [`Aborted`]: that there is to be none.

use axum::body::Body;
use axum::response::{Extension, IntoResponse, Response};
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The body of an answer.
pub(crate) enum Outgoing {
    /// All of it, as nearly every answer has it: neither polled through a box, nor unknown to whoever records it.
    Whole(Bytes),
    /// What does not end with its first frame.
    Other {
        /// A frame that was taken from it already.
        first: Option<Frame<Bytes>>,
        /// What follows.
        rest: Body,
    },
}

impl From<Body> for Outgoing {
    /// Takes what is there at once; a body that says nothing of its length is not even asked.
    fn from(mut body: Body) -> Self {
        if body.is_end_stream() {
            return Self::Whole(Bytes::new());
        }
        let Some(length) = body.size_hint().exact() else { return Self::Other { first: None, rest: body } };
        // Nobody need be woken: if the body is not ready, hyper asks it again.
        let mut context = Context::from_waker(Waker::noop());
        let first = match Pin::new(&mut body).poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) if data.len() as u64 == length && body.is_end_stream() => return Self::Whole(data),
                Ok(data) => Some(Frame::data(data)),
                Err(trailers) => Some(trailers),
            },
            // The client is to see the error: the connection breaks off.
            Poll::Ready(Some(Err(error))) => {
                return Self::Other { first: None, rest: Body::new(Failed(Some(error))) };
            }
            Poll::Ready(None) => return Self::Whole(Bytes::new()),
            Poll::Pending => None,
        };
        Self::Other { first, rest: body }
    }
}

impl From<Bytes> for Outgoing {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(bytes)
    }
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Other { first, rest } => match first.take() {
                Some(frame) => Poll::Ready(Some(Ok(frame))),
                None => Pin::new(rest).poll_frame(context),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Other { first, rest } => first.is_none() && rest.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Other { first: None, rest } => rest.size_hint(),
            Self::Other { first: Some(frame), rest } => {
                before(frame.data_ref().map_or(0, Bytes::len), &rest.size_hint())
            }
        }
    }
}

/// How long a body is that has so many bytes before its `rest`.
pub(crate) fn before(bytes: usize, rest: &SizeHint) -> SizeHint {
    let bytes = bytes as u64;
    let mut hint = SizeHint::new();
    if let Some(upper) = rest.upper() {
        hint.set_upper(bytes.saturating_add(upper));
    }
    hint.set_lower(bytes.saturating_add(rest.lower()));
    hint
}

/// A body of which there is only the error.
struct Failed(Option<axum::Error>);

impl HttpBody for Failed {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>, _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Poll::Ready(self.0.take().map(Err))
    }
}

/// That a request gets no answer, or no more of it: over HTTP/1 the TCP connection is reset, over HTTP/2 the stream.
///
/// Whoever answers says so in the response's extensions, where an [`Error`](crate::base::error::Error) is as well, or by a
/// body that fails with this error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aborted;

impl Aborted {
    /// Whether this is why a connection ended.
    pub(crate) fn is_cause_of(error: &(dyn std::error::Error + 'static)) -> bool {
        std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<Self>())
    }
}

impl fmt::Display for Aborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("reset on purpose")
    }
}

impl std::error::Error for Aborted {}

impl IntoResponse for Aborted {
    fn into_response(self) -> Response {
        Extension(self).into_response()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use futures_util::StreamExt;
    use std::collections::VecDeque;

    /// A body of several frames that says how long it will be, and may break off.
    pub(crate) struct Frames {
        pub(crate) length: u64,
        pub(crate) frames: VecDeque<Result<&'static str, Aborted>>,
        /// Whether the last frame is given time to leave.
        pub(crate) paused: bool,
    }

    impl HttpBody for Frames {
        type Data = Bytes;
        type Error = Aborted;

        fn poll_frame(
            mut self: Pin<&mut Self>, context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Aborted>>> {
            self.paused = !self.paused;
            if !self.paused {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let frame = self.frames.pop_front();
            let frame = frame.map(|frame| frame.map(|text| Frame::data(Bytes::from_static(text.as_bytes()))));
            self.length -= frame.as_ref().map_or(0, |frame| {
                frame.as_ref().ok().and_then(Frame::data_ref).map_or(0, Bytes::len) as u64
            });
            Poll::Ready(frame)
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(self.length)
        }
    }

    fn frames(frames: impl IntoIterator<Item = &'static str>) -> Outgoing {
        let frames: VecDeque<_> = frames.into_iter().map(Ok).collect();
        let length = frames.iter().flatten().map(|text| text.len() as u64).sum();
        Body::new(Frames { length, frames, paused: false }).into()
    }

    async fn read(body: Outgoing) -> String {
        let mut frames = Body::new(body).into_data_stream();
        let mut text = String::new();
        while let Some(data) = frames.next().await {
            text += str::from_utf8(&data.unwrap()).unwrap();
        }
        text
    }

    #[tokio::test]
    async fn what_an_answer_is_made_of_leaves_whole_and_with_its_length() {
        for text in ["", "{}"] {
            let body = Outgoing::from(Body::from(text));
            assert!(matches!(&body, Outgoing::Whole(bytes) if bytes == text));
            assert_eq!(body.size_hint().exact(), Some(text.len() as u64));
            assert_eq!(body.is_end_stream(), text.is_empty());
            assert_eq!(read(body).await, text);
        }
    }

    #[tokio::test]
    async fn of_a_body_of_several_frames_none_is_lost() {
        let body = frames(["a", "bc", "", "d"]);
        assert!(matches!(body, Outgoing::Other { first: Some(_), .. }));
        assert_eq!(body.size_hint().exact(), Some(4));
        assert_eq!(read(body).await, "abcd");
        let parts = futures_util::stream::iter(["x", "yz"].map(|part| Ok::<_, Aborted>(Bytes::from(part))));
        let body = Outgoing::from(Body::from_stream(parts));
        assert_eq!(body.size_hint().exact(), None);
        assert_eq!(read(body).await, "xyz");
    }

    #[tokio::test]
    async fn a_body_that_fails_at_once_still_fails() {
        let frames = VecDeque::from([Err(Aborted)]);
        let body = Outgoing::from(Body::new(Frames { length: 3, frames, paused: false }));
        let error = Body::new(body).into_data_stream().next().await.unwrap().unwrap_err();
        assert!(Aborted::is_cause_of(&error));
    }
}
