//! Files of fixtures: the data that flowmock answers from, compiled into the binary or in a folder of the user's.
//!
//! [`FixtureError`] names the file, the line and the reason why one of them stops the start. The modules
//! `connection_specs` and `sources` read the contents.

use crate::base::document::line::line_of;
use crate::base::document::refusal::Problem;
use crate::base::json::{self, Nulls};
use crate::base::printable::printable;
use include_dir::Dir;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

/// The largest file, in bytes.
pub(crate) const MAX_FILE_BYTES: u64 = 1024 * 1024;
/// The largest number of files in a folder and the folders below it.
const MAX_FILES: usize = 10_000;
/// The deepest level of folders, which also ends a loop of links.
const MAX_DEPTH: usize = 16;

/// Why a fixture could not be used.
#[derive(Debug)]
pub struct FixtureError {
    file: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    /// The file or folder cannot be read.
    Unreadable(io::Error),
    /// The content cannot be used. `place` is empty if the reason names the place itself.
    Broken { place: String, reason: String },
}

impl FixtureError {
    /// A file or folder that cannot be read.
    pub(crate) fn unreadable(file: &Path, error: io::Error) -> Self {
        Self { file: file.to_owned(), cause: Cause::Unreadable(error) }
    }

    /// A file that cannot be used as a whole, or for a reason that names the place in it.
    pub(crate) fn whole(file: PathBuf, reason: String) -> Self {
        Self { file, cause: Cause::Broken { place: String::new(), reason } }
    }

    /// A document with a problem.
    pub(crate) fn of(file: PathBuf, bytes: &[u8], problem: Problem) -> Self {
        let is_json = || json::parse(bytes, Nulls::Kept).is_ok();
        match str::from_utf8(bytes) {
            Ok(text) if !problem.path.is_empty() || is_json() => Self::at(file, text, problem),
            Ok(_) => Self::whole(file, problem.reason), // a syntax error names its line itself
            Err(error) => {
                let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                Self::whole(file, format!("line {line}: {}", problem.reason))
            }
        }
    }

    /// A file whose JSON `text` has a problem.
    pub(crate) fn at(file: PathBuf, text: &str, Problem { path, reason }: Problem) -> Self {
        let line = line_of(text, &path);
        let place =
            if path.is_empty() { format!("line {line}: ") } else { format!("line {line}: at {path}: ") };
        Self { file, cause: Cause::Broken { place, reason } }
    }
}

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // File names and document keys may come from strangers.
        let file = self.file.to_string_lossy();
        let file = printable(&file);
        match &self.cause {
            Cause::Unreadable(error) => write!(f, "cannot read {file}: {error}"),
            Cause::Broken { place, reason } => write!(f, "{file}: {}{}", printable(place), printable(reason)),
        }
    }
}

impl std::error::Error for FixtureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Unreadable(error) => Some(error),
            Cause::Broken { .. } => None,
        }
    }
}

/// A file of a fixture.
pub(crate) struct FixtureFile {
    /// Its path, for error texts.
    pub(crate) file: PathBuf,
    /// Its path below the folder that was read, with `/` between the parts.
    pub(crate) path: String,
    /// Its content.
    pub(crate) bytes: Cow<'static, [u8]>,
}

