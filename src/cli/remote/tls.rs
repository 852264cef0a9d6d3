//! The client side of TLS. It trusts the given certificates only, never the system's CAs.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Which server certificates are accepted.
pub(crate) enum Trust<'a> {
    /// Those signed by a CA in this PEM file, for the host of the URL.
    Ca(&'a Path),
    /// Only the first one in this PEM file, whatever its names, issuer and dates.
    Pinned(&'a Path),
}

/// Connects to one host over TLS.
pub(super) struct Client {
    connector: TlsConnector,
    host: ServerName<'static>,
}

impl Client {
    /// A client for `host`, a name or an IP address.
    ///
    /// # Errors
    /// A sentence that names the unusable file or host.
    pub(super) fn new(host: &str, trust: Trust<'_>) -> Result<Self, String> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| format!("{host} is no name that a certificate can have"))?;
        let config = config(trust)?;
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), host: name })
    }

    /// Performs the TLS handshake.
    pub(super) async fn connect(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.host.clone(), socket).await
    }
}

fn config(trust: Trust<'_>) -> Result<ClientConfig, String> {
    let provider = Arc::new(ring::default_provider());
    let algorithms = provider.signature_verification_algorithms;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match trust {
        Trust::Ca(file) => builder.with_root_certificates(roots(file)?),
        Trust::Pinned(file) => {
            let certificate = CertificateDer::from_pem_file(file).map_err(|_| unreadable(file))?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Pinned { certificate, algorithms }))
        }
    };
    Ok(builder.with_no_client_auth())
}

/// Every certificate in a PEM file.
fn roots(file: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|_| unreadable(file))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|_| unreadable(file))?;
        roots.add(certificate).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    if roots.is_empty() { Err(unreadable(file)) } else { Ok(roots) }
}

fn unreadable(file: &Path) -> String {
    format!("{} is no certificate that can be read", file.display())
}

/// Accepts one certificate, and checks that the server has its key.
///
/// Decided: the certificate is compared byte for byte, and its names, issuer and dates are ignored. The files
/// that a server was started with identify that server.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self, end_entity: &CertificateDer<'_>, _: &[CertificateDer<'_>], _: &ServerName<'_>, _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self, message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self, message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
