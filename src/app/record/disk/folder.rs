//! [`Folder`]: the folder of a log, its files and its lock.

use super::files::Storage;
use super::frame::Frame;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The form of the files that this version writes. A version reads all earlier forms.
pub(super) const FORM: u32 = 1;

/// The folder of a log, which no other server uses.
pub(crate) struct Folder {
    path: PathBuf,
    /// Locked until it is closed.
    _lock: File,
}

/// The first record of each file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    /// The version that wrote the file.
    pub(super) flowmock: String,
    /// The form of the file.
    pub(super) form: u32,
}

/// Why the folder of a log cannot be used.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// The system refused.
    Io(PathBuf, io::Error),
    /// Another server uses it.
    InUse(PathBuf, String),
    /// A newer version wrote it.
    Newer(PathBuf, String),
    /// A file is damaged, or has a record that cannot be applied.
    Damaged(PathBuf, u64, String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "cannot use {} (--state): {error}", path.display()),
            Self::InUse(path, by) => write!(
                f,
                "{} (--state) is in use by another flowmock{by}; stop it, or choose another folder",
                path.display()
            ),
            Self::Newer(path, version) => write!(
                f,
                "{} was written by flowmock {version}, which is newer than this one, {}; start that version, or choose \
                 another folder for --state",
                path.display(),
                env!("CARGO_PKG_VERSION")
            ),
            Self::Damaged(path, at, reason) => write!(
                f,
                "{} is damaged: the record at byte {at} {reason}; restore the folder from a copy, or choose another one \
                 for --state",
                path.display()
            ),
        }
    }
}

impl Folder {
    /// Opens a folder, which is created if it is missing, and locks it.
    ///
    /// # Errors
    /// [`OpenError`] if that fails, or another server has locked it.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::Io(path.to_owned(), error);
        fs::create_dir_all(path).map_err(failed)?;
        let mut options = OpenOptions::new();
        let options = private(options.read(true).write(true).create(true).truncate(false));
        let mut lock = options.open(path.join("lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let by = lock.read_to_string(&mut holder).ok().filter(|_| !holder.trim().is_empty());
                let by = by.map(|_| format!(" (process {})", holder.trim())).unwrap_or_default();
                return Err(OpenError::InUse(path.to_owned(), by));
            }
        }
        // For whoever wonders, and for the error above.
        let noted = lock.set_len(0).and_then(|()| lock.rewind());
        noted.and_then(|()| writeln!(lock, "{}", std::process::id())).map_err(failed)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn log(&self, generation: u64) -> PathBuf {
        self.path.join(format!("log-{generation:08}"))
    }

    pub(super) fn state(&self, generation: u64) -> PathBuf {
        self.path.join(format!("state-{generation:08}"))
    }

    /// The numbers of the files that begin with `prefix`, in ascending order.
    pub(super) fn generations(&self, prefix: &str) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix(prefix));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Creates the log with that number, which begins with its head; returns it and its length.
    pub(super) fn create_log(&self, generation: u64) -> io::Result<(Box<dyn Storage>, u64)> {
        let path = self.log(generation);
        let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(path)?;
        let length = write_head(&mut file)?;
        file.sync_all()?;
        self.sync()?;
        Ok((Box::new(file), length))
    }

    /// Makes the names of its files last.
    pub(super) fn sync(&self) -> io::Result<()> {
        #[cfg(unix)]
        File::open(&self.path)?.sync_all()?;
        Ok(())
    }

    /// Deletes the files that are older than the state with that number, and states that were not completed.
    pub(super) fn clean(&self, newest: u64) {
        let old = |prefix: &str| {
            self.generations(prefix).unwrap_or_default().into_iter().filter(|old| *old < newest)
        };
        // What is not deleted is ignored, and deleted the next time.
        old("log-").for_each(|old| _ = fs::remove_file(self.log(old)));
        old("state-").for_each(|old| _ = fs::remove_file(self.state(old)));
    }
}

/// Makes files that only their owner can read, since they hold credentials.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Writes the first frame of a file; returns its length.
pub(super) fn write_head(file: &mut File) -> io::Result<u64> {
    let head = Head { flowmock: env!("CARGO_PKG_VERSION").to_owned(), form: FORM };
    let mut frame = Frame::default();
    let bytes = frame.fill(&[serde_json::to_vec(&head)?]);
    Write::write_all(file, bytes)?;
    Ok(bytes.len() as u64)
}
