//! [`LenientStream`]: percent-encodes `"`, `<` and `>` in the target of an HTTP/1 request.
//!
//! The vendor's tutorials print curl lines with unencoded quotes in the query, and curl sends them unencoded. The HTTP
//! library rejects all three characters with a plain 400. Everything after this stream, including the journal, sees the
//! encoded target.
//!
//! Only bytes at the beginning of a request are changed, never those of a body: [`Activity`] knows where requests begin. A
//! request line that arrives in pieces, or after another request in the same read, is left unchanged.

use super::activity::Activity;
use super::stream::Stream;
use memchr::{memchr, memchr3};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The size of the buffer for the first bytes of a request. The HTTP library first asks for only 24 bytes, to distinguish
/// the versions.
const FIRST_READ: usize = 4096;

/// A stream that encodes raw characters in request targets.
pub(super) struct LenientStream {
    stream: Stream,
    activity: Arc<Activity>,
    /// The number of heads that were read at the last search for a request line.
    seen: Option<usize>,
    /// Bytes that did not fit into the reader's buffer.
    rest: Vec<u8>,
}

impl LenientStream {
    /// Wraps `stream`, the connection of `activity`.
    pub(super) fn new(stream: Stream, activity: Arc<Activity>) -> Self {
        Self { stream, activity, seen: None, rest: Vec::new() }
    }

    /// The wrapped stream.
    pub(super) fn inner(&self) -> &Stream {
        &self.stream
    }

    /// Whether the next bytes are the first of a request.
    fn awaits_request(&self) -> bool {
        self.seen != Some(self.activity.heads()) && self.activity.bodies.have_ended()
    }

    /// Copies bytes that were read before to the reader.
    fn copy_pending(&mut self, buffer: &mut ReadBuf<'_>) {
        let fitting = self.rest.len().min(buffer.remaining());
        buffer.put_slice(&self.rest[..fitting]);
        self.rest.drain(..fitting);
        if self.rest.is_empty() {
            self.rest = Vec::new(); // frees its memory
        }
    }

    /// Reads into a buffer that is large enough for a request line.
    fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; FIRST_READ];
        let mut buffer = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
        let read = buffer.filled();
        if !read.is_empty() {
            self.seen = Some(self.activity.heads());
            self.rest = encoded(read).unwrap_or_else(|| read.to_vec());
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for LenientStream {
    fn poll_read(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let has_room = buffer.remaining() >= FIRST_READ;
        if self.rest.is_empty() && !has_room && self.awaits_request() {
            ready!(self.poll_first(context))?;
            self.copy_pending(buffer);
            return Poll::Ready(Ok(()));
        }
        if !self.rest.is_empty() {
            self.copy_pending(buffer);
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before && self.awaits_request() {
            self.seen = Some(self.activity.heads());
            if let Some(encoded) = encoded(&buffer.filled()[before..]) {
                buffer.set_filled(before);
                self.rest = encoded;
                self.copy_pending(buffer);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LenientStream {
    fn poll_write(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}

/// The bytes with an encoded target; `None` unless they begin with a request line whose target has a raw character.
fn encoded(bytes: &[u8]) -> Option<Vec<u8>> {
    const ENCODED: [(u8, &[u8]); 3] = [(b'"', b"%22"), (b'<', b"%3C"), (b'>', b"%3E")];
    let line = &bytes[..memchr(b'\n', bytes)?];
    memchr3(b'"', b'<', b'>', line)?;
    let mut parts = line.split(|byte| *byte == b' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    let is_request = method.iter().all(u8::is_ascii_uppercase)
        && target.starts_with(b"/")
        && [&b"HTTP/1.1"[..], b"HTTP/1.0"].contains(&version.trim_ascii_end())
        && parts.next().is_none();
    if !is_request {
        return None;
    }
    let mut whole = Vec::with_capacity(bytes.len() + 64);
    whole.extend_from_slice(method);
    whole.push(b' ');
    for byte in target {
        match ENCODED.iter().find(|(raw, _)| raw == byte) {
            Some((_, encoded)) => whole.extend_from_slice(encoded),
            None => whole.push(*byte),
        }
    }
    whole.extend_from_slice(&bytes[method.len() + 1 + target.len()..]);
    Some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_target_of_a_request_line_is_encoded() {
        let request = b"GET /a?b==\"c\"&d>1&e<2 HTTP/1.1\r\nIf-Match: \"x\"\r\n\r\n<body>";
        let expected = b"GET /a?b==%22c%22&d%3E1&e%3C2 HTTP/1.1\r\nIf-Match: \"x\"\r\n\r\n<body>";
        assert_eq!(encoded(request).as_deref(), Some(&expected[..]));
        for other in [
            &b"GET /a?b=c HTTP/1.1\r\nIf-Match: \"x\"\r\n\r\n"[..],
            b"GET /a?b=\"c\" HTTP/1.1",
            b"GET /a?b=\"c\" d HTTP/1.1\r\n",
            b"GET \"/a\" HTTP/1.1\r\n",
            b"get /a?\"b\" HTTP/1.1\r\n",
            b"GET /a?\"b\" HTTP/2.0\r\n",
            b"If-Match: \"x\"\r\n",
            b"{\"name\": \"x\"}\n",
            b"<",
            b"",
        ] {
            assert_eq!(encoded(other), None, "{}", String::from_utf8_lossy(other));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_the_rest_stays(bytes in "(GET )?[ /a?\"<>\r\n]{0,30}( HTTP/1.1\r\n.*)?") {
            if let Some(encoded) = encoded(bytes.as_bytes()) {
                let raw = |text: &[u8]| text.iter().position(|byte| *byte == b'\n').map(|at| text[at..].to_vec());
                prop_assert_eq!(raw(&encoded), raw(bytes.as_bytes()));
            }
        }
    }
}
