//! `flowmock healthcheck`: asks a server whether it answers, over plain HTTP or TLS.

use flowmock::{HEALTH_PATH, Tls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, Stream,
};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the server at `address`, which was started with that `tls`, whether it answers.
///
/// # Errors
/// A sentence that says what happened instead.
pub(crate) fn ask(address: SocketAddr, tls: Option<&Tls>) -> Result<(), String> {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{address}{HEALTH_PATH}");
    let answer = answer(address, tls).map_err(|error| format!("no answer from {url}: {error}"))?;
    let status_line = answer.lines().next().unwrap_or_default();
    if status_line.starts_with("HTTP/1.1 200") {
        Ok(())
    } else {
        Err(format!("{url} answered: {status_line}"))
    }
}

fn answer(address: SocketAddr, tls: Option<&Tls>) -> io::Result<String> {
    let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    match tls {
        None => converse(socket, address),
        Some(tls) => {
            let name = ServerName::from(address.ip());
            let mut connection =
                ClientConnection::new(Arc::new(client(tls)?), name).map_err(io::Error::other)?;
            converse(Stream::new(&mut connection, &mut socket), address)
        }
    }
}

fn converse(mut stream: impl Read + Write, address: SocketAddr) -> io::Result<String> {
    // In one piece: a server that speaks TLS answers to the first bytes, and closes.
    let request = format!("GET {HEALTH_PATH} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    Ok(answer)
}

/// A client that trusts one certificate.
///
/// Decided: the one that the server was started with, byte for byte, whatever its names, its CA and its dates are.
/// Who asks here wants to know whether that server answers.
fn client(tls: &Tls) -> io::Result<ClientConfig> {
    let file = tls.certificate();
    let certificate = CertificateDer::from_pem_file(&file)
        .map_err(|_| io::Error::other(format!("{} is no certificate that can be read", file.display())))?;
    let provider = Arc::new(ring::default_provider());
    let pinned = Pinned { certificate, algorithms: provider.signature_verification_algorithms };
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(pinned))
        .with_no_client_auth();
    Ok(client)
}

/// Trusts one certificate, whose key the server must have.
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
