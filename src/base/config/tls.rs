//! [`Tls`]: where the certificate of a server that speaks TLS comes from.

use crate::base::headers::SERVICE_HOSTS;
use std::path::PathBuf;

/// The name of the file with the CA's certificate, for clients.
pub(crate) const CA_FILE: &str = "flowmock-ca.pem";
/// The name of the file with the server's certificate.
pub(crate) const CERTIFICATE_FILE: &str = "flowmock-cert.pem";

/// The certificate of a server. With one, the server speaks TLS 1.2 and 1.3 on its port, and no plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tls {
    /// Your own certificate and key, in PEM files.
    Files {
        /// The file with the server's certificate, followed by the intermediate certificates.
        certificate: PathBuf,
        /// The file with the key of the server's certificate: PKCS #8, PKCS #1 or SEC 1, not encrypted.
        key: PathBuf,
    },
    /// A certificate that flowmock makes once and keeps in a folder; see [`Tls::self_signed`].
    SelfSigned {
        /// The folder.
        dir: PathBuf,
        /// The host names and IP addresses that the certificate is for, besides `localhost`, 127.0.0.1 and ::1.
        names: Vec<String>,
    },
}

impl Tls {
    /// The hosts of the real service: its own and the one that issues tokens.
    pub const HOSTS: [&str; 2] = SERVICE_HOSTS;

    /// The certificate and the key in these PEM files.
    #[must_use]
    pub fn files(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::Files { certificate: certificate.into(), key: key.into() }
    }

    /// A certificate for `localhost`, 127.0.0.1, ::1 and [`Tls::HOSTS`], signed by a CA that clients have to
    /// trust ([`Tls::ca_certificate`]).
    ///
    /// Both are made when `dir` has none, or only ones that have expired or are for other names, and reused
    /// otherwise, so servers may share a folder. The CA's key is not kept: it signs this one certificate, so a client
    /// that trusts the CA trusts nothing else.
    #[must_use]
    pub fn self_signed(dir: impl Into<PathBuf>) -> Self {
        Self::SelfSigned { dir: dir.into(), names: Self::HOSTS.map(str::to_owned).into() }
    }

    /// The PEM file of the CA that a client has to trust, if flowmock made the certificate.
    #[must_use]
    pub fn ca_certificate(&self) -> Option<PathBuf> {
        match self {
            Self::Files { .. } => None,
            Self::SelfSigned { dir, .. } => Some(dir.join(CA_FILE)),
        }
    }

    /// The PEM file that begins with the server's certificate.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        match self {
            Self::Files { certificate, .. } => certificate.clone(),
            Self::SelfSigned { dir, .. } => dir.join(CERTIFICATE_FILE),
        }
    }
}
