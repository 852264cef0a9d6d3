//! The notation for answers: JSON in which some strings and keys stand for many values.
//!
//! docs/add-a-source.md explains it to authors of call files. Everything that has no special meaning stands for itself,
//! and an object has exactly the keys that are written.

use crate::word::{holds, is_word, word};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::LazyLock;

/// Shapes with names, which others use as `<name>` and `{"<like>": "name"}`.
pub struct Shapes(Map<String, Value>);

/// A part of an answer that differs from its shape.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// The JSON pointer of the part.
    pub pointer: String,
    pub expected: String,
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at \"{}\": expected {}, found {}", self.pointer, self.expected, self.found)
    }
}

impl Shapes {
    /// Reads the shapes of a file.
    ///
    /// # Errors
    /// If it is no JSON object, or a shape in it uses an unknown word.
    pub fn parse(text: &str) -> Result<Self, String> {
        let shapes = Self(serde_json::from_str(text).map_err(|error| error.to_string())?);
        for (name, shape) in &shapes.0 {
            shapes.check(shape).map_err(|reason| format!("{name}: {reason}"))?;
        }
        Ok(shapes)
    }

    /// Checks that a shape uses only words and names that exist.
    ///
    /// # Errors
    /// The first other one.
    pub fn check(&self, shape: &Value) -> Result<(), String> {
        match shape {
            Value::String(text) => match word(text) {
                Some(word) if !self.is_known(word) => {
                    Err(format!("<{word}> is neither a word of the notation nor a named shape"))
                }
                _ => Ok(()),
            },
            Value::Array(items) => {
                let items = items
                    .strip_prefix(&[json!("<each>")])
                    .or_else(|| items.strip_prefix(&[json!("<with>")]))
                    .unwrap_or(items);
                items.iter().try_for_each(|item| self.check(item))
            }
            Value::Object(members) => {
                members.iter().try_for_each(|(key, member)| match (key.as_str(), member) {
                    ("<like>", Value::String(name)) if self.0.get(name).is_some_and(Value::is_object) => {
                        Ok(())
                    }
                    ("<like>", name) => Err(format!("<like> {name}: there is no named object like that")),
                    ("<one of>" | "<all of>", Value::Array(shapes)) => {
                        shapes.iter().try_for_each(|shape| self.check(shape))
                    }
                    (key, _) if word(key).is_some() => Err(format!("{key} cannot be a key here")),
                    (_, member) => self.check(member),
                })
            }
            _ => Ok(()),
        }
    }

    fn is_known(&self, word: &str) -> bool {
        word == "absent" || is_word(word) || self.0.contains_key(word)
    }

    /// Compares a value with a shape.
    pub fn differences(&self, shape: &Value, found: &Value) -> Vec<Difference> {
        let mut differences = Vec::new();
        self.compare(shape, Some(found), "", &mut differences);
        differences
    }

    fn compare(&self, shape: &Value, found: Option<&Value>, at: &str, differences: &mut Vec<Difference>) {
        let mut differ = |expected: String| {
            let found = found.map_or("nothing".to_owned(), excerpt);
            differences.push(Difference { pointer: at.to_owned(), expected, found });
        };
        if shape == "<absent>" {
            if found.is_some() {
                differ("nothing".to_owned());
            }
            return;
        }
        let Some(value) = found else { return differ(excerpt(shape)) };
        match shape {
            Value::String(text) => match word(text) {
                Some(word) if self.0.contains_key(word) => {
                    self.compare(&self.0[word], found, at, differences);
                }
                Some(word) if !holds(word, value) => differ(text.clone()),
                None if shape != value => differ(excerpt(shape)),
                _ => {}
            },
            Value::Array(shapes) => self.compare_items(shapes, value, at, differences),
            Value::Object(members) => match (members.get("<one of>"), members.get("<all of>")) {
                (Some(Value::Array(shapes)), _) => differences.extend(self.nearest(shapes, value, at)),
                (_, Some(Value::Array(shapes))) => {
                    shapes.iter().for_each(|shape| self.compare(shape, found, at, differences));
                }
                _ => self.compare_members(members, value, at, differences),
            },
            exact if exact != value => differ(excerpt(exact)),
            _ => {}
        }
    }

