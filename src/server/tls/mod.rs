//! [`Tls`]: what the server shows of itself to clients that come with `https`, and what it is made of.
//!
//! The reference's public host is `https://platform.adobe.io`: a client in which that stands can be sent here by
//! an entry in the hosts file, if it trusts a certificate of that name. Nothing here runs without [`Tls`].

pub(crate) mod authority;
pub(crate) mod pem;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// The protocols that clients may choose from, the better one first (ALPN).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where a server's certificate comes from. With one, it speaks TLS 1.2 and 1.3 on its port, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tls {
    /// Yours: PEM files with the certificate, followed by those between it and its CA, and with its key.
    Files {
        /// The certificates.
        certificate: PathBuf,
        /// The key of the first one: PKCS #8, PKCS #1 or SEC 1, not encrypted.
        key: PathBuf,
    },
    /// Made by flowmock, once, and kept in a folder: see [`Tls::self_signed`].
    SelfSigned {
        /// The folder.
        dir: PathBuf,
        /// The names and IP addresses that the certificate is for, besides `localhost`, 127.0.0.1 and ::1.
        names: Vec<String>,
    },
}

impl Tls {
    /// The hosts that clients of the real service have in their code: its own and the one that issues tokens.
    pub const HOSTS: [&str; 2] = ["platform.adobe.io", "ims-na1.adobelogin.com"];

    /// The certificate and the key in these PEM files.
    #[must_use]
    pub fn files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::Files { certificate: certificate.into(), key: key.into() }
    }

    /// A certificate for `localhost`, 127.0.0.1, ::1 and [`Tls::HOSTS`], signed by a CA that clients are told to
    /// trust ([`Tls::ca_certificate`]).
    ///
    /// Both are made when `dir` has none, or ones that have expired or are for other names, and used again
    /// otherwise; so servers may share a folder. The CA's key is nowhere: it signs that one certificate and is
    /// forgotten, so whoever trusts the CA trusts nothing else.
    #[must_use]
    pub fn self_signed(dir: impl Into<PathBuf>) -> Self {
        Self::SelfSigned { dir: dir.into(), names: Self::HOSTS.map(str::to_owned).into() }
    }

    /// The PEM file of the CA that a client has to trust, where flowmock made it.
    #[must_use]
    pub fn ca_certificate(&self) -> Option<PathBuf> {
        match self {
            Self::Files { .. } => None,
            Self::SelfSigned { dir, .. } => Some(dir.join(authority::CA)),
        }
    }

    /// The PEM file whose first certificate the server shows.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        match self {
            Self::Files { certificate, .. } => certificate.clone(),
            Self::SelfSigned { dir, .. } => dir.join(authority::CERTIFICATE),
        }
    }

    /// What the server does with each connection.
    ///
    /// # Errors
    /// [`TlsError`] for files that cannot be read, made or used.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let mut config = match self {
            Self::Files { certificate, key } => from_files(certificate, key)?,
            Self::SelfSigned { dir, names } => authority::config(dir, names)?,
        };
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// Why a server cannot speak TLS: a file, what is wrong with it, and what would help. It holds nothing of a key.
#[derive(Debug)]
pub struct TlsError {
    file: PathBuf,
    reason: String,
}

impl TlsError {
    fn new(file: &Path, reason: impl Into<String>) -> Self {
        Self { file: file.to_owned(), reason: reason.into() }
    }

    /// The file or the folder.
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

/// The cryptography. Named here and nowhere else, as the process-wide default is the library's user's to choose.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// A server's side of TLS with the certificate and key in these files.
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
        // What it says itself is that it could not be parsed, also of a key that is whole but of another kind.
        _ => TlsError::new(
            key,
            "the key cannot be used; ECDSA on P-256 or P-384, Ed25519 and RSA of 2048 to 8192 bits can",
        ),
    })
}
