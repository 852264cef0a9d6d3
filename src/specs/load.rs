//! Documents to compiled connection specs. A broken one stops the start, with its file and the place in it.

use super::registry::{AuthSpec, ConnectionSpec};
use crate::fixtures::{self, Broken, FixtureError};
use crate::json::{self, Nulls};
use crate::sources::Layout;
use include_dir::{Dir, include_dir};
use jsonschema::Draft;
use serde_json::Value;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/connection-specs");

/// The specs inside the binary.
pub(super) fn built_in() -> Result<Vec<ConnectionSpec>, FixtureError> {
    let documents = BUILT_IN.files().map(|file| (file.path().to_owned(), file.contents()));
    compile_all(documents)
}

/// The specs of `folder/connection-specs/*.json`; none where there is no such folder in it.
pub(super) fn from_folder(folder: &Path) -> Result<Vec<ConnectionSpec>, FixtureError> {
    fs::metadata(folder).map_err(|error| FixtureError::unreadable(folder, error))?;
    let documents = fixtures::in_folder(&folder.join("connection-specs"))?
        .into_iter()
        .filter(|document| !document.path.contains('/') && document.path.ends_with(".json"))
        .map(|document| (document.file, document.bytes));
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
        specs.push(compiled.map_err(|broken| FixtureError::broken(file, broken))?);
    }
    Ok(specs)
}

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
        layout: layout(&document)?,
        patch_allowed,
    })
}

/// How the source lays out its data; `None` for one that cannot be explored.
fn layout(document: &Value) -> Result<Option<Layout>, Broken> {
    match &document["exploreSpec"]["type"] {
        Value::Null => Ok(None),
        Value::String(name) => Ok(Some(Layout::from_name(name))),
        other => Err(("/exploreSpec/type".into(), format!("must be a string, not {}", json::kind_of(other)))),
    }
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
            (
                r#"{"id":"a","name":"b","version":"1","exploreSpec":{"type":1}}"#,
                "at /exploreSpec/type: must be a string, not a number",
            ),
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
