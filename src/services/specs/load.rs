//! Reads specs from files. A broken file stops the start with its name, the line and the reason.

use super::spec::{Compile, Spec};
use crate::base::document::refusal::Problem;
use crate::base::files::{self, FixtureError};
use crate::base::json;
use crate::base::json::Nulls;
use include_dir::Dir;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

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
    read_all(documents, Compile::Now)
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
