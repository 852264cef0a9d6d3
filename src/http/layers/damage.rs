//! Carries out faults on a response: delays it, resets it, cuts it short, falsifies it or slows it down.
//!
//! [`faults`](super::faults) leaves an [`InjectedFault`] in the response's extensions. It is carried out when the body
//! is final, since an error's body is written late.
//!
//! Decided: a response without a body cannot be damaged and is sent unchanged, unless it is reset.

use crate::base::body::outgoing::{InjectedReset, OutgoingBody};
use crate::testkit::faults::Damage;
use axum::body::Body;
use axum::http::header;
use axum::response::{Extension, IntoResponse, Response};
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// The effect of a fault on a response.
#[derive(Clone, Default)]
pub(crate) struct InjectedFault {
    /// How long the response is held back.
    pub(crate) delay: Duration,
    /// What happens to its body.
    pub(crate) damage: Option<Damage>,
    /// Whether nothing of it is sent.
    is_reset: bool,
}

impl IntoResponse for InjectedReset {
    fn into_response(self) -> Response {
        Extension(InjectedFault { is_reset: true, ..InjectedFault::default() }).into_response()
    }
}

/// How many pieces of a slow body are sent in a second: enough for the client to see it arrive in pieces, but so few that
/// the granularity of timers does not matter.
const PIECES_PER_SECOND: u64 = 20;

impl InjectedFault {
    /// Adds delay and damage to the response's fault.
    pub(crate) fn add_to(response: &mut Response, delay: Duration, damage: Option<Damage>) {
        let fault = response.extensions_mut().get_or_insert_default::<Self>();
        (fault.delay, fault.damage) = (delay, damage);
    }

    /// The response's fault; one that does nothing if there is none.
    pub(crate) fn take_from(response: &mut Response) -> Self {
        response.extensions_mut().remove().unwrap_or_default()
    }

    /// Waits for as long as the response is held back.
    pub(crate) async fn hold_back(&self) {
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
    }

    /// Resets, cuts short or falsifies the response.
    ///
    /// # Errors
    /// [`InjectedReset`] if nothing of it is to be sent.
    pub(crate) fn damage(
        &self, response: Response<OutgoingBody<Body>>,
    ) -> Result<Response<OutgoingBody<Body>>, InjectedReset> {
        if self.is_reset {
            return Err(InjectedReset);
        }
        let length = match response.body() {
            OutgoingBody::Whole(bytes) => bytes.len(),
            // No response that a fault can hit is streamed.
            OutgoingBody::Frames { .. } => return Ok(response),
        };
        let kept = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX).min(length.saturating_sub(1));
        Ok(match self.damage {
            None | Some(Damage::Drip(_)) => response,
            Some(Damage::ResetAfter(_)) if length == 0 => return Err(InjectedReset),
            Some(_) if length == 0 => response,
            Some(Damage::ResetAfter(bytes)) => cut_short(response, kept(bytes), End::Reset),
            Some(Damage::Truncate(bytes)) => {
                cut_short(response, kept(bytes.unwrap_or(length as u64 / 2)), End::Close)
            }
            Some(Damage::MalformedJson) => without_last_character(response),
        })
    }

    /// Sends the body slowly, piece by piece.
    pub(crate) fn slow_down(&self, response: Response<OutgoingBody<Body>>) -> Response<OutgoingBody<Body>> {
        match self.damage {
            Some(Damage::Drip(bytes_per_second)) => response.map(|body| match body {
                OutgoingBody::Whole(bytes) if !bytes.is_empty() => {
                    let rest = Body::new(SlowBody::new(bytes, bytes_per_second));
                    OutgoingBody::Frames { first: None, rest }
                }
                other => other,
            }),
            _ => response,
        }
    }
}

/// Ends the response after `bytes` bytes of its body, which still announces its full length.
fn cut_short(response: Response<OutgoingBody<Body>>, bytes: usize, end: End) -> Response<OutgoingBody<Body>> {
    response.map(|body| match body {
        OutgoingBody::Whole(whole) => {
            let rest = MissingRest { missing: (whole.len() - bytes) as u64, stage: Stage::Sending, end };
            let first = (bytes > 0).then(|| Ok(Frame::data(whole.slice(..bytes))));
            OutgoingBody::Frames { first, rest: Body::new(rest) }
        }
        other => other,
    })
}

/// Takes the last character of the JSON away, and announces the new length.
fn without_last_character(mut response: Response<OutgoingBody<Body>>) -> Response<OutgoingBody<Body>> {
    response.headers_mut().remove(header::CONTENT_LENGTH); // hyper adds the one of the new body
    response.map(|body| match body {
        OutgoingBody::Whole(whole) => {
            OutgoingBody::Whole(whole.slice(..whole.trim_ascii_end().len().saturating_sub(1)))
        }
        other => other,
    })
}

/// How a body that is cut short ends.
#[derive(Clone, Copy)]
enum End {
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    Close,
}

/// The part of a body that is announced but never sent.
struct MissingRest {
    /// The number of bytes that are announced.
    missing: u64,
    stage: Stage,
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// The part before this one has yet to reach the socket.
    Sending,
    /// The next poll ends the body.
    Sent,
    /// The body has ended.
    Ended,
}

