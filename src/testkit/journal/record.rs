//! [`Record`]: a request and its response, in as few allocations as possible.

use crate::base::error::Code;
use crate::base::operation::Operation;
use crate::base::operation::paths::trimmed;
use crate::base::time::Millis;
use crate::testkit::matching::received::Received;
use hyper::body::Bytes;
use hyper::{HeaderMap, StatusCode, Version};
use memchr::memchr;
use std::cell::Cell;
use std::ops::Range;
use std::time::Duration;
use tokio::time::Instant;

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was answered.
    Answered(StatusCode),
    /// A fault reset its connection.
    Reset,
    /// The client closed the connection before the response was ready.
    ClientGone,
}

/// A request and its response. It holds credentials, so it is shown only through `redact`.
#[derive(Clone)]
pub(crate) struct Record {
    /// When the request's head had arrived, by the server's clock.
    pub(crate) time: Millis,
    /// When the request's head had arrived, by the machine's clock, which no test stops.
    pub(crate) started: Instant,
    /// The time from then until the response was ready.
    pub(crate) duration: Duration,
    pub(crate) version: Version,
    /// The operation; `None` if no operation has that method and path.
    pub(super) operation: Option<Operation>,
    pub(crate) outcome: Outcome,
    /// Whether its `x-sandbox-name` is the server's default, not its client's.
    pub(crate) sandbox_is_default: bool,
    /// The error in the response.
    pub(crate) error: Option<Code>,
    /// The request's method, target, headers and body, and the response's headers, in this order.
    pub(super) text: Vec<u8>,
    pub(super) layout: RecordLayout,
    /// The length of the request's body, as far as it was read.
    pub(crate) body_bytes: u64,
    /// The response's body.
    pub(super) answer: Bytes,
    /// The length of the response's body; `None` if it is not known.
    pub(crate) answer_bytes: Option<u64>,
}

/// The ends of the parts of a record's text.
#[derive(Clone, Copy, Default)]
pub(super) struct RecordLayout {
    pub(super) method: u32,
    pub(super) target: u32,
    pub(super) headers: u32,
    pub(super) body: u32,
}

impl Record {
    /// The record of a request that has no response yet, without its text.
    pub(super) fn begun(
        time: Millis, started: Instant, version: Version, operation: Option<Operation>, layout: RecordLayout,
    ) -> Self {
        Self {
            time,
            started,
            duration: Duration::ZERO,
            version,
            operation,
            outcome: Outcome::ClientGone,
            sandbox_is_default: false,
            error: None,
            text: Vec::new(),
            layout,
            body_bytes: 0,
            answer: Bytes::new(),
            answer_bytes: Some(0),
        }
    }

    /// Its share of the journal's budget, in bytes. A body that the store also holds counts in full, since the store
    /// may drop it.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.text.capacity() + self.answer.len()
    }

    /// The request's target as it was sent: path and query.
    pub(crate) fn target(&self) -> &str {
        self.part(self.layout.method..self.layout.target)
    }

    /// The original path of the request, with all slashes at its beginning and end.
    pub(crate) fn sent_path(&self) -> &str {
        let target = self.target();
        memchr(b'?', target.as_bytes()).map_or(target, |end| &target[..end])
    }

    /// The request's headers in their order, names in lower case.
    pub(crate) fn headers(&self) -> RecordedHeaders<'_> {
        RecordedHeaders(self.bytes(self.layout.target..self.layout.headers))
    }

    /// The first value of a header, whose name is in lower case.
    pub(crate) fn first(&self, name: &str) -> Option<&[u8]> {
        self.headers().values(name).next()
    }

    /// The response's headers in their order, names in lower case.
    pub(crate) fn answer_headers(&self) -> RecordedHeaders<'_> {
        RecordedHeaders(self.text.get(self.layout.body as usize..).unwrap_or_default())
    }

    /// The recorded part of the response's body.
    pub(crate) fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// This record with the head and body of the request that have arrived by now.
    pub(super) fn completed(&self, head_and_body: &[u8], body_bytes: u64) -> Self {
        let answer_headers = self.text.get(self.layout.body as usize..).unwrap_or_default();
        let text = [head_and_body, answer_headers].concat();
        let layout = RecordLayout { body: offset(head_and_body.len()), ..self.layout };
        Self { text, layout, body_bytes, answer: self.answer.clone(), ..*self }
    }

    fn bytes(&self, range: Range<u32>) -> &[u8] {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// HTTP allows only ASCII in methods and targets.
    fn part(&self, range: Range<u32>) -> &str {
        str::from_utf8(self.bytes(range)).unwrap_or_default()
    }
}

