//! [`Recording`]: a request on its way to its answer.

use super::Journal;
use super::record::{self, Layout, Outcome, Record, offset};
use crate::base::body::incoming::IncomingBody;
use crate::base::body::outgoing::OutgoingBody;
use crate::base::body::tee::{BodyCopy, Extent, tee};
use crate::base::budget::SMALL;
use crate::base::error::Code;
use crate::base::headers::name;
use crate::base::operation::Operation;
use crate::base::time::Millis;
use hyper::body::{Body, Bytes};
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Request, Response, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What the headers of nearly all answers take: the record's text then is allocated once.
const ANSWER_HEADERS_BYTES: usize = 256;

const HOST: &str = "host";

/// A request that is being answered. It enters the journal when it [ends](Recording::end), or as one whose client is
/// gone when this is dropped before.
pub(crate) struct Recording<'a> {
    journal: &'a Arc<Journal>,
    time: Millis,
    started: Instant,
    version: Version,
    operation: Option<Operation>,
    layout: Layout,
    text: Text,
}

/// The request, as a record has it.
enum Text {
    /// There is no body.
    Head(Vec<u8>),
    /// There may be a body behind the head.
    WithBody(BodyCopy),
    /// It was recorded.
    Recorded,
}

/// What became of a request.
struct Ending<'a> {
    outcome: Outcome,
    took: Duration,
    headers: &'a HeaderMap,
    body: Bytes,
    /// How long the body is, if that is known.
    length: Option<u64>,
    error: Option<Code>,
}

impl<'a> Recording<'a> {
    /// Copies the head, and sees to it that the body is copied when it is read.
    pub(super) fn of(
        request: &mut Request<IncomingBody>, operation: Option<Operation>, journal: &'a Arc<Journal>,
        time: Millis, started: Instant,
    ) -> Self {
        let max_body_bytes = journal.limits.body_bytes;
        let has_body = !request.body().is_end_stream();
        let announced = if has_body { request.body().size_hint().lower() } else { 0 };
        let body_bytes = usize::try_from(announced).map_or(max_body_bytes, |bytes| bytes.min(max_body_bytes));

        let method = request.method().as_str();
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        // What HTTP/1 has in a header is a part of the target over HTTP/2.
        let host = (request.version() == Version::HTTP_2).then(|| request.uri().authority()).flatten();
        let host = host.map(|authority| authority.as_str().as_bytes());
        let headers =
            host.map_or(0, |host| record::length_of(HOST, host)) + record::length_of_all(request.headers());
        let head = method.len() + target.len() + headers;
        let mut text = Vec::with_capacity(head + body_bytes + ANSWER_HEADERS_BYTES);
        text.extend_from_slice(method.as_bytes());
        text.extend_from_slice(target.as_bytes());
        if let Some(host) = host {
            record::write_header(&mut text, HOST, host);
        }
        record::write_headers(&mut text, request.headers());
        let layout = Layout {
            method: offset(method.len()),
            target: offset(method.len() + target.len()),
            headers: offset(head),
            body: offset(head),
        };
        let version = request.version();
        let text = if has_body {
            let (tee, copy) = tee(text, max_body_bytes);
            request.body_mut().copy_into(tee);
            Text::WithBody(copy)
        } else {
            Text::Head(text)
        };
        Self { journal, time, started, version, operation, layout, text }
    }

    /// Records the request with its answer, which took that long, and the error that it tells of. Answers with the
    /// request's id in the journal.
    pub(crate) fn end<B: Body<Data = Bytes> + Unpin>(
        mut self, answer: &Response<OutgoingBody<B>>, took: Duration, error: Option<Code>,
    ) -> u64
    where
        B::Error: Unpin,
    {
        let (body, length) = match answer.body() {
            OutgoingBody::Whole(bytes) => (self.kept(bytes), Some(bytes.len() as u64)),
            OutgoingBody::Frames { first, .. } => {
                let first = first.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref());
                (first.map(|bytes| self.kept(bytes)).unwrap_or_default(), answer.body().size_hint().exact())
            }
        };
        let outcome = Outcome::Answered(answer.status());
        self.write(Ending { outcome, took, headers: answer.headers(), body, length, error })
    }

    /// Records a request that gets no answer, with the id that its answer would have had.
    pub(crate) fn abort(mut self, request_id: HeaderValue) {
        self.write_without_answer(
            Outcome::Reset,
            &HeaderMap::from_iter([(name::REQUEST_ID.clone(), request_id)]),
        );
    }

    fn write_without_answer(&mut self, outcome: Outcome, headers: &HeaderMap) {
        let took = self.started.elapsed();
        self.write(Ending { outcome, took, headers, body: Bytes::new(), length: Some(0), error: None });
    }

    /// Of an answer's body what a record keeps: the body itself, which is shared if it is small, unless it is too long. Then its
    /// beginning is kept if it would be shown: without credentials nothing can be, unless it is whole.
    fn kept(&self, body: &Bytes) -> Bytes {
        let limits = &self.journal.limits;
        if body.len() <= limits.body_bytes {
            // A larger one may hold memory of the budget for as long as any copy of it is there.
            return if body.len() <= SMALL { body.clone() } else { Bytes::copy_from_slice(body) };
        }
        let beginning = if limits.keeps_beginnings { limits.body_bytes } else { 0 };
        Bytes::copy_from_slice(body.get(..beginning).unwrap_or_default())
    }

    fn write(&mut self, ending: Ending<'_>) -> u64 {
        let Self { journal, time, started, version, operation, layout, .. } = *self;
        let Ending { outcome, took, headers, body, length, error } = ending;
        let record = move |mut text: Vec<u8>, body_bytes| {
            let layout = Layout { body: offset(text.len()), ..layout };
            record::write_headers(&mut text, headers);
            journal.push(Record {
                time,
                started,
                duration: took,
                version,
                operation,
                outcome,
                error,
                text,
                layout,
                body_bytes,
                answer: body,
                answer_bytes: length,
            })
        };
        match std::mem::replace(&mut self.text, Text::Recorded) {
            Text::Head(text) => record(text, 0),
            Text::WithBody(copy) => journal.push_with_body(&copy, record),
            Text::Recorded => 0, // which no request has
        }
    }
}

impl Journal {
    /// Passes a request's head and body, and the body's length, to `push`, which puts the record in and returns its id.
    /// If the body is still being read, the record is completed at its end.
    pub(super) fn push_with_body(
        self: &Arc<Self>, copy: &BodyCopy, push: impl FnOnce(Vec<u8>, u64) -> u64,
    ) -> u64 {
        copy.take(
            |text, body_bytes, extent| {
                if extent == Extent::SoFar {
                    *self.late() += 1;
                }
                push(text, body_bytes)
            },
            |id| {
                let journal = Arc::clone(self);
                Box::new(move |text, body_bytes| journal.complete(id, text, body_bytes))
            },
        )
    }
}

impl Drop for Recording<'_> {
    fn drop(&mut self) {
        if !matches!(self.text, Text::Recorded) {
            self.write_without_answer(Outcome::ClientGone, &HeaderMap::new());
        }
    }
}
