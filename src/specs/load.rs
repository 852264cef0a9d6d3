//! Documents to compiled connection specs. A broken one stops the start, with its file and the place in it.

use super::registry::{AuthSpec, ConnectionSpec};
use crate::json::{self, Nulls};
use include_dir::{Dir, include_dir};
use jsonschema::Draft;
use serde_json::Value;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/connection-specs");

/// Why a fixture could not be used.
#[derive(Debug)]
pub struct FixtureError {
    file: PathBuf,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    /// The file or folder cannot be read.
    Unreadable(io::Error),
    /// What it holds is not a connection spec: the JSON pointer of the place, and the reason.
    Broken { pointer: String, reason: String },
}

impl fmt::Display for FixtureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.fault {
            Fault::Unreadable(error) => write!(f, "cannot read {file}: {error}"),
            Fault::Broken { pointer, reason } if pointer.is_empty() => write!(f, "{file}: {reason}"),
            Fault::Broken { pointer, reason } => write!(f, "{file}: at {pointer}: {reason}"),
        }
    }
}

impl std::error::Error for FixtureError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Unreadable(error) => Some(error),
            Fault::Broken { .. } => None,
        }
    }
}

/// The specs inside the binary.
pub(super) fn built_in() -> Result<Vec<ConnectionSpec>, FixtureError> {
    let documents = BUILT_IN.files().map(|file| (file.path().to_owned(), file.contents()));
    compile_all(documents)
}

/// The specs of `folder/connection-specs/*.json`; none where there is no such folder in it.
pub(super) fn from_folder(folder: &Path) -> Result<Vec<ConnectionSpec>, FixtureError> {
    let unreadable =
        |file: &Path, error| FixtureError { file: file.to_owned(), fault: Fault::Unreadable(error) };
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
        let text = fs::read(&file).map_err(|error| unreadable(&file, error))?;
        documents.push((file, text));
    }
    compile_all(documents)
}

fn compile_all<T: AsRef<[u8]>>(
    documents: impl IntoIterator<Item = (PathBuf, T)>,
) -> Result<Vec<ConnectionSpec>, FixtureError> {
    let mut seen = HashSet::new();
    let mut specs = Vec::new();
    for (file, text) in documents {
        let compiled = compile(text.as_ref()).and_then(|spec| {
            if seen.insert((spec.id.clone(), spec.version.clone())) {
                Ok(spec)
            } else {
                let (id, version) = (&spec.id, &spec.version);
                Err(("/id".to_owned(), format!("another file has the same id {id} and version {version}")))
            }
        });
        let fault = |(pointer, reason)| FixtureError { file, fault: Fault::Broken { pointer, reason } };
        specs.push(compiled.map_err(fault)?);
    }
    Ok(specs)
}

/// A fault in a document: the JSON pointer of the place and the reason.
type Broken = (String, String);

fn compile(text: &[u8]) -> Result<ConnectionSpec, Broken> {
    let document = json::parse(text, Nulls::Dropped).map_err(|reason| (String::new(), reason))?;
    let auth_specs = match document.get("authSpec") {
        None => Vec::new(),
        Some(Value::Array(auth_specs)) => {
            let compiled = auth_specs.iter().enumerate().map(|(index, spec)| compile_auth_spec(index, spec));
            compiled.collect::<Result<_, _>>()?
        }
        Some(other) => {
            return Err(("/authSpec".into(), format!("must be an array, not {}", json::kind_of(other))));
        }
    };
    let patch_allowed = match document.get(EXTENSION).map(|extension| &extension["patchAllowed"]) {
        None | Some(Value::Null) => true,
        Some(Value::Bool(allowed)) => *allowed,
        Some(_) => return Err((format!("/{EXTENSION}/patchAllowed"), "must be true or false".into())),
    };
    Ok(ConnectionSpec {
        id: text_at(&document, "", "id")?,
        name: text_at(&document, "", "name")?,
        version: text_at(&document, "", "version")?,
        auth_specs,
        patch_allowed,
    })
}

/// The key under which a document tells flowmock what the real service keeps to itself.
const EXTENSION: &str = "x-flowmock";

fn compile_auth_spec(index: usize, auth_spec: &Value) -> Result<AuthSpec, Broken> {
    let at = format!("/authSpec/{index}");
    let name = text_at(auth_spec, &at, "name")?;
    let schema = &auth_spec["spec"];
    if !schema.is_object() {
        return Err((format!("{at}/spec"), "must be a JSON Schema, an object".into()));
    }
    let params = jsonschema::options().with_draft(Draft::Draft7).build(schema).map_err(|error| {
        (format!("{at}/spec{}", error.instance_path()), format!("is not a valid JSON Schema: {error}"))
    })?;
    Ok(AuthSpec { name, params })
}

fn text_at(value: &Value, at: &str, key: &str) -> Result<String, Broken> {
    match &value[key] {
        Value::String(text) if !text.is_empty() => Ok(text.clone()),
        Value::Null => Err((format!("{at}/{key}"), "is missing".into())),
        other => Err((
            format!("{at}/{key}"),
            format!("must be a string that is not empty, not {}", json::kind_of(other)),
        )),
    }
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
    fn a_broken_document_is_refused_with_its_file_the_place_and_the_reason() {
        let cases = [
            ("{", "EOF while parsing"),
            (r#"{"id":"a","id":"b"}"#, "the key \"id\" is given twice at line 1"),
            ("[]", "at /id: is missing"),
            (r#"{"id":1}"#, "at /id: must be a string"),
            (r#"{"id":"a","name":"b"}"#, "at /version: is missing"),
            (r#"{"authSpec":{}}"#, "at /authSpec: must be an array, not an object"),
            (r#"{"authSpec":[{}]}"#, "at /authSpec/0/name: is missing"),
            (r#"{"authSpec":[{"name":"a"}]}"#, "at /authSpec/0/spec: must be a JSON Schema"),
            (
                r#"{"authSpec":[{"name":"a","spec":{"type":"strin"}}]}"#,
                "at /authSpec/0/spec/type: is not a valid JSON Schema",
            ),
            (r#"{"x-flowmock":{"patchAllowed":1}}"#, "at /x-flowmock/patchAllowed: must be"),
        ];
        for (text, expected) in cases {
            let error = compile_all([(PathBuf::from("x.json"), text)]).expect_err(text).to_string();
            assert!(error.starts_with("x.json: ") && error.contains(expected), "{text}: {error}");
        }
        let twice = r#"{"id":"a","name":"b","version":"1"}"#;
        let error =
            compile_all([("x.json".into(), twice), ("y.json".into(), twice)]).unwrap_err().to_string();
        assert_eq!(error, "y.json: at /id: another file has the same id a and version 1");
    }

    #[test]
    fn a_folder_that_is_not_there_is_refused_but_one_without_specs_is_not() {
        let error = from_folder(Path::new("no/such/folder")).unwrap_err().to_string();
        assert!(error.starts_with("cannot read no/such/folder: "), "{error}");
        assert!(from_folder(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
    }
}