impl Received for Record {
    fn method(&self) -> &str {
        self.part(0..self.layout.method)
    }

    fn path(&self) -> &str {
        trimmed(self.sent_path())
    }

    fn query(&self) -> &str {
        let target = self.target();
        memchr(b'?', target.as_bytes()).map_or("", |end| &target[end + 1..])
    }

    fn header(&self, name: &str) -> Vec<&[u8]> {
        self.headers().values(name).collect()
    }

    fn sandbox_is_default(&self) -> bool {
        self.sandbox_is_default
    }

    fn body(&self) -> &[u8] {
        self.bytes(self.layout.headers..self.layout.body)
    }

    fn operation(&self) -> Option<Operation> {
        self.operation
    }
}

/// An offset in a record's text, which holds a head and parts of a body: their limits are far below 4 GiB.
pub(super) fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The text of a dropped record is kept for the next one if it has at most this many bytes.
const MAX_KEPT_BYTES: usize = 64 * 1024;

thread_local! {
    /// The memory of a dropped record's text: the next request on the thread needs about as much.
    static MEMORY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Keeps the memory of a dropped record's text for the next record.
pub(super) fn keep(text: Vec<u8>) {
    if text.capacity() <= MAX_KEPT_BYTES {
        _ = MEMORY.try_with(|memory| memory.set(text));
    }
}

/// An empty text with room for that many bytes, and for an eighth more at most.
pub(super) fn empty_text(bytes: usize) -> Vec<u8> {
    let mut text = MEMORY.try_with(Cell::take).unwrap_or_default();
    if !(bytes..=bytes + bytes / 8).contains(&text.capacity()) {
        return Vec::with_capacity(bytes);
    }
    text.clear();
    text
}

// A header as bytes: the lengths of name and value, four bytes each, then the two.
const LENGTHS: usize = size_of::<u64>();

/// Number of bytes that [`write_header`] writes.
pub(super) fn length_of(name: &str, value: &[u8]) -> usize {
    LENGTHS + name.len() + value.len()
}

/// Number of bytes that [`write_headers`] writes.
pub(super) fn length_of_all(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| length_of(name.as_str(), value.as_bytes())).sum()
}

/// Appends a header to a record's text.
pub(super) fn write_header(text: &mut Vec<u8>, name: &str, value: &[u8]) {
    let lengths = u64::from(offset(name.len())) << 32 | u64::from(offset(value.len()));
    text.extend_from_slice(&lengths.to_be_bytes());
    text.extend_from_slice(name.as_bytes());
    text.extend_from_slice(value);
}

/// Appends headers to a record's text.
pub(super) fn write_headers(text: &mut Vec<u8>, headers: &HeaderMap) {
    for (name, value) in headers {
        write_header(text, name.as_str(), value.as_bytes());
    }
}

/// The headers in a record, as names and values.
#[derive(Clone)]
pub(crate) struct RecordedHeaders<'a>(&'a [u8]);

impl<'a> RecordedHeaders<'a> {
    /// The values of one header, whose name is in lower case.
    fn values(mut self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let all = std::iter::from_fn(move || self.next_bytes());
        all.filter(move |(found, _)| *found == name.as_bytes()).map(|(_, value)| value)
    }

    /// All of them, the values as they are.
    pub(crate) fn all(mut self) -> Vec<(&'a [u8], &'a [u8])> {
        let mut all = Vec::with_capacity(16);
        all.extend(std::iter::from_fn(|| self.next_bytes()));
        all
    }

    fn next_bytes(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let (name, rest) = self.0.split_first_chunk()?;
        let (value, rest) = rest.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(u32::from_be_bytes(*name) as usize)?;
        let (value, rest) = rest.split_at_checked(u32::from_be_bytes(*value) as usize)?;
        self.0 = rest;
        Some((name, value))
    }
}

impl<'a> Iterator for RecordedHeaders<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.next_bytes()?;
        Some((str::from_utf8(name).ok()?, value))
    }
}
