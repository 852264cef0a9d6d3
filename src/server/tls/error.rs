//! [`TlsError`]: the reason why a server cannot use TLS.

use std::fmt;
use std::path::{Path, PathBuf};

/// The reason why a server cannot use TLS: the file, its problem and a remedy. Contains no part of a key.
#[derive(Debug)]
pub struct TlsError {
    pub(super) file: PathBuf,
    pub(super) reason: String,
}

impl TlsError {
    pub(crate) fn new(file: &Path, reason: impl Into<String>) -> Self {
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
