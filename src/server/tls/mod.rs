//! TLS: from the settings ([`Tls`]) to an acceptor.
//!
//! The reference's public host is `https://platform.adobe.io`. A client that has this URL in its code can be sent here by
//! an entry in the hosts file, if it trusts a certificate of that name.

pub(crate) mod authority;
pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod pem;

pub use error::TlsError;

use crate::base::config::tls::Tls;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
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
        Tls::Files { certificate, key } => files::from_files(certificate, key)?,
        Tls::SelfSigned { dir, names } => authority::config(dir, names)?,
    };
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// The server's own certificate, the first of the chain.
///
/// # Errors
/// [`TlsError`] for a file that cannot be read.
pub(crate) fn certificate(tls: &Tls) -> Result<CertificateDer<'static>, TlsError> {
    let file = tls.certificate();
    let first = pem::certificates(&file)?.into_iter().next();
    first.ok_or_else(|| TlsError::new(&file, "there is no certificate in it"))
}

/// Whether the certificate is valid for the host `name`.
pub(crate) fn is_for(certificate: &CertificateDer<'_>, name: &str) -> bool {
    let (Ok(certificate), Ok(name)) = (ParsedCertificate::try_from(certificate), ServerName::try_from(name))
    else {
        return false;
    };
    verify_server_name(&certificate, &name).is_ok()
}
