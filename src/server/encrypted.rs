//! [`Encrypted`]: TLS on a socket, whose handshake is a part of the first read.
//!
//! So accepting a connection never waits for a handshake; one that takes too long, or still goes on when the server
//! stops, ends as a request's head would (see [`super::activity`]); and a failed one is a connection that ended early.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

/// What the first record of TLS begins with: its kind, a handshake.
const HANDSHAKE: u8 = 22;

/// What a client gets that comes with `http`, so that it need not guess.
const NOT_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 47\r\n\
    Connection: close\r\n\r\nThis port speaks TLS: begin the URL with https\n";

/// A connection that speaks TLS, or is about to.
pub(super) enum Encrypted {
    Handshake { accept: Accept<TcpStream>, speaks_tls: bool },
    Open(TlsStream<TcpStream>),
    Failed,
}

impl Encrypted {
    pub(super) fn new(socket: TcpStream, acceptor: &TlsAcceptor) -> Self {
        Self::Handshake { accept: acceptor.accept(socket), speaks_tls: false }
    }

    /// The socket, unless it is closed.
    pub(super) fn socket(&self) -> Option<&TcpStream> {
        match self {
            Self::Handshake { accept, .. } => accept.get_ref(),
            Self::Open(stream) => Some(stream.get_ref().0),
            Self::Failed => None,
        }
    }

    /// Done when the handshake is.
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

    /// The stream behind the handshake. Nothing is written before something was read, which takes one.
    fn open(&mut self) -> io::Result<Pin<&mut TlsStream<TcpStream>>> {
        match self {
            Self::Open(stream) => Ok(Pin::new(stream)),
            Self::Handshake { .. } | Self::Failed => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}

/// Whether a client begins with a handshake; any other is told, and has ended.
fn poll_speaks_tls(socket: &TcpStream, context: &mut Context<'_>) -> Poll<io::Result<()>> {
    let mut first = [0];
    match ready!(socket.poll_peek(context, &mut ReadBuf::new(&mut first)))? {
        0 => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
        _ if first == [HANDSHAKE] => return Poll::Ready(Ok(())),
        _ => {}
    }
    // What is left unread would close the connection so hard that the client finds no answer.
    let mut sent = [0; 4096];
    let most_reads = 16;
    for _ in 0..most_reads {
        if !matches!(socket.try_read(&mut sent), Ok(1..)) {
            break;
        }
    }
    _ = socket.try_write(NOT_TLS); // there is room: it is the first that is written
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
