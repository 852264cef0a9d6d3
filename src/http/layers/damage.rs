//! What happens to an answer on its way out, because a fault struck it: it is held back, cut off, falsified or slow.
//!
//! [`Struck`] comes to [`finish`](super::finish) in the response's extensions: only there an error's body is known.
//!
//! Decided: an answer without a body has nothing to damage and leaves as it is, unless it is to be reset.

use crate::base::body::outgoing::{Aborted, Outgoing};
use crate::testkit::faults::Damage;
use axum::body::Body;
use axum::http::header;
use axum::response::Response;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// What a fault has in store for an answer.
#[derive(Clone)]
pub(crate) struct Struck {
    /// How long it is held back.
    pub(crate) delay: Duration,
    /// What happens to it.
    pub(crate) damage: Option<Damage>,
}

/// How often a dripping body goes on: often enough to be read in pieces, not so often that timers blur it.
const PIECES_PER_SECOND: u64 = 20;

impl Struck {
    /// Waits for as long as the answer is held back.
    pub(crate) async fn hold_back(&self) {
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
    }

    /// Damages the answer, but for its speed.
    ///
    /// # Errors
    /// [`Aborted`] if nothing is left of it.
    pub(crate) fn damage(&self, response: Response<Outgoing>) -> Result<Response<Outgoing>, Aborted> {
        let length = match response.body() {
            Outgoing::Whole(bytes) => bytes.len(),
            Outgoing::Other { .. } => return Ok(response), // nothing that can be struck is answered in parts
        };
        let kept = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX).min(length.saturating_sub(1));
        Ok(match self.damage {
            None | Some(Damage::Drip(_)) => response,
            Some(Damage::ResetAfter(_)) if length == 0 => return Err(Aborted),
            Some(_) if length == 0 => response,
            Some(Damage::ResetAfter(bytes)) => broken(response, kept(bytes), End::Reset),
            Some(Damage::Truncate(bytes)) => {
                broken(response, kept(bytes.unwrap_or(length as u64 / 2)), End::Close)
            }
            Some(Damage::MalformedJson) => without_last_character(response),
        })
    }

    /// Makes the answer slow. Comes last: who records an answer wants to see it whole.
    pub(crate) fn slow(&self, response: Response<Outgoing>) -> Response<Outgoing> {
        match self.damage {
            Some(Damage::Drip(bytes_per_second)) => response.map(|body| match body {
                Outgoing::Whole(bytes) if !bytes.is_empty() => {
                    Outgoing::Other { first: None, rest: Body::new(Dripping::of(bytes, bytes_per_second)) }
                }
                other => other,
            }),
            _ => response,
        }
    }
}

/// The answer that ends behind so many bytes of its body.
fn broken(response: Response<Outgoing>, bytes: usize, end: End) -> Response<Outgoing> {
    response.map(|body| match body {
        Outgoing::Whole(whole) => {
            let rest = Broken { missing: (whole.len() - bytes) as u64, state: State::Leaving, end };
            let first = (bytes > 0).then(|| Frame::data(whole.slice(..bytes)));
            Outgoing::Other { first, rest: Body::new(rest) }
        }
        other => other,
    })
}

fn without_last_character(mut response: Response<Outgoing>) -> Response<Outgoing> {
    // Its length is that of what is left.
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.map(|body| match body {
        Outgoing::Whole(whole) => {
            Outgoing::Whole(whole.slice(..whole.trim_ascii_end().len().saturating_sub(1)))
        }
        other => other,
    })
}

/// How a body breaks off.
#[derive(Clone, Copy)]
enum End {
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
}

