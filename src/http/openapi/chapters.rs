//! The chapters of the document, read from YAML files: the operations with their parameters, bodies and responses, and
//! the schemas of bodies in the notation of [`notation`](super::notation).
//!
//! A new operation is an entry in its chapter's file. A new kind of entity is a line in [`file_of`] and a file with its
//! own schemas: `entities.yaml` describes the operations that all kinds share.

use super::constants::constant;
use super::notation::Notation;
use crate::base::document::format::{Format, parse_with_nulls};
use crate::base::operation::{Kind, Operation};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// A file's name and text.
type File = (&'static str, &'static str);

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("chapters/", $name)))
    };
}

/// The file of a kind, which is laid over `entities.yaml`.
fn file_of(kind: Kind) -> File {
    match kind {
        Kind::Connection => file!("connections.yaml"),
        Kind::PrivateEndpoint => file!("private_endpoints.yaml"),
        Kind::SourceConnection => file!("source_connections.yaml"),
        Kind::TargetConnection => file!("target_connections.yaml"),
        Kind::Flow => file!("flows.yaml"),
        #[cfg(test)]
        Kind::Widget => file!("widgets.yaml"),
    }
}

/// The operations and schemas of every kind, with placeholders for the words of a kind.
const ENTITIES: File = file!("entities.yaml");

/// The other chapters, in the order of the document.
const OTHERS: &[File] = &[
    file!("connection_specs.yaml"),
    file!("flow_specs.yaml"),
    file!("runs.yaml"),
    file!("sources.yaml"),
    file!("activation.yaml"),
    file!("neighbours.yaml"),
    file!("sandboxes.yaml"),
    file!("tokens.yaml"),
    file!("streaming.yaml"),
    file!("control.yaml"),
    file!("state.yaml"),
    file!("journal.yaml"),
    file!("faults.yaml"),
    file!("run_orders.yaml"),
    file!("notifications.yaml"),
    file!("verification.yaml"),
    file!("pact.yaml"),
    file!("contract.yaml"),
    file!("common.yaml"),
];

/// The document without the chapters.
const FRAME: File = ("document.yaml", include_str!("document.yaml"));

/// The contents of a file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Chapter {
    /// The tag of its operations.
    tag: Option<String>,
    description: Option<String>,
    /// Responses that every operation of the chapter has.
    every: Map<String, Value>,
    operations: Map<String, Value>,
    types: Map<String, Value>,
    schemas: Map<String, Value>,
    answers: Map<String, Value>,
    headers: Map<String, Value>,
}

/// The description of an operation in a file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Described {
    #[serde(skip)]
    pub(super) tag: String,
    pub(super) summary: String,
    pub(super) description: Option<String>,
    pub(super) parameters: Map<String, Value>,
    pub(super) body: Option<Body>,
    pub(super) answers: Map<String, Value>,
}

/// The body of a request in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub(super) schema: Value,
    pub(super) description: String,
    /// Its media types; empty for the usual ones of the API.
    #[serde(default, rename = "as")]
    pub(super) media_types: Vec<String>,
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(default)]
    pub(super) examples: Map<String, Value>,
}

/// All chapters together.
#[derive(Default)]
pub(super) struct Chapters {
    /// Tag Objects.
    pub(super) tags: Vec<Value>,
    /// The operations with their names.
    pub(super) operations: Vec<(String, Described)>,
    pub(super) notation: Notation,
    /// Responses that operations refer to by name.
    pub(super) answers: Map<String, Value>,
    /// Request headers, by section and by the name of their component.
    pub(super) headers: Map<String, Value>,
}

/// The chapters, read at their first use.
///
/// The files are part of the binary, and every test of the document reads all of them, so a mistake in one panics.
pub(super) static CHAPTERS: LazyLock<Chapters> = LazyLock::new(|| {
    let mut all = Chapters::default();
    files().for_each(|(name, text)| all.add(understood(name, text)));
    let seeded =
        Kind::ALL.iter().map(|kind| (format!("{}?", kind.collection()), format!("Seeded{kind:?}[]").into()));
    all.notation.types.insert("seededKinds".to_owned(), json!({"properties": Map::from_iter(seeded)}));
    all
});

impl Chapters {
    fn add(&mut self, chapter: Chapter) {
        let tag = chapter.tag.unwrap_or_default();
        for (name, written) in chapter.operations {
            let mut described = Described { tag: tag.clone(), ..understood(&name, written) };
            described.answers.extend(chapter.every.clone());
            self.operations.push((name, described));
        }
        self.tags.extend(chapter.description.map(|about| json!({"name": tag, "description": about})));
        self.notation.types.extend(chapter.types);
        self.notation.components.extend(chapter.schemas);
        self.answers.extend(chapter.answers);
        self.headers.extend(chapter.headers);
    }

