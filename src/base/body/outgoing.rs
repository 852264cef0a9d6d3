//! [`OutgoingBody`], the body of a response, and [`InjectedReset`], the error that stands for its absence.

use super::size_with;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// The body of a response. `B` is the body as a handler made it.
pub(crate) enum OutgoingBody<B: Body<Data = Bytes>> {
    /// All of it, as in nearly every response: cheap to send, and the journal can keep it.
    Whole(Bytes),
    /// A body that does not end with its first frame.
    Frames {
        /// The result of the first poll, if the body was ready.
        first: Option<Result<Frame<Bytes>, B::Error>>,
        /// The frames that follow.
        rest: B,
    },
}

impl<B: Body<Data = Bytes> + Unpin> OutgoingBody<B> {
    /// Polls `body` once and takes what is ready. A body of unknown length is not polled.
    pub(crate) fn of(mut body: B) -> Self {
        if body.is_end_stream() {
            return Self::Whole(Bytes::new());
        }
        let Some(length) = body.size_hint().exact() else { return Self::Frames { first: None, rest: body } };
        // No waker is needed: if the body is not ready, hyper polls it again.
        let mut context = Context::from_waker(Waker::noop());
        let first = match Pin::new(&mut body).poll_frame(&mut context) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) if data.len() as u64 == length && body.is_end_stream() => return Self::Whole(data),
                Ok(data) => Some(Ok(Frame::data(data))),
                Err(trailers) => Some(Ok(trailers)),
            },
            // The client has to see the error: the connection breaks off.
            Poll::Ready(Some(Err(error))) => Some(Err(error)),
            Poll::Ready(None) => return Self::Whole(Bytes::new()),
            Poll::Pending => None,
        };
        Self::Frames { first, rest: body }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for OutgoingBody<B>
where
    B::Error: Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Frames { first, rest } => match first.take() {
                Some(frame) => Poll::Ready(Some(frame)),
                None => Pin::new(rest).poll_frame(context),
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Frames { first, rest } => first.is_none() && rest.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Frames { first: None, rest } => rest.size_hint(),
            Self::Frames { first: Some(Ok(frame)), rest } => {
                size_with(frame.data_ref().map_or(0, Bytes::len), &rest.size_hint())
            }
            Self::Frames { first: Some(Err(_)), .. } => SizeHint::default(),
        }
    }
}

/// The client gets no response, or only the beginning of one: over HTTP/1 the TCP connection is reset, over HTTP/2 the
/// stream.
///
/// It is the error of the server's service and of bodies that break off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InjectedReset;

impl InjectedReset {
    /// Whether `error`, which ended a connection, was caused by an injected reset.
    pub(crate) fn is_cause_of(error: &(dyn std::error::Error + 'static)) -> bool {
        std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<Self>())
    }
}

impl fmt::Display for InjectedReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("reset on purpose")
    }
}

impl std::error::Error for InjectedReset {}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::future::poll_fn;

    /// A body of several frames that may break off.
    pub(crate) struct TestBody {
        /// The length that the body announces, if any.
        pub(crate) length: Option<u64>,
        pub(crate) frames: VecDeque<Result<&'static str, InjectedReset>>,
        /// Whether each frame has to be polled twice, so that the one before it is sent first.
        pub(crate) pauses: bool,
        /// Whether the next poll is the second one.
        pub(crate) paused: bool,
    }

    impl TestBody {
        pub(crate) fn new(frames: impl IntoIterator<Item = Result<&'static str, InjectedReset>>) -> Self {
            let frames: VecDeque<_> = frames.into_iter().collect();
            let length = frames.iter().flatten().map(|text| text.len() as u64).sum();
            Self { length: Some(length), frames, pauses: false, paused: false }
        }
    }

    impl Body for TestBody {
        type Data = Bytes;
        type Error = InjectedReset;

        fn poll_frame(
            mut self: Pin<&mut Self>, context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, InjectedReset>>> {
            self.paused = !self.paused;
            if self.pauses && !self.paused {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            let frame = self.frames.pop_front();
            if let (Some(length), Some(Ok(text))) = (&mut self.length, &frame) {
                *length -= text.len() as u64;
            }
            Poll::Ready(frame.map(|frame| frame.map(|text| Frame::data(Bytes::from_static(text.as_bytes())))))
        }

        fn is_end_stream(&self) -> bool {
            self.frames.is_empty()
        }

        fn size_hint(&self) -> SizeHint {
            self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
        }
    }

    async fn read(mut body: OutgoingBody<TestBody>) -> Result<String, InjectedReset> {
        let mut text = String::new();
        while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            text += str::from_utf8(frame?.data_ref().unwrap()).unwrap();
        }
        Ok(text)
    }

    #[tokio::test]
    async fn a_body_of_at_most_one_frame_is_whole_and_keeps_its_length() {
        for text in ["", "{}"] {
            let frames = Some(Ok(text)).filter(|_| !text.is_empty());
            let body = OutgoingBody::of(TestBody::new(frames));
            assert!(matches!(&body, OutgoingBody::Whole(bytes) if bytes == text));
            assert_eq!(body.size_hint().exact(), Some(text.len() as u64));
            assert_eq!(body.is_end_stream(), text.is_empty());
            assert_eq!(read(body).await.unwrap(), text);
        }
    }

    #[tokio::test]
    async fn a_body_of_several_frames_keeps_all_of_them() {
        let frames = || ["a", "bc", "", "d"].map(Ok);
        let body = OutgoingBody::of(TestBody { pauses: true, ..TestBody::new(frames()) });
        assert!(matches!(body, OutgoingBody::Frames { first: Some(_), .. }));
        assert_eq!(body.size_hint().exact(), Some(4));
        assert_eq!(read(body).await.unwrap(), "abcd");
        let body = OutgoingBody::of(TestBody { length: None, ..TestBody::new(frames()) });
        assert!(matches!(body, OutgoingBody::Frames { first: None, .. }));
        assert_eq!(body.size_hint().exact(), None);
        assert_eq!(read(body).await.unwrap(), "abcd");
    }

    #[tokio::test]
    async fn a_body_that_fails_at_once_still_fails() {
        let body = OutgoingBody::of(TestBody { length: Some(3), ..TestBody::new([Err(InjectedReset)]) });
        assert!(InjectedReset::is_cause_of(&read(body).await.unwrap_err()));
    }
}
