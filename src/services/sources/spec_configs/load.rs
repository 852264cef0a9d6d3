//! Reads the documents of [`SpecConfigs`].

use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::document::refusal::Problem;
use crate::base::files::{self, FixtureError, FixtureFile};
use crate::base::json::{self, Nulls};
use include_dir::{Dir, include_dir};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

static BUILT_IN: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/fixtures/configs");

/// The answers about one connection spec.
#[derive(Debug, Default)]
pub(super) struct Configs {
    /// The params that the service itself has for an auth type, by the type's name.
    pub(super) auth_types: BTreeMap<String, Map<String, Value>>,
    /// Lists of objects by `outputType`, then by `outputField`.
    pub(super) output_types: BTreeMap<String, BTreeMap<String, Vec<Map<String, Value>>>>,
}

/// The answers about every connection spec that has some, by its name.
#[derive(Debug)]
pub(crate) struct SpecConfigs(BTreeMap<String, Configs>);

impl SpecConfigs {
    /// Reads the built-in documents and those in `folder/configs/`.
    ///
    /// # Errors
    /// [`FixtureError`] for a document that cannot be read or is invalid.
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, FixtureError> {
        let mut documents = files::embedded(&BUILT_IN);
        if let Some(folder) = folder {
            documents.extend(files::in_folder(&folder.join("configs"))?);
        }
        let mut by_name = BTreeMap::new();
        for FixtureFile { file, path, bytes } in documents {
            let name =
                path.strip_suffix(".json").filter(|name| !name.contains('/') && !name.starts_with('.'));
            // Other files are skipped, as beside connection specs.
            let Some(name) = name else { continue };
            let configs = read(&bytes).map_err(|problem| FixtureError::of(file, &bytes, problem))?;
            by_name.insert(name.to_owned(), configs);
        }
        Ok(Self(by_name))
    }

    /// The names of the connection specs that have answers.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn of(&self, spec_name: &str) -> Option<&Configs> {
        self.0.get(spec_name)
    }
}

/// Reads a document.
///
/// # Errors
/// The first [`Problem`] of the text.
fn read(text: &[u8]) -> Result<Configs, Problem> {
    let document = json::parse(text, Nulls::Dropped).map_err(|reason| Problem::new("", reason))?;
    let mut problems = Problems::default();
    let problems = &mut problems;
    let mut configs = Configs::default();
    if let Some(mut members) = Member::owned_root(document).object(problems) {
        if let Some(member) = members.take("authTypes") {
            configs.auth_types = named(member, problems, object);
        }
        if let Some(member) = members.take("outputTypes") {
            configs.output_types =
                named(member, problems, |member, problems| Some(named(member, problems, read_items)));
        }
        members.end(problems);
    }
    if problems.is_empty() { Ok(configs) } else { Err(std::mem::take(problems).into_first()) }
}

/// The entries of an object with arbitrary keys.
fn named<T>(
    member: Member<'_>, problems: &mut Problems, mut read: impl FnMut(Member<'_>, &mut Problems) -> Option<T>,
) -> BTreeMap<String, T> {
    let entries = member.entries(usize::MAX, problems).into_iter();
    entries.filter_map(|(name, member)| Some((name, read(member, problems)?))).collect()
}

fn object(member: Member<'_>, problems: &mut Problems) -> Option<Map<String, Value>> {
    if !member.value().is_object() {
        return member.expected("an object", problems);
    }
    match member.into_value() {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn read_items(member: Member<'_>, problems: &mut Problems) -> Option<Vec<Map<String, Value>>> {
    let items = member.elements(0..=usize::MAX, problems)?;
    let mut item = |member: Member<'_>| {
        let id = member.value().get("id").and_then(Value::as_str);
        if member.value().is_object() && id.is_none_or(str::is_empty) {
            return member.refuse("must have an id, a string that is not empty", problems);
        }
        object(member, problems)
    };
    Some(items.into_iter().filter_map(&mut item).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_document_can_be_read() {
        let configs = SpecConfigs::load(None).unwrap();
        assert!(configs.of("amazon-s3").is_some_and(|configs| !configs.auth_types.is_empty()));
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (text, path) in [
            ("[]", ""),
            (r#"{"authType":{}}"#, "/authType"),
            (r#"{"authTypes":{"a":1}}"#, "/authTypes/a"),
            (r#"{"outputTypes":{"a":{"b":{}}}}"#, "/outputTypes/a/b"),
            (r#"{"outputTypes":{"a":{"b":[{"id":"x"},{"id":""}]}}}"#, "/outputTypes/a/b/1"),
            (r#"{"outputTypes":{"a":{"b":[1]}}}"#, "/outputTypes/a/b/0"),
        ] {
            assert_eq!(read(text.as_bytes()).expect_err(text).path, path, "{text}");
        }
    }
}
