//! The configuration of a server whose certificate and key are in files.

use super::error::TlsError;
use super::pem;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use std::path::Path;
use std::sync::Arc;

/// The cryptography. The process-wide default is left to the library's user.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The configuration of a server with the certificate and key in these files.
pub(crate) fn from_files(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
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
