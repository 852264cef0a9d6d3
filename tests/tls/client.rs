//! [`TlsClient`]: a client with a chosen CA, server name and set of protocols.

use axum::body::Body;
use flowmock::FlowMock;
use hyper::client::conn::{http1, http2};
use hyper::{Request, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The names of HTTP/2 and HTTP/1.1 in ALPN.
pub const HTTP2: &[u8] = b"h2";
pub const HTTP1: &[u8] = b"http/1.1";

/// An HTTPS client.
#[derive(Clone)]
pub struct TlsClient {
    config: ClientConfig,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub version: Version,
    pub status: StatusCode,
    pub body: String,
}

impl TlsClient {
    /// A client that trusts the CAs in the file `ca` and offers `protocols` by ALPN.
    pub fn trusting(ca: impl AsRef<Path>, protocols: &[&[u8]]) -> Self {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(ca).expect("a file") {
            roots.add(certificate.expect("a certificate")).expect("a CA");
        }
        Self::with(roots, protocols)
    }

    /// A client that trusts no CA.
    pub fn trusting_no_ca() -> Self {
        Self::with(RootCertStore::empty(), &[])
    }

    fn with(roots: RootCertStore, protocols: &[&[u8]]) -> Self {
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the versions are there")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Self { config }
    }

    /// Sends a GET and expects the certificate to be valid for the host `name`.
    pub async fn get(&self, mock: &FlowMock, name: &str, path: &str) -> io::Result<Answer> {
        let name = ServerName::try_from(name.to_owned()).expect("a host");
        let host = name.to_str().into_owned();
        let socket = TcpStream::connect(mock.address()).await?;
        let stream = TlsConnector::from(Arc::new(self.config.clone())).connect(name, socket).await?;
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        let stream = TokioIo::new(stream);
        let request = |target: String| Request::get(target).header("host", &host).body(Body::empty());
        let answer = if is_http2 {
            let (mut sender, connection) =
                http2::handshake(TokioExecutor::new(), stream).await.map_err(io::Error::other)?;
            tokio::spawn(connection);
            sender.send_request(request(format!("https://{host}{path}")).expect("a request")).await
        } else {
            let (mut sender, connection) = http1::handshake(stream).await.map_err(io::Error::other)?;
            tokio::spawn(connection);
            sender.send_request(request(path.to_owned()).expect("a request")).await
        };
        let (head, body) = answer.map_err(io::Error::other)?.into_parts();
        let body = axum::body::to_bytes(Body::new(body), usize::MAX).await.map_err(io::Error::other)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { version: head.version, status: head.status, body })
    }
}