    /// The differences from the shape that differs least.
    fn nearest(&self, shapes: &[Value], value: &Value, at: &str) -> Vec<Difference> {
        let differences = shapes.iter().map(|shape| {
            let mut differences = Vec::new();
            self.compare(shape, Some(value), at, &mut differences);
            differences
        });
        differences.min_by_key(Vec::len).unwrap_or_default()
    }

    fn compare_items(&self, shapes: &[Value], value: &Value, at: &str, differences: &mut Vec<Difference>) {
        let mut differ = |expected: String, found: String| {
            differences.push(Difference { pointer: at.to_owned(), expected, found });
        };
        let Value::Array(items) = value else { return differ("an array".to_owned(), excerpt(value)) };
        match shapes {
            [first, each] if first == "<each>" => {
                if items.is_empty() {
                    differ("at least one item".to_owned(), "none".to_owned());
                }
                for (index, item) in items.iter().enumerate() {
                    self.compare(each, Some(item), &format!("{at}/{index}"), differences);
                }
            }
            [first, some @ ..] if first == "<with>" => {
                for shape in some {
                    if !items.iter().any(|item| self.differences(shape, item).is_empty()) {
                        differ(format!("an item {}", excerpt(shape)), excerpt(value));
                    }
                }
            }
            _ => {
                if shapes.len() != items.len() {
                    differ(format!("{} items", shapes.len()), format!("{}: {}", items.len(), excerpt(value)));
                }
                for (index, (shape, item)) in shapes.iter().zip(items).enumerate() {
                    self.compare(shape, Some(item), &format!("{at}/{index}"), differences);
                }
            }
        }
    }

    fn compare_members(
        &self, members: &Map<String, Value>, value: &Value, at: &str, differences: &mut Vec<Difference>,
    ) {
        let Value::Object(found) = value else {
            let (expected, found) = ("an object".to_owned(), excerpt(value));
            return differences.push(Difference { pointer: at.to_owned(), expected, found });
        };
        let members = self.with_base(members);
        let pointer = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        for (key, shape) in members.iter().filter(|(key, _)| *key != "...") {
            self.compare(shape, found.get(key), &pointer(key), differences);
        }
        for (key, value) in found.iter().filter(|(key, _)| !members.contains_key(*key)) {
            let shape = members.get("...").unwrap_or(&ABSENT);
            self.compare(shape, Some(value), &pointer(key), differences);
        }
    }

    /// The members of an object's shape, with those of the shape that it is like.
    fn with_base(&self, members: &Map<String, Value>) -> Map<String, Value> {
        let Some(Value::Object(base)) = members.get("<like>").and_then(|name| self.0.get(name.as_str()?))
        else {
            return members.clone();
        };
        let mut all = self.with_base(base);
        all.extend(
            members
                .iter()
                .filter(|(key, _)| *key != "<like>")
                .map(|(key, shape)| (key.clone(), shape.clone())),
        );
        all
    }
}

static ABSENT: LazyLock<Value> = LazyLock::new(|| json!("<absent>"));

