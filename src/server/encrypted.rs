//! [`Encrypted`]: TLS on a socket. The handshake is part of the first read.
//!
//! Accepting a connection therefore never waits for a handshake. A handshake that takes too long, or goes on when the
//! server stops, is treated like a request's head (see [`super::activity`]); a failed one is a connection that ended
//! early.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// The first byte of a TLS connection: the type of a handshake record.
const HANDSHAKE: u8 = 22;

/// The response to a client that uses `http`.
const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 47\r\n\
    Connection: close\r\n\r\nThis port speaks TLS: begin the URL with https\n";

/// A TLS connection.
pub(super) enum Encrypted {
    /// The handshake goes on. `speaks_tls` is set once the client's first byte was seen.
    Handshake { accept: Accept<TcpStream>, speaks_tls: bool },
    /// The handshake has succeeded.
    Open(TlsStream<TcpStream>),
    /// The handshake has failed.
    Failed,
}

impl Encrypted {
    /// Begins a handshake on `socket`.
    pub(super) fn new(socket: TcpStream, acceptor: &TlsAcceptor) -> Self {
        Self::Handshake { accept: acceptor.accept(socket), speaks_tls: false }
    }

    /// The socket; `None` if it is closed.
    pub(super) fn socket(&self) -> Option<&TcpStream> {
        match self {
            Self::Handshake { accept, .. } => accept.get_ref(),
            Self::Open(stream) => Some(stream.get_ref().0),
            Self::Failed => None,
        }
    }

    /// Goes on with the handshake, if it has not ended.
    fn poll_handshake(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self::Handshake { accept, speaks_tls } = self else { return Poll::Ready(Ok(())) };
        if !*speaks_tls && let Some(socket) = accept.get_ref() {
            ready!(poll_speaks_tls(socket, context))?;
            *speaks_tls = true;
        }
        let outcome = ready!(Pin::new(accept).poll(context));
        let (next, outcome) = match outcome {
            Ok(stream) => (Self::Open(stream), Ok(())),
            Err(error) => (Self::Failed, Err(error)),
        };
        *self = next;
        Poll::Ready(outcome)
    }

    /// The stream after the handshake. hyper writes only after it has read, which needs the handshake.
    fn open(&mut self) -> io::Result<Pin<&mut TlsStream<TcpStream>>> {
        match self {
            Self::Open(stream) => Ok(Pin::new(stream)),
            Self::Handshake { .. } | Self::Failed => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// Waits for the client's first byte. A client that does not speak TLS gets [`NOT_TLS`], and an error ends its connection.
fn poll_speaks_tls(socket: &TcpStream, context: &mut Context<'_>) -> Poll<io::Result<()>> {
    let mut first = [0];
    match ready!(socket.poll_peek(context, &mut ReadBuf::new(&mut first)))? {
        0 => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
        _ if first == [HANDSHAKE] => return Poll::Ready(Ok(())),
        _ => {}
    }
    // Closing the socket with unread bytes would reset the connection before the client reads the response.
    let mut sent = [0; 4096];
    let most_reads = 16;
    for _ in 0..most_reads {
        if !matches!(socket.try_read(&mut sent), Ok(1..)) {
            break;
        }
    }
    _ = socket.try_write(NOT_TLS); // the send buffer is empty: nothing was written yet
    Poll::Ready(Err(io::Error::other("the client does not speak TLS; its URL must begin with https")))
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_handshake(context))?;
        self.open()?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.open()?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.open()?.poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.open()?.poll_write_vectored(context, slices)
    }
}