/// Reads every file of a folder inside the binary, ordered by path.
pub(crate) fn embedded(folder: &'static Dir<'static>) -> Vec<FixtureFile> {
    let mut files = Vec::new();
    let mut folders = vec![folder];
    while let Some(next) = folders.pop() {
        folders.extend(next.dirs());
        files.extend(next.files().map(|file| FixtureFile {
            file: file.path().to_owned(),
            path: path_below(folder.path(), file.path()),
            bytes: Cow::Borrowed(file.contents()),
        }));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Reads every file of a folder and the folders below it, ordered by path; none if the folder does not exist.
///
/// # Errors
/// [`FixtureError`] for a file or folder that cannot be read, a file of more than 1 MiB, more than 10 000 files, and
/// folders more than 16 levels deep.
pub(crate) fn in_folder(folder: &Path) -> Result<Vec<FixtureFile>, FixtureError> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), 0)];
    while let Some((next, depth)) = folders.pop() {
        let unreadable = |error| FixtureError::unreadable(&next, error);
        let entries = match fs::read_dir(&next) {
            Err(error) if depth == 0 && error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(unreadable)?,
        };
        for entry in entries {
            let file = entry.map_err(unreadable)?.path();
            let metadata = fs::metadata(&file).map_err(|error| FixtureError::unreadable(&file, error))?;
            let whole = |reason: String| FixtureError::whole(file.clone(), reason);
            if metadata.is_dir() {
                if depth == MAX_DEPTH {
                    return Err(whole(format!("lies more than {MAX_DEPTH} folders deep")));
                }
                folders.push((file, depth + 1));
                continue;
            }
            if !metadata.is_file() {
                return Err(whole("is neither a file nor a folder".to_owned()));
            }
            if files.len() == MAX_FILES {
                return Err(whole(format!("is one file too many; at most {MAX_FILES} are read")));
            }
            let bytes = read_bounded(&file, metadata.len())?;
            files.push(FixtureFile { path: path_below(folder, &file), file, bytes: Cow::Owned(bytes) });
        }
    }
    // The file system's order differs between machines, and so would the first error.
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Reads a single file.
///
/// # Errors
/// [`FixtureError`] for a path that cannot be read or is not a file, and for a file of more than 1 MiB.
pub(crate) fn read_file(file: &Path) -> Result<Vec<u8>, FixtureError> {
    let metadata = fs::metadata(file).map_err(|error| FixtureError::unreadable(file, error))?;
    if !metadata.is_file() {
        return Err(FixtureError::whole(file.to_owned(), "is not a file".to_owned()));
    }
    read_bounded(file, metadata.len())
}

fn read_bounded(file: &Path, bytes: u64) -> Result<Vec<u8>, FixtureError> {
    if bytes > MAX_FILE_BYTES {
        let reason = format!("has {bytes} bytes; at most {MAX_FILE_BYTES} are read");
        return Err(FixtureError::whole(file.to_owned(), reason));
    }
    fs::read(file).map_err(|error| FixtureError::unreadable(file, error))
}

fn path_below(folder: &Path, file: &Path) -> String {
    let below = file.strip_prefix(folder).unwrap_or(file);
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_completely_in_the_order_of_its_paths() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/c")).unwrap();
        fs::write(folder.path().join("b/c/2"), "two").unwrap();
        fs::write(folder.path().join("z"), "last").unwrap();
        fs::write(folder.path().join("b/1"), "one").unwrap();
        let files = in_folder(folder.path()).unwrap();
        let read: Vec<_> = files.iter().map(|d| (d.path.as_str(), d.bytes.as_ref())).collect();
        assert_eq!(read, [("b/1", &b"one"[..]), ("b/c/2", b"two"), ("z", b"last")]);
        assert!(in_folder(&folder.path().join("no")).unwrap().is_empty());
    }

    #[test]
    fn a_folder_beyond_a_limit_is_refused_with_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("big");
        fs::write(&file, vec![b' '; MAX_FILE_BYTES as usize]).unwrap();
        assert_eq!(in_folder(folder.path()).unwrap().len(), 1);
        fs::write(&file, vec![b' '; MAX_FILE_BYTES as usize + 1]).unwrap();
        let error = in_folder(folder.path()).err().unwrap().to_string();
        assert!(error.ends_with("big: has 1048577 bytes; at most 1048576 are read"), "{error}");
        fs::remove_file(&file).unwrap();
        fs::create_dir_all(folder.path().join(["d"; MAX_DEPTH + 1].join("/"))).unwrap();
        let error = in_folder(folder.path()).err().unwrap().to_string();
        assert!(error.ends_with("lies more than 16 folders deep"), "{error}");
    }
}
