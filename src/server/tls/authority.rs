//! The CA and the certificate that flowmock makes for itself, and keeps in a folder for as long as they will do.
//!
//! Decided: the CA signs one certificate, and its key is dropped before anything is written. A CA whose key lay in
//! a folder could sign for any host in the eyes of whoever trusts it; this one cannot, whatever becomes of the
//! folder. The price: for other names, or after two years, there is a new CA, which clients must trust anew.

use super::{TlsError, from_files, pem, provider};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{CertificateError, RootCertStore, ServerConfig};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// The CA's certificate, for clients.
pub(super) const CA: &str = "flowmock-ca.pem";
/// The server's certificate.
pub(super) const CERTIFICATE: &str = "flowmock-cert.pem";
/// Its key.
const KEY: &str = "flowmock-key.pem";
/// Whoever makes these holds a lock on this.
const LOCK: &str = "flowmock.lock";

/// Every such certificate is for these.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The most names that one certificate is for.
const MAX_NAMES: usize = 100;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Some clients refuse certificates that are good for more than 825 days.
const LIFETIME: Duration = Duration::from_secs(800 * 24 * 60 * 60);

/// What expires sooner than that is made anew, lest it expire under a server.
const MARGIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A server's side of TLS with what `dir` holds, which is made where it has to be.
pub(super) fn config(dir: &Path, names: &[String]) -> Result<ServerConfig, TlsError> {
    let names = Names::read(dir, names)?;
    // Without a lock, so that a folder which cannot be written to will do.
    if let Ok(Kept::Usable(config)) = kept(dir, &names) {
        return Ok(*config);
    }
    let failed = |error: io::Error| TlsError::new(dir, format!("cannot be written to: {error}"));
    fs::create_dir_all(dir).map_err(failed)?;
    let lock = File::create(dir.join(LOCK)).map_err(failed)?;
    match lock.lock() {
        // Some file systems know no locks. Then two servers that start first at the same time may both make files.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(failed(error)),
        _ => {}
    }
    match kept(dir, &names)? {
        Kept::Usable(config) => return Ok(*config), // somebody else was here first
        Kept::Not(None) => {}
        Kept::Not(Some(reason)) => tracing::warn!(
            dir = %dir.display(), reason, "makes a new CA and certificate: clients have to trust the new CA"
        ),
    }
    make(dir, &names)?;
    match kept(dir, &names)? {
        Kept::Usable(config) => Ok(*config),
        Kept::Not(reason) => {
            let reason = reason.unwrap_or_default();
            Err(TlsError::new(dir, format!("what was just made there cannot be used: {reason}")))
        }
    }
}

/// What a folder holds.
enum Kept {
    /// All that is needed.
    Usable(Box<ServerConfig>),
    /// Nothing, or something that will not do, for a reason.
    Not(Option<&'static str>),
}

/// What `dir` holds.
fn kept(dir: &Path, names: &Names) -> Result<Kept, TlsError> {
    let files = [CA, CERTIFICATE, KEY].map(|name| dir.join(name));
    if !files.iter().all(|file| file.exists()) {
        return Ok(Kept::Not(None));
    }
    let [ca, certificate, key] = &files;
    let remedy = |mut error: TlsError| {
        error.reason += "; remove it to have a new one made";
        error
    };
    match verify(ca, certificate, names).map_err(remedy)? {
        Ok(()) => Ok(Kept::Usable(from_files(certificate, key).map_err(remedy)?.into())),
        Err(reason) => Ok(Kept::Not(Some(reason))),
    }
}

/// Whether a client that trusts the CA takes the certificate, for each of the names and for a while to come.
fn verify(ca: &Path, certificate: &Path, names: &Names) -> Result<Result<(), &'static str>, TlsError> {
    let chain = pem::certificates(certificate)?;
    let unusable = |error: &dyn std::error::Error| TlsError::new(ca, format!("cannot be used: {error}"));
    let mut roots = RootCertStore::empty();
    for root in pem::certificates(ca)? {
        roots.add(root).map_err(|error| unusable(&error))?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider()).build();
    let verifier = verifier.map_err(|error| unusable(&error))?;
    let Some((first, others)) = chain.split_first() else { return Ok(Err("there is no certificate")) };
    let then = UnixTime::since_unix_epoch(since_epoch() + MARGIN);
    for name in &names.0 {
        if let Err(error) = verifier.verify_server_cert(first, others, name, &[], then) {
            return Ok(Err(reason(&error)));
        }
    }
    Ok(Ok(()))
}

