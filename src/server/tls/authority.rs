//! The CA and the certificate that flowmock makes for itself and keeps in a folder while they are valid.
//!
//! Decided: the CA signs one certificate, and its key is dropped before any file is written. With the key of a CA that a
//! client trusts, anybody could impersonate any host to that client; without it, the folder is harmless. The price: other
//! names, or two years, need a new CA, which clients have to trust anew.

use super::error::TlsError;
use super::files::{from_files, provider};
use super::pem;
use crate::base::config::tls::{CA_FILE, CERTIFICATE_FILE};
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

/// The name of the file with the key of the server's certificate.
const KEY_FILE: &str = "flowmock-key.pem";
/// The name of the file that is locked while the others are made.
const LOCK: &str = "flowmock.lock";

/// The names that every certificate is for.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The most names that one certificate is for.
const MAX_NAMES: usize = 100;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a certificate is valid. Some clients refuse more than 825 days.
const LIFETIME: Duration = Duration::from_secs(800 * 24 * 60 * 60);

/// A certificate that expires sooner than this is replaced, so that it does not expire while a server runs.
const MARGIN: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The configuration of a server with the certificate in `dir`, which is made if there is no valid one.
pub(super) fn config(dir: &Path, names: &[String]) -> Result<ServerConfig, TlsError> {
    let names = Names::read(dir, names)?;
    // Without a lock, so that the folder may be read-only.
    if let Ok(Kept::Usable(config)) = kept(dir, &names) {
        return Ok(*config);
    }
    let failed = |error: io::Error| TlsError::new(dir, format!("cannot be written to: {error}"));
    fs::create_dir_all(dir).map_err(failed)?;
    let lock = File::create(dir.join(LOCK)).map_err(failed)?;
    match lock.lock() {
        // Some file systems have no locks. On those, two servers that start at the same time may both make files.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(failed(error)),
        _ => {}
    }
    match kept(dir, &names)? {
        Kept::Usable(config) => return Ok(*config), // another server made it meanwhile
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
            Err(TlsError::new(dir, format!("the certificate that was just made cannot be used: {reason}")))
        }
    }
}

/// The result of looking for a certificate in a folder.
enum Kept {
    /// A valid certificate, its key and its CA.
    Usable(Box<ServerConfig>),
    /// No files, or files that cannot be used for a reason.
    Not(Option<&'static str>),
}

/// Looks for a certificate in `dir`.
fn kept(dir: &Path, names: &Names) -> Result<Kept, TlsError> {
    let files = [CA_FILE, CERTIFICATE_FILE, KEY_FILE].map(|name| dir.join(name));
    if !files.iter().all(|file| file.exists()) {
        return Ok(Kept::Not(None));
    }
    let [ca, certificate, key] = &files;
    let remedy = |mut error: TlsError| {
        error.reason += "; remove it to have a new one made";
        error
    };
    match verify(ca, certificate, names).map_err(remedy)? {
        Ok(()) => {
            let config = from_files(certificate, key).map_err(remedy)?;
            protect(key);
            Ok(Kept::Usable(config.into()))
        }
        Err(reason) => Ok(Kept::Not(Some(reason))),
    }
}

/// Makes a key readable only by its owner, with a warning if others could read it.
///
/// Decided: the server starts even if this fails, since permissions in folders that a container or a cluster mounts often
/// cannot be changed.
#[cfg(unix)]
fn protect(key: &Path) {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o077;
    let Ok(metadata) = fs::metadata(key) else { return };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return;
    }
    let (file, mode_before) = (key.display(), format!("{mode:04o}"));
    match fs::set_permissions(key, fs::Permissions::from_mode(mode & !OTHERS)) {
        Ok(()) => tracing::warn!(
            %file, mode = mode_before,
            "others than its owner could read the TLS key; now they cannot. If somebody may have copied it, remove it \
             to have a new one made"
        ),
        Err(error) => tracing::warn!(
            %file, mode = mode_before, %error,
            "others than its owner can read the TLS key, and with it pass for this server: chmod 600 it"
        ),
    }
}

#[cfg(not(unix))]
fn protect(_: &Path) {}

/// Whether a client that trusts the CA accepts the certificate for each of the names, now and until [`MARGIN`] is over.
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

/// Makes a CA and a certificate, and writes everything except the CA's key.
fn make(dir: &Path, names: &Names) -> Result<(), TlsError> {
    let failed = |error: rcgen::Error| TlsError::new(dir, format!("cannot make a certificate: {error}"));
    // A unique name, since key chains show little else.
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

    write(dir, KEY_FILE, &key.serialize_pem(), Readers::Owner)?;
    write(dir, CERTIFICATE_FILE, &server.pem(), Readers::All)?;
    write(dir, CA_FILE, &ca.pem(), Readers::All)
}

/// A certificate for `common_name`, valid from yesterday on, as clocks differ.
fn certificate(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    let yesterday = rcgen::date_time_ymd(1970, 1, 1) + (since_epoch() - DAY);
    (params.not_before, params.not_after) = (yesterday, yesterday + LIFETIME);
    params
}

/// The machine's time, not the mock's: clients check certificates against their own clock.
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().max(DAY)
}

/// The users that may read a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    Owner,
    All,
}

/// Writes a file under another name and renames it, so that it is never seen half-written.
fn write(dir: &Path, name: &str, text: &str, readers: Readers) -> Result<(), TlsError> {
    let (file, new) = (dir.join(name), dir.join(format!("{name}.new")));
    let write = || -> io::Result<()> {
        if let Err(error) = fs::remove_file(&new)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true); // nobody can have opened it before it had its mode
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

/// The host names and IP addresses that a certificate is for.
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
