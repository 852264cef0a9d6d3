//! [`Recording`]: a request that is being answered.

use super::Journal;
use super::record::{self, Outcome, Record, RecordLayout, offset};
use crate::base::body::incoming::IncomingBody;
use crate::base::body::outgoing::OutgoingBody;
use crate::base::body::tee::{BodyCopy, Extent, tee};
use crate::base::budget::SMALL;
use crate::base::error::Code;
use crate::base::headers::name;
use crate::base::operation::Operation;
use crate::base::tenant::SandboxIsDefault;
use crate::base::time::Millis;
use hyper::body::{Body, Bytes};
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Request, Response, Version};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Room for the headers of nearly all responses, so that the record's text is allocated once.
const ANSWER_HEADERS_BYTES: usize = 256;

const HOST: &str = "host";

/// A request that is being answered. It enters the journal when it [ends](Recording::end); if it is dropped before, it
/// enters as one whose client is gone.
pub(crate) struct Recording<'a> {
    journal: &'a Arc<Journal>,
    /// `None` once the request was recorded.
    pending: Option<(Record, RecordText)>,
}

/// The text of a request's record.
enum RecordText {
    /// The request has no body.
    Head(Vec<u8>),
    /// A body may follow the head.
    WithBody(BodyCopy),
}

impl<'a> Recording<'a> {
    /// Copies the head, and arranges for the body to be copied when it is read.
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
        // HTTP/2 has the host in the target, HTTP/1 in a header.
        let host = (request.version() == Version::HTTP_2).then(|| request.uri().authority()).flatten();
        let host = host.map(|authority| authority.as_str().as_bytes());
        let headers =
            host.map_or(0, |host| record::length_of(HOST, host)) + record::length_of_all(request.headers());
        let head = method.len() + target.len() + headers;
        let mut text = record::empty_text(head + body_bytes + ANSWER_HEADERS_BYTES);
        text.extend_from_slice(method.as_bytes());
        text.extend_from_slice(target.as_bytes());
        if let Some(host) = host {
            record::write_header(&mut text, HOST, host);
        }
        record::write_headers(&mut text, request.headers());
        let layout = RecordLayout {
            method: offset(method.len()),
            target: offset(method.len() + target.len()),
            headers: offset(head),
            body: offset(head),
        };
        let mut record = Record::begun(time, started, request.version(), operation, layout);
        record.sandbox_is_default = request.extensions().get::<SandboxIsDefault>().is_some();
        let text = if has_body {
            let (tee, copy) = tee(text, max_body_bytes);
            request.body_mut().copy_into(tee);
            RecordText::WithBody(copy)
        } else {
            RecordText::Head(text)
        };
        Self { journal, pending: Some((record, text)) }
    }

    /// Records the request with its response, the time that this took, and the error in it. Returns the request's id in
    /// the journal.
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
        self.write(answer.headers(), |record| {
            record.outcome = Outcome::Answered(answer.status());
            (record.duration, record.error) = (took, error);
            (record.answer, record.answer_bytes) = (body, length);
        })
    }

    /// Records a request that gets no response, with the request id that the response would have had. Returns the
    /// request's id in the journal.
    pub(crate) fn abort(mut self, request_id: HeaderValue) -> u64 {
        let headers = HeaderMap::from_iter([(name::REQUEST_ID.clone(), request_id)]);
        self.write_without_answer(Outcome::Reset, &headers)
    }

    fn write_without_answer(&mut self, outcome: Outcome, headers: &HeaderMap) -> u64 {
        self.write(headers, |record| (record.outcome, record.duration) = (outcome, record.started.elapsed()))
    }

    /// The part of the response body that the journal keeps. A small body within the limit is shared, not copied. The
    /// beginning of a longer body is kept if credentials are shown; they cannot be hidden in an incomplete body.
    fn kept(&self, body: &Bytes) -> Bytes {
        let limits = &self.journal.limits;
        if body.len() <= limits.body_bytes {
            // A larger body may hold memory of the budget as long as any copy of it exists.
            return if body.len() <= SMALL { body.clone() } else { Bytes::copy_from_slice(body) };
        }
        let beginning = if limits.keeps_beginnings { limits.body_bytes } else { 0 };
        Bytes::copy_from_slice(body.get(..beginning).unwrap_or_default())
    }

    /// Adds the record with the response's `headers`, after `end` has set the response. Returns its id, or 0 if the
    /// request was recorded before.
    fn write(&mut self, headers: &HeaderMap, end: impl FnOnce(&mut Record)) -> u64 {
        let Some((mut record, text)) = self.pending.take() else { return 0 };
        end(&mut record);
        let journal = self.journal;
        let push = move |mut text: Vec<u8>, body_bytes| {
            record.layout.body = offset(text.len());
            record::write_headers(&mut text, headers);
            journal.push(Record { text, body_bytes, ..record })
        };
        match text {
            RecordText::Head(text) => push(text, 0),
            RecordText::WithBody(copy) => journal.push_with_body(&copy, push),
        }
    }
}

impl Journal {
    /// Passes a request's head and body, and the body's length, to `push`, which adds the record and returns its id. If
    /// the body is still being read, the record is completed when it ends.
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
        self.write_without_answer(Outcome::ClientGone, &HeaderMap::new());
    }
}
