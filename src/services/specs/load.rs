//! Reads specs from files. A broken file stops the start with its name, the line and the reason.

use super::spec::{Compile, Spec};
use crate::base::document::refusal::Problem;
use crate::base::files::{self, FixtureError};
use crate::base::json;
use crate::base::json::Nulls;
use include_dir::Dir;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, ptr};

/// The specs in a folder inside the binary.
///
/// # Errors
/// [`FixtureError`] for a document that is not a spec of this kind.
pub(crate) fn embedded<S: Spec>(folder: &Dir<'_>) -> Result<Vec<S>, FixtureError> {
    let documents = folder.files().map(|file| (file.path().to_owned(), file.contents()));
    read_all(documents, Compile::WhenUsed)
}

/// The specs in the `*.json` files of this kind's folder below `folder`; none if there is no such folder.
///
/// # Errors
/// [`FixtureError`] for a folder or file that cannot be read, or a document that is not a spec of this kind.
pub(crate) fn from_folder<S: Spec>(folder: &Path) -> Result<Vec<S>, FixtureError> {
    fs::metadata(folder).map_err(|error| FixtureError::unreadable(folder, error))?;
    let documents = files::in_folder(&folder.join(S::FOLDER))?
        .into_iter()
        .filter(|document| !document.path.contains('/') && document.path.ends_with(".json"))
        .map(|document| (document.file, document.bytes));
    let documents: Vec<_> = documents.collect();
    let specs: Vec<S> = read_all(documents.iter().map(|(file, bytes)| (file.clone(), bytes)), Compile::Now)?;
    if S::HAS_UNIQUE_NAMES {
        for ((file, bytes), spec) in documents.iter().zip(&specs) {
            check_name(spec, &specs).map_err(|problem| FixtureError::of(file.clone(), bytes, problem))?;
        }
    }
    Ok(specs)
}

/// Checks that no earlier spec of the folder and no built-in one that the folder leaves in place has the name.
fn check_name<S: Spec>(spec: &S, folder: &[S]) -> Result<(), Problem> {
    let is_other = |other: &&S| other.id() != spec.id() && other.name() == spec.name();
    let earlier = folder.iter().take_while(|other| !ptr::eq(*other, spec)).find(is_other);
    let is_replaced = |other: &&S| folder.iter().any(|own| own.id() == other.id());
    let built_in = || S::built_in().specs().filter(|other| !is_replaced(other)).find(is_other);
    match earlier.or_else(built_in) {
        None => Ok(()),
        Some(other) => {
            let reason = format!("is that of the {} {} too; names are unique", S::NOUN, other.id());
            Err(Problem::new("/name", reason))
        }
    }
}

/// Reads documents, each with the path of its file.
///
/// # Errors
/// [`FixtureError`] for a document that is not a spec of this kind, or has the id and version of another one.
pub(crate) fn read_all<S: Spec, T: AsRef<[u8]>>(
    documents: impl IntoIterator<Item = (PathBuf, T)>, compile: Compile,
) -> Result<Vec<S>, FixtureError> {
    let mut seen = HashMap::new();
    let mut specs = Vec::new();
    for (file, text) in documents {
        let spec = read(&file, text.as_ref(), compile, |spec: &S| {
            let (id, version) = (spec.id(), spec.version());
            match seen.insert((id.to_owned(), version.to_owned()), spec.shares_id()) {
                Some(shares_id) if !(shares_id && spec.shares_id()) => {
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

fn read<S: Spec>(
    file: &Path, text: &[u8], compile: Compile, check: impl FnOnce(&S) -> Result<(), Problem>,
) -> Result<S, FixtureError> {
    let not_json = |reason| FixtureError::whole(file.to_owned(), reason);
    let text = str::from_utf8(text).map_err(|error| {
        let line = 1 + text[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
        not_json(format!("not UTF-8 at line {line}"))
    })?;
    let document = json::parse(text.as_bytes(), Nulls::Dropped).map_err(not_json)?;
    S::read(document, compile)
        .and_then(|spec| check(&spec).map(|()| spec))
        .map_err(|problem| FixtureError::at(file.to_owned(), text, problem))
}
