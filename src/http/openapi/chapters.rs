//! The chapters of the document, as YAML files say them: what each operation is for, takes and answers, and the schemas
//! of bodies in [`Notation`]. What the code knows better is not in them: `$NAME` stands for a [`constant`].
//!
//! A new operation is an entry in the chapter that it belongs to. A new kind of entity is a line in [`KINDS`] and a file
//! with its own schemas; the operations that all kinds have are written once, in `entities.yaml`.

use super::constants::constant;
use super::notation::Notation;
use crate::base::document::format::{Format, parse_with_nulls};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// A kind of entity, as far as the shared operations and schemas differ by it.
struct Kind {
    /// What texts call one; they call several the same with an "s".
    noun: &'static str,
    /// The segment in paths.
    path: &'static str,
    /// What schemas and operations are named after; those of several have an "s".
    name: &'static str,
    /// What the kind has beside that.
    own: File,
}

/// A file's name and text.
type File = (&'static str, &'static str);

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!(concat!("chapters/", $name)))
    };
}

/// Every kind of entity.
const KINDS: &[Kind] =
    &[Kind { noun: "connection", path: "connections", name: "Connection", own: file!("connections.yaml") }];

/// What every kind has, with its words left open.
const ENTITIES: File = file!("entities.yaml");

/// The other chapters, in the order of the document.
const OTHERS: &[File] = &[
    file!("connection_specs.yaml"),
    file!("sources.yaml"),
    file!("sandboxes.yaml"),
    file!("tokens.yaml"),
    file!("control.yaml"),
    file!("state.yaml"),
    file!("journal.yaml"),
    file!("faults.yaml"),
    file!("verification.yaml"),
    file!("pact.yaml"),
    file!("contract.yaml"),
    file!("common.yaml"),
];

/// What surrounds the chapters.
const FRAME: File = ("document.yaml", include_str!("document.yaml"));

/// A file of these, or what all of them say together.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Chapter {
    /// The title, if it is a chapter of the document: the tag of its operations.
    tag: Option<String>,
    description: Option<String>,
    operations: Map<String, Value>,
    types: Map<String, Value>,
    schemas: Map<String, Value>,
    answers: Map<String, Value>,
    headers: Map<String, Value>,
}

/// An operation as it is written.
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

/// The body of a request as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub(super) schema: Value,
    pub(super) description: String,
    /// Its media types; JSON if there are none.
    #[serde(default, rename = "as")]
    pub(super) media_types: Vec<String>,
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(default)]
    pub(super) examples: Map<String, Value>,
}

/// All chapters as one.
#[derive(Default)]
pub(super) struct Chapters {
    /// Tag Objects.
    pub(super) tags: Vec<Value>,
    /// By name.
    pub(super) operations: Vec<(String, Described)>,
    pub(super) notation: Notation,
    /// Answers that several operations have.
    pub(super) answers: Map<String, Value>,
    /// Headers that many requests have, by the names that the document gives them.
    pub(super) headers: Map<String, Value>,
}

/// The chapters, read when they are first needed.
///
/// They are part of the binary: one that cannot be read, or names something that is not there, is a mistake in flowmock
/// and panics. The tests read all of them.
pub(super) static CHAPTERS: LazyLock<Chapters> = LazyLock::new(|| {
    let mut all = Chapters::default();
    files().for_each(|(name, text)| all.add(understood(name, text)));
    let seeded =
        KINDS.iter().map(|kind| (format!("{}?", kind.path), format!("Seeded{}[]", kind.name).into()));
    all.notation.types.insert("seededKinds".to_owned(), json!({"properties": Map::from_iter(seeded)}));
    all
});

impl Chapters {
    fn add(&mut self, chapter: Chapter) {
        let tag = chapter.tag.unwrap_or_default();
        for (name, written) in chapter.operations {
            self.operations
                .push((name.clone(), Described { tag: tag.clone(), ..understood(&name, written) }));
        }
        self.tags.extend(chapter.description.map(|about| json!({"name": tag, "description": about})));
        self.notation.types.extend(chapter.types);
        self.notation.components.extend(chapter.schemas);
        self.answers.extend(chapter.answers);
        self.headers.extend(chapter.headers);
    }

    /// What there is to say of the operation of that name.
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

/// Every file with what it says.
fn files() -> impl Iterator<Item = (&'static str, Value)> {
    let kinds = KINDS.iter().map(|kind| {
        let mut all = read(ENTITIES.0, &kind.fill(ENTITIES.1));
        overlay(&mut all, read(kind.own.0, kind.own.1));
        (kind.own.0, all)
    });
    kinds.chain(OTHERS.iter().map(|(name, text)| (*name, read(name, text))))
}

impl Kind {
    /// A text that leaves the words of a kind open, with those of this one.
    fn fill(&self, text: &str) -> String {
        let words = [
            ("<noun>", self.noun.to_owned()),
            ("<nouns>", format!("{}s", self.noun)),
            ("<Kind>", self.name.to_owned()),
            ("<Kinds>", format!("{}s", self.name)),
            ("<path>", self.path.to_owned()),
        ];
        words.iter().fold(text.to_owned(), |text, (open, word)| text.replace(open, word))
    }
}

/// The document in a file, constants filled in.
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

/// Lays one document over another: where both have an object its members are united, otherwise the upper one counts.
fn overlay(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            over.into_iter().for_each(|(key, value)| overlay(under.entry(key).or_insert(Value::Null), value));
        }
        (under, over) => *under = over,
    }
}

#[cfg(test)]
mod tests {
    use super::{CHAPTERS, Chapter, ENTITIES, KINDS, Kind, files, overlay, read, understood};
    use crate::base::operation::Operation;
    use serde_json::Value;
    use std::collections::HashSet;

    #[test]
    fn every_operation_is_described_once_and_nothing_else_is() {
        let mut described: Vec<_> = CHAPTERS.operations.iter().map(|(name, _)| &**name).collect();
        let mut operations: Vec<_> = Operation::ALL.iter().map(|operation| operation.name()).collect();
        described.sort_unstable();
        operations.sort_unstable();
        assert_eq!(described, operations);
    }

    #[test]
    fn no_name_is_given_twice() {
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
    fn another_kind_has_the_operations_and_schemas_of_the_first_under_names_of_its_own() {
        let kind = Kind {
            noun: "source connection",
            path: "sourceConnections",
            name: "SourceConnection",
            own: KINDS[0].own,
        };
        let mut chapter = read("another kind", &kind.fill(ENTITIES.1));
        overlay(
            &mut chapter,
            serde_json::json!({"operations": {"createSourceConnection": {"summary": "Make one"}}}),
        );
        let text = chapter.to_string();
        assert!(!text.contains('<') && !text.contains("\"connection"), "{text}");
        let chapter: Chapter = understood("another kind", chapter);
        assert_eq!(chapter.operations["createSourceConnection"]["summary"], "Make one");
        assert_eq!(
            chapter.operations["searchSourceConnections"]["summary"],
            "List source connections, with the query in a body"
        );
        assert_eq!(
            chapter.schemas["SourceConnectionPage"]["properties"]["items"]["items"],
            "SourceConnection | ProjectedSourceConnection"
        );
        let first: Chapter =
            understood("connections", files().next().map_or(Value::Null, |(_, chapter)| chapter));
        assert_eq!(chapter.operations.len(), first.operations.len());
    }
}
