//! Files to connection specs. A broken one stops the start, with its file, the line and the place in it.

use super::document::{Compile, ConnectionSpec, Fault};
use super::line::line_of;
use crate::json::{self, Nulls};
use include_dir::{Dir, include_dir};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/connection-specs");

/// The largest file, in bytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

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
    /// What it holds is not JSON; the reason names the line.
    NotJson(String),
    /// What it holds is not a connection spec.
    Broken { line: usize, fault: Fault },
}

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.cause {
            Cause::Unreadable(error) => write!(f, "cannot read {file}: {error}"),
            Cause::NotJson(reason) => write!(f, "{file}: {reason}"),
            Cause::Broken { line, fault: Fault { pointer, reason } } if pointer.is_empty() => {
                write!(f, "{file}: line {line}: {reason}")
            }
            Cause::Broken { line, fault: Fault { pointer, reason } } => {
                write!(f, "{file}: line {line}: at {pointer}: {reason}")
            }
        }
    }
}

impl std::error::Error for FixtureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Unreadable(error) => Some(error),
            Cause::NotJson(_) | Cause::Broken { .. } => None,
        }
    }
}

/// The specs inside the binary.
pub(super) fn built_in() -> Result<Vec<ConnectionSpec>, FixtureError> {
    let documents = BUILT_IN.files().map(|file| (file.path().to_owned(), file.contents()));
    read_all(documents, Compile::WhenUsed)
}

/// The specs of `folder/connection-specs/*.json`; none where there is no such folder in it.
pub(super) fn from_folder(folder: &Path) -> Result<Vec<ConnectionSpec>, FixtureError> {
    fs::metadata(folder).map_err(|error| unreadable(folder, error))?;
    let specs = folder.join("connection-specs");
    let entries = match fs::read_dir(&specs) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(|error| unreadable(&specs, error))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.map_err(|error| unreadable(&specs, error))?.path();
        if file.extension().is_some_and(|extension| extension == "json") {
            files.push(file);
        }
    }
    files.sort(); // a folder's own order differs between machines, and so would the first error
    let mut documents = Vec::new();
    for file in files {
        let text = read_file(&file).map_err(|error| unreadable(&file, error))?;
        documents.push((file, text));
    }
    read_all(documents, Compile::Now)
}

fn unreadable(file: &Path, error: io::Error) -> FixtureError {
    FixtureError { file: file.to_owned(), cause: Cause::Unreadable(error) }
}

fn read_file(file: &Path) -> io::Result<Vec<u8>> {
    let bytes = fs::metadata(file)?.len();
    if bytes > MAX_FILE_BYTES {
        return Err(io::Error::other(format!("it has {bytes} bytes; at most {MAX_FILE_BYTES} are taken")));
    }
    fs::read(file)
}

fn read_all<T: AsRef<[u8]>>(
    documents: impl IntoIterator<Item = (PathBuf, T)>, compile: Compile,
) -> Result<Vec<ConnectionSpec>, FixtureError> {
    let mut seen = HashMap::new();
    let mut specs = Vec::new();
    for (file, text) in documents {
        let spec = read(text.as_ref(), compile, |spec| {
            let before = seen.insert((spec.id.clone(), spec.version.clone()), spec.extension.shares_id);
            match before {
                Some(shares_id) if !(shares_id && spec.extension.shares_id) => {
                    let (id, version) = (&spec.id, &spec.version);
                    let reason = format!("is another file's: both are {id}, version {version}");
                    Err(Fault::new("/id", reason))
                }
                _ => Ok(()),
            }
        });
        specs.push(spec.map_err(|cause| FixtureError { file, cause })?);
    }
    Ok(specs)
}

fn read(
    text: &[u8], compile: Compile, check: impl FnOnce(&ConnectionSpec) -> Result<(), Fault>,
) -> Result<ConnectionSpec, Cause> {
    let text = str::from_utf8(text).map_err(|error| {
        let line = 1 + text[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        Cause::NotJson(format!("not UTF-8 at line {line}"))
    })?;
    let document = json::parse(text.as_bytes(), Nulls::Dropped).map_err(Cause::NotJson)?;
    ConnectionSpec::read(document, compile)
        .and_then(|spec| check(&spec).map(|()| spec))
        .map_err(|fault| Cause::Broken { line: line_of(text, &fault.pointer), fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_inside_the_binary() {
        let on_disk =
            fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/connection-specs")).unwrap();
        assert_eq!(BUILT_IN.files().count(), on_disk.count());
    }

    #[test]
    fn every_built_in_document_can_be_read_and_its_schemas_compile() {
        let specs = built_in().unwrap_or_else(|error| panic!("{error}"));
        for spec in &specs {
            spec.compile().unwrap_or_else(|fault| panic!("{}: {fault:?}", spec.name));
        }
    }

    #[test]
    fn a_broken_document_is_refused_with_its_file_the_line_the_place_and_the_reason() {
        let cases: [(&[u8], &str); 6] = [
            (b"{\n", "x.json: EOF while parsing an object at line 2 column 0"),
            (b"{\"id\":\"a\",\n\"id\":\"b\"}", "x.json: the key \"id\" is given twice at line 2 column 4"),
            (b"{\n\n\"a\":\"\xff\"}", "x.json: not UTF-8 at line 3"),
            (b"\n[]", "x.json: line 2: must be an object, not an array"),
            (b"{\n\"id\":\n7}", "x.json: line 3: at /id: must be a string, not a number"),
            (b"{\"id\":\"a\",\n\"name\":\"b\"}", "x.json: line 1: at /version: is missing"),
        ];
        for (text, expected) in cases {
            let error = read_all([(PathBuf::from("x.json"), text)], Compile::Now).unwrap_err().to_string();
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn two_files_have_the_same_id_and_version_only_if_both_say_so() {
        let read_both = |one: &str, other: &str| {
            let document = |extension: &str| {
                format!(r#"{{"id":"a","name":"b","version":"1","x-flowmock":{{{extension}}}}}"#)
            };
            read_all([("x.json".into(), document(one)), ("y.json".into(), document(other))], Compile::Now)
        };
        let shares = r#""sharesId":true"#;
        assert_eq!(read_both(shares, shares).unwrap().len(), 2);
        for (one, other) in [("", ""), (shares, ""), ("", shares)] {
            let error = read_both(one, other).unwrap_err().to_string();
            assert_eq!(error, "y.json: line 1: at /id: is another file's: both are a, version 1");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_refused_but_one_without_specs_is_not() {
        let error = from_folder(Path::new("no/such/folder")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read no/such/folder: "), "{error}");
        assert!(from_folder(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_is_too_large_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let specs = folder.path().join("connection-specs");
        fs::create_dir(&specs).unwrap();
        fs::write(specs.join("a.json"), vec![b' '; MAX_FILE_BYTES as usize + 1]).unwrap();
        let error = from_folder(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("it has 1048577 bytes; at most 1048576 are taken"), "{error}");
    }
}