fn reason(error: &rustls::Error) -> &'static str {
    let rustls::Error::InvalidCertificate(error) = error else { return "the certificate cannot be used" };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate has expired, or will soon"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate is not valid yet: is this machine's clock right?"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the certificate is for other names"
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the certificate is not from that CA"
        }
        _ => "the certificate cannot be used",
    }
}

/// Makes a CA and a certificate, and writes all but the CA's key.
fn make(dir: &Path, names: &Names) -> Result<(), TlsError> {
    let failed = |error: rcgen::Error| TlsError::new(dir, format!("cannot make a certificate: {error}"));
    // A name of its own, since key chains show little else.
    let ca_name = format!("flowmock CA {}", &Uuid::new_v4().simple().to_string()[..8]);
    let mut ca = certificate(&ca_name);
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca = KeyPair::generate().and_then(|key| CertifiedIssuer::self_signed(ca, key)).map_err(failed)?;

    let mut server = certificate("flowmock");
    server.subject_alt_names = CertificateParams::new(names.texts()).map_err(failed)?.subject_alt_names;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate().map_err(failed)?;
    let server = server.signed_by(&key, &ca).map_err(failed)?;

    write(dir, KEY, &key.serialize_pem(), Readers::Owner)?;
    write(dir, CERTIFICATE, &server.pem(), Readers::All)?;
    write(dir, CA, &ca.pem(), Readers::All)
}

/// A certificate in the name of `common_name`, good from yesterday on: clocks differ.
fn certificate(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let yesterday = rcgen::date_time_ymd(1970, 1, 1) + (since_epoch() - DAY);
    (params.not_before, params.not_after) = (yesterday, yesterday + LIFETIME);
    params
}

/// The machine's time: certificates know nothing of a mock's clock.
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().max(DAY)
}

/// Who may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    Owner,
    All,
}

/// Writes a file, which is whole whenever it is there.
fn write(dir: &Path, name: &str, text: &str, readers: Readers) -> Result<(), TlsError> {
    let (file, new) = (dir.join(name), dir.join(format!("{name}.new")));
    let write = || -> io::Result<()> {
        if let Err(error) = fs::remove_file(&new)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true); // so nobody has had it open for longer than it has this mode
        #[cfg(unix)]
        if readers == Readers::Owner {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        #[cfg(not(unix))]
        let _ = readers;
        options.open(&new)?.write_all(text.as_bytes())?;
        fs::rename(&new, &file)
    };
    write().map_err(|error| TlsError::new(&file, format!("cannot be written: {error}")))
}

/// What a certificate is for.
struct Names(Vec<ServerName<'static>>);

impl Names {
    /// The local names and `more`, each once.
    fn read(dir: &Path, more: &[String]) -> Result<Self, TlsError> {
        if more.len() > MAX_NAMES {
            let reason = format!("no certificate is made for more than {MAX_NAMES} names");
            return Err(TlsError::new(dir, reason));
        }
        let mut names = Vec::new();
        for name in LOCAL.into_iter().chain(more.iter().map(String::as_str)) {
            let lower = name.trim().trim_end_matches('.').to_ascii_lowercase();
            let name = ServerName::try_from(lower).map_err(|_| {
                let name = crate::base::error::excerpt(name);
                let wanted = "name hosts, without * and in their xn-- form, and IP addresses";
                TlsError::new(dir, format!("no certificate can be for \"{name}\"; {wanted}"))
            })?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(Self(names))
    }

    fn texts(&self) -> Vec<String> {
        self.0.iter().map(|name| name.to_str().into_owned()).collect()
    }
}