/// What follows the part of a body that is sent: nothing, although more is announced.
struct Broken {
    missing: u64,
    state: State,
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// What came before is given the time to leave.
    Leaving,
    /// The body breaks off.
    Left,
    /// It is over.
    Over,
}

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = Aborted;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Aborted>>> {
        match (self.state, self.end) {
            (State::Leaving, _) => {
                self.state = State::Left;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            (State::Left, End::Reset) => {
                self.state = State::Over;
                Poll::Ready(Some(Err(Aborted)))
            }
            (State::Left | State::Over, _) => {
                self.state = State::Over;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state == State::Over
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.missing)
    }
}

/// A body that leaves in small pieces.
struct Dripping {
    rest: Bytes,
    piece: usize,
    pause: Duration,
    /// Until the next piece may leave.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Dripping {
    fn of(body: Bytes, bytes_per_second: u64) -> Self {
        let piece = (bytes_per_second / PIECES_PER_SECOND).max(1);
        let pause = Duration::from_secs_f64(piece as f64 / bytes_per_second.max(1) as f64);
        Self { rest: body, piece: usize::try_from(piece).unwrap_or(usize::MAX), pause, waiting: None }
    }
}

impl HttpBody for Dripping {
    type Data = Bytes;
    type Error = Aborted;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Aborted>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if let Some(waiting) = &mut self.waiting {
            ready!(waiting.as_mut().poll(context));
        }
        let piece = self.piece.min(self.rest.len());
        let piece = self.rest.split_to(piece);
        self.waiting = Some(Box::pin(sleep(self.pause)));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;

    fn answer(body: &'static str) -> Response<Outgoing> {
        Response::new(Outgoing::Whole(Bytes::from_static(body.as_bytes())))
    }

    fn struck(damage: Damage) -> Struck {
        Struck { delay: Duration::ZERO, damage: Some(damage) }
    }

    /// What comes of a body, a text for each frame, and whether it ends with a reset.
    async fn frames(body: Outgoing) -> (Vec<String>, bool) {
        let mut stream = Body::new(body).into_data_stream();
        let mut frames = Vec::new();
        while let Some(frame) = stream.next().await {
            match frame {
                Ok(frame) => frames.push(String::from_utf8(frame.to_vec()).unwrap()),
                Err(error) => return (frames, Aborted::is_cause_of(&error)),
            }
        }
        (frames, false)
    }

    #[tokio::test]
    async fn a_body_breaks_off_where_it_should_and_announces_all() {
        for (damage, sent, reset) in [
            (Damage::ResetAfter(3), Some("{\"a"), true),
            (Damage::ResetAfter(0), None, true),
            (Damage::ResetAfter(99), Some("{\"a\":"), true),
            (Damage::Truncate(Some(2)), Some("{\""), false),
            (Damage::Truncate(Some(0)), None, false),
            (Damage::Truncate(None), Some("{\"a"), false),
        ] {
            let response = struck(damage).damage(answer("{\"a\":1")).unwrap();
            assert_eq!(response.body().size_hint().exact(), Some(6), "{damage:?}");
            let expected = (sent.into_iter().map(str::to_owned).collect(), reset);
            assert_eq!(frames(response.into_body()).await, expected, "{damage:?}");
        }
    }

    #[tokio::test]
    async fn malformed_json_lacks_its_end_and_announces_what_is_left() {
        for (body, left) in [("{\"a\":1}\n", "{\"a\":1"), ("1", "")] {
            let mut response = answer(body);
            response.headers_mut().insert(header::CONTENT_LENGTH, body.len().into());
            let response = struck(Damage::MalformedJson).damage(response).unwrap();
            assert!(!response.headers().contains_key(header::CONTENT_LENGTH));
            assert_eq!(response.body().size_hint().exact(), Some(left.len() as u64));
            assert_eq!(frames(response.into_body()).await.0.concat(), left);
        }
    }

    #[tokio::test]
    async fn an_answer_without_a_body_is_reset_or_left_alone() {
        assert!(struck(Damage::ResetAfter(5)).damage(answer("")).is_err());
        for damage in [Damage::Truncate(None), Damage::MalformedJson, Damage::Drip(1)] {
            let response = struck(damage).slow(struck(damage).damage(answer("")).unwrap());
            assert!(matches!(response.body(), Outgoing::Whole(bytes) if bytes.is_empty()), "{damage:?}");
        }
    }

    #[tokio::test]
    async fn a_dripping_body_comes_whole_in_pieces_of_a_twentieth_of_a_second() {
        for (bytes_per_second, pieces, pause) in [(1, 6, 1_000_000), (20, 6, 50_000), (60, 2, 50_000)] {
            let dripping = Dripping::of(Bytes::from_static(b"abcdef"), bytes_per_second);
            assert_eq!(dripping.pause, Duration::from_micros(pause));
            assert_eq!(6_usize.div_ceil(dripping.piece), pieces);
        }
        let response = struck(Damage::Drip(4000)).slow(answer("{}")); // both bytes at once
        assert_eq!(frames(response.into_body()).await, (vec!["{}".to_owned()], false));
        let dripping = Dripping { pause: Duration::ZERO, ..Dripping::of(Bytes::from_static(b"abc"), 1) };
        let body = Outgoing::Other { first: None, rest: Body::new(dripping) };
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(frames(body).await.0, ["a", "b", "c"]);
    }
}
