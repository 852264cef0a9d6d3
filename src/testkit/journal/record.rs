//! [`Record`]: a request and its answer, in as few allocations as possible.

use crate::base::error::Code;
use crate::base::operation::Operation;
use crate::base::operation::paths::trimmed;
use crate::base::time::Millis;
use crate::testkit::matching::received::Received;
use hyper::body::Bytes;
use hyper::{HeaderMap, StatusCode, Version};
use std::ops::Range;
use std::time::Duration;
use tokio::time::Instant;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was answered.
    Answered(StatusCode),
    /// It got no answer, on purpose.
    Reset,
    /// Its client went away before the answer was ready.
    ClientGone,
}

/// A request and its answer. It holds credentials: nothing of it is shown but through `redact`.
#[derive(Clone)]
pub(crate) struct Record {
    /// When the request's head had arrived, by the server's clock.
    pub(crate) time: Millis,
    /// The same by the machine's clock, which no test stops.
    pub(crate) started: Instant,
    /// From then until the answer was ready.
    pub(crate) duration: Duration,
    pub(crate) version: Version,
    /// The operation that was asked for; `None` for a request that is not served.
    pub(super) operation: Option<Operation>,
    pub(crate) outcome: Outcome,
    /// The error that was answered.
    pub(crate) error: Option<Code>,
    /// Method, target, headers and body of the request, headers of the answer, one behind the other.
    pub(super) text: Vec<u8>,
    pub(super) layout: Layout,
    /// How long the request's body was, as far as it was read.
    pub(crate) body_bytes: u64,
    /// The answer's body.
    pub(super) answer: Bytes,
    /// How long it was; `None` if that is not known.
    pub(crate) answer_bytes: Option<u64>,
}

/// Where the parts of a record's text end.
#[derive(Clone, Copy, Default)]
pub(super) struct Layout {
    pub(super) method: u32,
    pub(super) target: u32,
    pub(super) headers: u32,
    pub(super) body: u32,
}

impl Record {
    /// Its share of the journal's budget, in bytes. A body that the store holds as well counts in full: one day the
    /// store will not.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.text.capacity() + self.answer.len()
    }

    /// The request's target as it was sent: path and query.
    pub(crate) fn target(&self) -> &str {
        self.part(self.layout.method..self.layout.target)
    }

    /// The request's path as it was sent, with whatever slashes are at its ends.
    pub(crate) fn sent_path(&self) -> &str {
        self.target().split('?').next().unwrap_or_default()
    }

    /// The request's headers in their order, names in lower case.
    pub(crate) fn headers(&self) -> Headers<'_> {
        Headers(self.bytes(self.layout.target..self.layout.headers))
    }

    /// The first value of a header, whose name is in lower case.
    pub(crate) fn first(&self, name: &str) -> Option<&[u8]> {
        self.headers().values(name).next()
    }

    /// The answer's headers in their order, names in lower case.
    pub(crate) fn answer_headers(&self) -> Headers<'_> {
        Headers(self.text.get(self.layout.body as usize..).unwrap_or_default())
    }

    /// The answer's body, as much of it as was kept.
    pub(crate) fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// The same record with what a request's head and body turned out to be.
    pub(super) fn completed(&self, head_and_body: &[u8], body_bytes: u64) -> Self {
        let answer_headers = self.text.get(self.layout.body as usize..).unwrap_or_default();
        let text = [head_and_body, answer_headers].concat();
        let layout = Layout { body: offset(head_and_body.len()), ..self.layout };
        Self { text, layout, body_bytes, answer: self.answer.clone(), ..*self }
    }

    fn bytes(&self, range: Range<u32>) -> &[u8] {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// What HTTP allows in methods and targets is ASCII.
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
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    fn header(&self, name: &str) -> Vec<&[u8]> {
        self.headers().values(name).collect()
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

// A header as bytes: the lengths of name and value, four bytes each, then the two.
const LENGTHS: usize = size_of::<u64>();

/// How many bytes [`write_header`] writes.
pub(super) fn length_of(name: &str, value: &[u8]) -> usize {
    LENGTHS + name.len() + value.len()
}

/// How many bytes [`write_headers`] writes.
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

/// The headers in a record, name and value.
#[derive(Clone)]
pub(crate) struct Headers<'a>(&'a [u8]);

impl<'a> Headers<'a> {
    /// The values of one header, whose name is in lower case.
    fn values(mut self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let all = std::iter::from_fn(move || self.next_bytes());
        all.filter(move |(found, _)| *found == name.as_bytes()).map(|(_, value)| value)
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

impl<'a> Iterator for Headers<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, value) = self.next_bytes()?;
        Some((str::from_utf8(name).ok()?, value))
    }
}