    /// The description of the operation with that name.
    pub(super) fn operation(&self, name: &str) -> &Described {
        let found = self.operations.iter().find(|(known, _)| known == name);
        found.map_or_else(
            || panic!("{name} is in no chapter of the OpenAPI document"),
            |(_, described)| described,
        )
    }
}

/// The frame of the document.
pub(super) fn frame() -> Value {
    read(FRAME.0, FRAME.1)
}

/// The content of every file, with the name of the file.
fn files() -> impl Iterator<Item = (&'static str, Value)> {
    let kinds = Kind::ALL.iter().map(|&kind| {
        let (name, text) = file_of(kind);
        let mut all = read(ENTITIES.0, &fill(kind, ENTITIES.1));
        drop_missing_operations(&mut all);
        overlay(&mut all, read(name, text));
        (name, all)
    });
    kinds.chain(OTHERS.iter().map(|(name, text)| (*name, read(name, text))))
}

/// Removes the operations that the kind does not have.
fn drop_missing_operations(chapter: &mut Value) {
    if let Some(operations) = chapter.get_mut("operations").and_then(Value::as_object_mut) {
        operations.retain(|name, _| Operation::from_name(name).is_some());
    }
}

/// `text` with the words of a kind instead of the placeholders.
fn fill(kind: Kind, text: &str) -> String {
    let words = [
        ("<noun>", kind.noun().to_owned()),
        ("<nouns>", kind.plural().to_owned()),
        ("<Kind>", format!("{kind:?}")),
        ("<Kinds>", format!("{kind:?}s")),
        ("<path>", kind.collection().to_owned()),
    ];
    words.iter().fold(text.to_owned(), |text, (open, word)| text.replace(open, word))
}

/// The content of a file, with its constants filled in.
fn read(name: &str, text: &str) -> Value {
    let parsed = parse_with_nulls(text.as_bytes(), Format::Yaml);
    let mut value = parsed.unwrap_or_else(|reason| panic!("{name}: {reason}"));
    fill_in_constants(&mut value);
    value
}

fn understood<T: for<'a> Deserialize<'a>>(name: &str, written: Value) -> T {
    serde_json::from_value(written).unwrap_or_else(|reason| panic!("{name}: {reason}"))
}

fn fill_in_constants(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(fill_in_constants),
        Value::Array(elements) => elements.iter_mut().for_each(fill_in_constants),
        Value::String(text) => {
            if let Some(name) = text.strip_prefix('$') {
                *value = constant(name).unwrap_or_else(|| panic!("there is no constant {name}"));
            }
        }
        _ => {}
    }
}

/// Lays `over` over `under`. Objects are merged, and `null` removes a key; anything else in `over` replaces what is in
/// `under`.
fn overlay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (key, value) in over {
                match value {
                    Value::Null => _ = under.shift_remove(&key),
                    value => overlay(under.entry(key).or_insert(Value::Null), value),
                }
            }
        }
        (under, over) => *under = over,
    }
}

#[cfg(test)]
mod tests {
    use super::{CHAPTERS, Chapter, files, understood};
    use crate::base::operation::{Kind, Operation};
    use serde_json::json;
    use std::collections::HashSet;

    #[test]
    fn exactly_the_operations_are_described_once_each() {
        let mut described: Vec<_> = CHAPTERS.operations.iter().map(|(name, _)| &**name).collect();
        let mut operations: Vec<_> = Operation::ALL.iter().map(|operation| operation.name()).collect();
        described.sort_unstable();
        operations.sort_unstable();
        assert_eq!(described, operations);
    }

    #[test]
    fn names_are_unique() {
        let mut names = HashSet::new();
        for (file, text) in files() {
            let chapter: Chapter = understood(file, text);
            for section in [chapter.types, chapter.schemas, chapter.answers, chapter.headers] {
                section
                    .keys()
                    .for_each(|name| assert!(names.insert(name.clone()), "{name} is given again in {file}"));
            }
        }
    }

    #[test]
    fn every_kind_has_its_own_operations_and_schemas() {
        let chapters: Vec<Chapter> =
            files().take(Kind::COUNT).map(|(name, chapter)| understood(name, chapter)).collect();
        for (chapter, &kind) in chapters.iter().zip(Kind::ALL) {
            let described: HashSet<&str> = chapter.operations.keys().map(String::as_str).collect();
            let operations =
                Operation::ALL.iter().filter(|operation| operation.entity().is_some_and(|of| of.0 == kind));
            assert_eq!(described, operations.map(|operation| operation.name()).collect());
            assert!(chapter.schemas.contains_key(&format!("{kind:?}Page")));
            assert!(!json!(chapter.schemas).to_string().contains("<Kind>"));
        }
        const { assert!(Kind::COUNT > 1, "unit tests have a kind of their own") };
    }
}
