//! Reads connection specs from files. A broken file stops the start with its name, the line and the reason.

use super::document::{Compile, ConnectionSpec};
use crate::base::document::refusal::Problem;
use crate::base::files::{self, FixtureError};
use crate::base::json;
use crate::base::json::Nulls;
use include_dir::{Dir, include_dir};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/connection-specs");

/// The connection specs inside the binary.
pub(super) fn built_in() -> Result<Vec<ConnectionSpec>, FixtureError> {
    let documents = BUILT_IN.files().map(|file| (file.path().to_owned(), file.contents()));
    read_all(documents, Compile::WhenUsed)
}

/// The connection specs in `folder/connection-specs/*.json`; none if there is no such folder.
pub(super) fn from_folder(folder: &Path) -> Result<Vec<ConnectionSpec>, FixtureError> {
    fs::metadata(folder).map_err(|error| FixtureError::unreadable(folder, error))?;
    let documents = files::in_folder(&folder.join("connection-specs"))?
        .into_iter()
        .filter(|document| !document.path.contains('/') && document.path.ends_with(".json"))
        .map(|document| (document.file, document.bytes));
    read_all(documents, Compile::Now)
}

fn read_all<T: AsRef<[u8]>>(
    documents: impl IntoIterator<Item = (PathBuf, T)>, compile: Compile,
) -> Result<Vec<ConnectionSpec>, FixtureError> {
    let mut seen = HashMap::new();
    let mut specs = Vec::new();
    for (file, text) in documents {
        let spec = read(&file, text.as_ref(), compile, |spec| {
            let before = seen.insert((spec.id.clone(), spec.version.clone()), spec.extension.shares_id);
            match before {
                Some(shares_id) if !(shares_id && spec.extension.shares_id) => {
                    let (id, version) = (&spec.id, &spec.version);
                    let reason = format!("is another file's: both are {id}, version {version}");
                    Err(Problem::new("/id", reason))
                }
                _ => Ok(()),
            }
        });
        specs.push(spec?);
    }
    Ok(specs)
}

fn read(
    file: &Path, text: &[u8], compile: Compile, check: impl FnOnce(&ConnectionSpec) -> Result<(), Problem>,
) -> Result<ConnectionSpec, FixtureError> {
    let not_json = |reason| FixtureError::whole(file.to_owned(), reason);
    let text = str::from_utf8(text).map_err(|error| {
        let line = 1 + text[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        not_json(format!("not UTF-8 at line {line}"))
    })?;
    let document = json::parse(text.as_bytes(), Nulls::Dropped).map_err(not_json)?;
    ConnectionSpec::read(document, compile)
        .and_then(|spec| check(&spec).map(|()| spec))
        .map_err(|problem| FixtureError::at(file.to_owned(), text, problem))
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
        for spec in built_in().unwrap_or_else(|error| panic!("{error}")) {
            let compiled = ConnectionSpec::read(spec.seed(), Compile::Now);
            compiled.unwrap_or_else(|problem| panic!("{}: {problem:?}", spec.name));
        }
    }

    #[test]
    fn an_invalid_file_is_refused_with_its_name_the_line_the_place_and_the_reason() {
        let cases: [(&[u8], &str); 6] = [
            (b"{\n", "x.json: EOF while parsing an object at line 2 column 0"),
            (b"{\"id\":\"a\",\n\"id\":\"b\"}", "x.json: the key \"id\" is given twice at line 2 column 4"),
            (b"{\n\n\"a\":\"\xff\"}", "x.json: not UTF-8 at line 3"),
            (b"\n[]", "x.json: line 2: must be an object, not an array"),
            (b"{\n\"id\":\n7}", "x.json: line 3: at /id: must be a string, not a number; put it in quotes"),
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
    fn a_missing_folder_is_refused_but_one_without_specs_is_not() {
        let error = from_folder(Path::new("no/such/folder")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read no/such/folder: "), "{error}");
        assert!(from_folder(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
    }
}
