//! TLS: from the settings ([`Tls`]) to an acceptor.
//!
//! The reference's public host is `https://platform.adobe.io`. A client that has this URL in its code can be sent here by
//! an entry in the hosts file, if it trusts a certificate of that name.

pub(crate) mod authority;
pub(crate) mod pem;

use crate::base::config::tls::Tls;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// The protocols that clients may choose from, the preferred one first (ALPN).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The acceptor that makes the server's side of each TLS handshake.
///
/// # Errors
/// [`TlsError`] for files that cannot be read, made or used.
pub(crate) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let mut config = match tls {
        Tls::Files { certificate, key } => from_files(certificate, key)?,
        Tls::SelfSigned { dir, names } => authority::config(dir, names)?,
    };
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Why a server cannot speak TLS: the file, its problem and a remedy. Holds no part of a key.
#[derive(Debug)]
pub struct TlsError {
    file: PathBuf,
    reason: String,
}

impl TlsError {
    fn new(file: &Path, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), reason: reason.into() }
    }

    /// The file or folder with the problem.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for TlsError {}

/// The cryptography. The process-wide default is left to the library's user.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The configuration of a server with the certificate and key in these files.
fn from_files(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let (chain, secret) = (pem::certificates(certificate)?, pem::key(key)?);
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::new(certificate, error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, secret);
    config.map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::new(
            key,
            format!("is not the key of {}; name the one that it was made with", certificate.display()),
        ),
        rustls::Error::InvalidCertificate(error) => {
            TlsError::new(certificate, format!("its first certificate cannot be used: {error}"))
        }
        // rustls reports a key of an unsupported kind as one that cannot be parsed.
        _ => TlsError::new(
            key,
            "the key cannot be used; ECDSA on P-256 or P-384, Ed25519 and RSA of 2048 to 8192 bits can",
        ),
    })
}
