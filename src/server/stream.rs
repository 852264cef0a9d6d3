//! The bytes of a connection: a socket, or TLS on a socket.

use crate::http::layers::host::CertificateNames;
use std::io::{self, IoSlice};
use std::pin::Pin;
#[cfg(feature = "tls")]
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

#[cfg(feature = "tls")]
use super::encrypted::Encrypted;

/// How the server speaks on its sockets: in plain text or with TLS.
#[derive(Clone, Default)]
pub(crate) struct Transport {
    /// Makes TLS connections; `None` for plain text.
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<tokio_rustls::TlsAcceptor>,
    /// The server's certificate.
    #[cfg(feature = "tls")]
    pub(crate) certificate: Option<rustls::pki_types::CertificateDer<'static>>,
}

impl Transport {
    /// Tells whether the certificate is valid for a name; `None` without TLS.
    pub(crate) fn certificate_names(&self) -> Option<CertificateNames> {
        #[cfg(feature = "tls")]
        if let Some(certificate) = self.certificate.clone() {
            return Some(Arc::new(move |name| super::tls::is_for(&certificate, name)));
        }
        None
    }

    /// The connection on `socket`. With TLS, the handshake is part of the first read.
    pub(super) fn around(&self, socket: TcpStream) -> Stream {
        #[cfg(feature = "tls")]
        if let Some(acceptor) = &self.tls {
            return Stream::Encrypted(Box::new(Encrypted::new(socket, acceptor)));
        }
        Stream::Plain(socket)
    }
}

/// The bytes of a connection. One type for both, since hyper's code is compiled once for each type.
pub(super) enum Stream {
    /// Plain text.
    Plain(TcpStream),
    /// TLS.
    #[cfg(feature = "tls")]
    Encrypted(Box<Encrypted>),
}

impl Stream {
    /// Makes closing the socket reset the connection.
    pub(super) fn set_zero_linger(&self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.set_zero_linger(),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => tls.socket().map_or(Ok(()), TcpStream::set_zero_linger),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => Pin::new(tls).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write(context, bytes),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => Pin::new(tls).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_flush(context),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => Pin::new(tls).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => Pin::new(tls).poll_shutdown(context),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true // both kinds do
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write_vectored(context, slices),
            #[cfg(feature = "tls")]
            Self::Encrypted(tls) => Pin::new(tls).poll_write_vectored(context, slices),
        }
    }
}