impl HttpBody for MissingRest {
    type Data = Bytes;
    type Error = InjectedReset;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, InjectedReset>>> {
        match (self.stage, self.end) {
            (Stage::Sending, _) => {
                self.stage = Stage::Sent;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            (Stage::Sent, End::Reset) => {
                self.stage = Stage::Ended;
                Poll::Ready(Some(Err(InjectedReset)))
            }
            (Stage::Sent | Stage::Ended, _) => {
                self.stage = Stage::Ended;
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.stage == Stage::Ended
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.missing)
    }
}

/// A body that is sent in small pieces.
struct SlowBody {
    rest: Bytes,
    /// The size of a piece, in bytes.
    piece: usize,
    /// The time between two pieces.
    pause: Duration,
    /// Ends when the next piece may be sent.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl SlowBody {
    fn new(body: Bytes, bytes_per_second: u64) -> Self {
        let piece = (bytes_per_second / PIECES_PER_SECOND).max(1);
        let pause = Duration::from_secs_f64(piece as f64 / bytes_per_second.max(1) as f64);
        Self { rest: body, piece: usize::try_from(piece).unwrap_or(usize::MAX), pause, waiting: None }
    }
}

impl HttpBody for SlowBody {
    type Data = Bytes;
    type Error = InjectedReset;

    fn poll_frame(
        mut self: Pin<&mut Self>, context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, InjectedReset>>> {
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

    fn answer(body: &'static str) -> Response<OutgoingBody<Body>> {
        Response::new(OutgoingBody::Whole(Bytes::from_static(body.as_bytes())))
    }

    fn fault(damage: Damage) -> InjectedFault {
        InjectedFault { damage: Some(damage), ..InjectedFault::default() }
    }

    /// The text of each frame of a body, and whether it ends with a reset.
    async fn frames(body: OutgoingBody<Body>) -> (Vec<String>, bool) {
        let mut stream = Body::new(body).into_data_stream();
        let mut frames = Vec::new();
        while let Some(frame) = stream.next().await {
            match frame {
                Ok(frame) => frames.push(String::from_utf8(frame.to_vec()).unwrap()),
                Err(error) => return (frames, InjectedReset::is_cause_of(&error)),
            }
        }
        (frames, false)
    }

    #[tokio::test]
    async fn a_body_ends_at_the_configured_byte_and_announces_its_whole_length() {
        for (damage, sent, reset) in [
            (Damage::ResetAfter(3), Some("{\"a"), true),
            (Damage::ResetAfter(0), None, true),
            (Damage::ResetAfter(99), Some("{\"a\":"), true),
            (Damage::Truncate(Some(2)), Some("{\""), false),
            (Damage::Truncate(Some(0)), None, false),
            (Damage::Truncate(None), Some("{\"a"), false),
        ] {
            let response = fault(damage).damage(answer("{\"a\":1")).unwrap();
            assert_eq!(response.body().size_hint().exact(), Some(6), "{damage:?}");
            let expected = (sent.into_iter().map(str::to_owned).collect(), reset);
            assert_eq!(frames(response.into_body()).await, expected, "{damage:?}");
        }
    }

    #[tokio::test]
    async fn malformed_json_lacks_its_end_and_announces_the_shorter_length() {
        for (body, left) in [("{\"a\":1}\n", "{\"a\":1"), ("1", "")] {
            let mut response = answer(body);
            response.headers_mut().insert(header::CONTENT_LENGTH, body.len().into());
            let response = fault(Damage::MalformedJson).damage(response).unwrap();
            assert!(!response.headers().contains_key(header::CONTENT_LENGTH));
            assert_eq!(response.body().size_hint().exact(), Some(left.len() as u64));
            assert_eq!(frames(response.into_body()).await.0.concat(), left);
        }
    }

    #[tokio::test]
    async fn a_response_without_a_body_is_reset_or_unchanged() {
        assert!(fault(Damage::ResetAfter(5)).damage(answer("")).is_err());
        for damage in [Damage::Truncate(None), Damage::MalformedJson, Damage::Drip(1)] {
            let response = fault(damage).slow_down(fault(damage).damage(answer("")).unwrap());
            assert!(matches!(response.body(), OutgoingBody::Whole(bytes) if bytes.is_empty()), "{damage:?}");
        }
    }

    #[tokio::test]
    async fn a_slow_body_arrives_completely_in_twenty_pieces_a_second() {
        for (bytes_per_second, pieces, pause) in [(1, 6, 1_000_000), (20, 6, 50_000), (60, 2, 50_000)] {
            let dripping = SlowBody::new(Bytes::from_static(b"abcdef"), bytes_per_second);
            assert_eq!(dripping.pause, Duration::from_micros(pause));
            assert_eq!(6_usize.div_ceil(dripping.piece), pieces);
        }
        let response = fault(Damage::Drip(4000)).slow_down(answer("{}")); // both bytes at once
        assert_eq!(frames(response.into_body()).await, (vec!["{}".to_owned()], false));
        let dripping = SlowBody { pause: Duration::ZERO, ..SlowBody::new(Bytes::from_static(b"abc"), 1) };
        let body = OutgoingBody::Frames { first: None, rest: Body::new(dripping) };
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(frames(body).await.0, ["a", "b", "c"]);
    }
}