/// A value for a message, shortened.
fn excerpt(value: &Value) -> String {
    const MAX_CHARS: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(shape: Value, found: Value) -> Vec<String> {
        let shapes =
            Shapes::parse(r#"{"base": {"id": "<uuid>", "name": "<text>"}, "tree": {"...": "<tree>"}}"#)
                .unwrap();
        shapes.check(&shape).unwrap();
        shapes.differences(&shape, &found).iter().map(Difference::to_string).collect()
    }

    #[test]
    fn equal_values_and_values_that_a_word_stands_for_do_not_differ() {
        let id = "139f6a5f-a78b-4744-9f6a-5fa78bd74431";
        let pairs = [
            (json!({"a": [1, "x", true, null]}), json!({"a": [1, "x", true, null]})),
            (json!("<uuid>"), json!(id)),
            (json!("<etag>"), json!("\"1400dd53-0000-0200-0000-5f3f23450000\"")),
            (json!("<time>"), json!(1_597_973_312_000_u64)),
            (json!("<has 1304-400>"), json!("provider: 1304-400: absent")),
            (json!("<like ^[a-z]+$>"), json!("abc")),
            (json!(["<each>", "<integer>"]), json!([1, 2])),
            (json!(["<with>", {"a": 1}, {"b": 2}]), json!([{"b": 2}, {"c": 3}, {"a": 1}])),
            (json!({"a": 1, "...": "<any>"}), json!({"a": 1, "b": 2})),
            (json!({"a": "<absent>", "...": "<any>"}), json!({"b": 2})),
            (json!({"<one of>": [1, "<text>"]}), json!("x")),
            (json!({"<all of>": ["<has a>", "<has b>"]}), json!("ab")),
            (json!({"<like>": "base", "name": "<absent>", "more": 1}), json!({"id": id, "more": 1})),
            (json!("<tree>"), json!({"a": {"b": {}}})),
        ];
        for (shape, found) in pairs {
            assert_eq!(differences(shape.clone(), found), [""; 0], "{shape}");
        }
    }

    #[test]
    fn each_difference_names_its_place_what_was_expected_and_what_was_found() {
        let cases = [
            (json!({"a": {"b/c": 1}}), json!({"a": {"b/c": "1"}}), r#"at "/a/b~1c": expected 1, found "1""#),
            (json!({"a": 1}), json!({}), r#"at "/a": expected 1, found nothing"#),
            (json!({"a": "<any>"}), json!({}), r#"at "/a": expected "<any>", found nothing"#),
            (json!({}), json!({"a": 1}), r#"at "/a": expected nothing, found 1"#),
            (
                json!({"a": "<absent>", "...": "<any>"}),
                json!({"a": 1}),
                r#"at "/a": expected nothing, found 1"#,
            ),
            (json!({"...": "<integer>"}), json!({"a": "x"}), r#"at "/a": expected <integer>, found "x""#),
            (json!({}), json!([]), r#"at "": expected an object, found []"#),
            (json!([]), json!({}), r#"at "": expected an array, found {}"#),
            (json!([1]), json!([1, 2]), r#"at "": expected 1 items, found 2: [1,2]"#),
            (json!([1, 2]), json!([1, 3]), r#"at "/1": expected 2, found 3"#),
            (json!(["<each>", "<integer>"]), json!([]), r#"at "": expected at least one item, found none"#),
            (json!(["<each>", "<integer>"]), json!([1, "x"]), r#"at "/1": expected <integer>, found "x""#),
            (json!(["<with>", 1]), json!([2]), r#"at "": expected an item 1, found [2]"#),
            (
                json!({"<one of>": [{"a": 1, "b": 1}, {"a": 2}]}),
                json!({"a": 3}),
                r#"at "/a": expected 2, found 3"#,
            ),
            (
                json!({"<all of>": ["<has a>", "<has b>"]}),
                json!("a"),
                r#"at "": expected <has b>, found "a""#,
            ),
            (
                json!({"<like>": "base"}),
                json!({"id": "1", "name": "x"}),
                r#"at "/id": expected <uuid>, found "1""#,
            ),
            (json!("<tree>"), json!({"a": {"b": 1}}), r#"at "/a/b": expected an object, found 1"#),
            (json!("<text>"), json!(""), r#"at "": expected <text>, found """#),
            (json!("<time>"), json!(1_597_973_312), r#"at "": expected <time>, found 1597973312"#),
            (json!("<boolean>"), json!("true"), r#"at "": expected <boolean>, found "true""#),
            (json!(1), json!(true), r#"at "": expected 1, found true"#),
        ];
        for (shape, found, expected) in cases {
            assert_eq!(differences(shape.clone(), found), [expected], "{shape}");
        }
    }

    #[test]
    fn a_word_that_does_not_exist_is_refused_before_anything_is_compared() {
        let shapes = Shapes::parse("{}").unwrap();
        for shape in [
            json!({"a": ["<uid>"]}),
            json!({"<like>": "nothing"}),
            json!({"<uuid>": 1}),
            json!("<like (>"),
            json!("<has >"),
        ] {
            assert!(shapes.check(&shape).is_err(), "{shape}");
        }
        assert!(Shapes::parse(r#"{"a": "<b>"}"#).is_err());
    }
}
