//! PEM files to certificates and keys.

use super::error::TlsError;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest file that is read, in bytes. A certificate has about two thousand.
const MAX_BYTES: u64 = 1024 * 1024;

/// The certificates in a file, at least one.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = read(file)?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let certificates = certificates.map_err(|error| not_pem(file, &error))?;
    if certificates.is_empty() {
        let holds_key = PrivateKeyDer::from_pem_slice(&text).is_ok();
        let instead = if holds_key { ", but a key: are the two files swapped?" } else { "" };
        let wanted = "a PEM file with -----BEGIN CERTIFICATE----- is needed";
        return Err(TlsError::new(file, format!("holds no certificate{instead}; {wanted}")));
    }
    Ok(certificates)
}

/// The first key in a file.
pub(super) fn key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = read(file)?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| match error {
        // The word is part of a section's label or of a header inside the section.
        _ if text.windows(9).any(|word| word == b"ENCRYPTED") => {
            TlsError::new(file, "its key is encrypted; decrypt it with openssl pkey -in FILE -out NEW_FILE")
        }
        pem::Error::NoItemsFound => {
            TlsError::new(file, "holds no key; a PEM file with -----BEGIN PRIVATE KEY----- is needed")
        }
        error => not_pem(file, &error),
    })
}

/// The file's bytes. Files of more than [`MAX_BYTES`] are refused, even if they grow while they are read.
fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    let mut bytes = Vec::new();
    let outcome = File::open(file).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    outcome.map_err(|error| TlsError::new(file, format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(TlsError::new(
            file,
            format!("has more than {MAX_BYTES} bytes; at most that many are read"),
        ));
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3); // the byte order mark that editors on Windows write
    }
    Ok(bytes)
}

/// The error for a file that is not PEM. It leaves out the parser's excerpt of the file, which may be a key.
fn not_pem(file: &Path, error: &pem::Error) -> TlsError {
    let reason = match error {
        pem::Error::MissingSectionEnd { .. } => "a section has no end; is the file whole?",
        pem::Error::IllegalSectionStart { .. } => "a line that begins with ----- is not PEM",
        pem::Error::Base64Decode(_) => "a section is not base64; is the file whole?",
        pem::Error::SectionTooLarge => "a section is too large",
        _ => "it is not PEM",
    };
    TlsError::new(file, format!("cannot be used: {reason}"))
}
