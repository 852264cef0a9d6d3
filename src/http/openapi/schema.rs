//! [`Schema`]: a JSON Schema (2020-12) in few words, and [`Component`], one that has a name.

use serde_json::{Map, Value, json};

/// A JSON Schema under construction.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema(Map<String, Value>);

/// A schema that the document keeps in one place, and refers to by its name.
pub(super) struct Component {
    pub(super) name: &'static str,
    pub(super) schema: fn() -> Schema,
}

impl Component {
    /// The reference to it.
    pub(super) fn named(&self) -> Schema {
        Schema::default().with("$ref", format!("#/components/schemas/{}", self.name))
    }
}

/// Any value.
pub(super) fn anything() -> Schema {
    Schema::default()
}

/// Any string.
pub(super) fn string() -> Schema {
    typed("string")
}

/// An id in the form that flowmock writes.
pub(super) fn uuid() -> Schema {
    string().with("format", "uuid")
}

/// A whole number.
pub(super) fn integer() -> Schema {
    typed("integer")
}

/// Any number.
pub(super) fn number() -> Schema {
    typed("number")
}

/// `true` or `false`.
pub(super) fn boolean() -> Schema {
    typed("boolean")
}

/// An array of these.
pub(super) fn array(items: Schema) -> Schema {
    typed("array").with("items", items)
}

/// An object, so far without properties; others are allowed.
pub(super) fn object() -> Schema {
    typed("object")
}

/// An object whose keys are names that nobody knows beforehand.
pub(super) fn map(values: Schema) -> Schema {
    object().with("additionalProperties", values)
}

/// One of these strings, each of which counts once.
pub(super) fn one_of(values: impl IntoIterator<Item = &'static str>) -> Schema {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    string().with("enum", seen)
}

/// Exactly this value.
pub(super) fn only(value: impl Into<Value>) -> Schema {
    Schema::default().with("const", value)
}

/// What satisfies at least one of these.
pub(super) fn any_of(alternatives: impl IntoIterator<Item = Schema>) -> Schema {
    let mut alternatives: Vec<Schema> = alternatives.into_iter().collect();
    match alternatives.len() {
        1 => alternatives.remove(0),
        _ => Schema::default().with("anyOf", alternatives),
    }
}

/// What satisfies all of these.
pub(super) fn all_of(parts: impl IntoIterator<Item = Schema>) -> Schema {
    Schema::default().with("allOf", parts.into_iter().collect::<Vec<_>>())
}

fn typed(name: &str) -> Schema {
    Schema::default().with("type", name)
}

impl Schema {
    /// With another keyword.
    pub(super) fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.0.insert(keyword.to_owned(), value.into());
        self
    }

    /// What it means, for people.
    pub(super) fn about(self, text: &str) -> Self {
        self.with("description", text)
    }

    /// A value that satisfies it.
    pub(super) fn example(self, value: impl Into<Value>) -> Self {
        self.with("examples", json!([value.into()]))
    }

    /// What counts if it is left out.
    pub(super) fn default_is(self, value: impl Into<Value>) -> Self {
        self.with("default", value)
    }

    /// Numbers within these bounds, both included.
    pub(super) fn within(self, min: u64, max: u64) -> Self {
        self.with("minimum", min).with("maximum", max)
    }

    /// Strings that are not empty.
    pub(super) fn not_empty(self) -> Self {
        self.with("minLength", 1)
    }

    /// `null` too, which counts as absent.
    pub(super) fn or_null(self) -> Self {
        any_of([self, typed("null")])
    }

    /// An object with this property, which is always there.
    pub(super) fn has(mut self, name: &str, schema: Schema) -> Self {
        self.push("required", name.into());
        self.may_have(name, schema)
    }

    /// An object with this property, where there is something to say.
    pub(super) fn may_have(mut self, name: &str, schema: Schema) -> Self {
        let properties = self.0.entry("properties").or_insert_with(|| json!({}));
        if let Value::Object(properties) = properties {
            properties.insert(name.to_owned(), schema.into());
        }
        self
    }

    /// No properties but those named so far.
    pub(super) fn and_nothing_else(self) -> Self {
        self.with("additionalProperties", false)
    }

    /// The same without a word on what must be there.
    pub(super) fn without_required(mut self) -> Self {
        self.0.shift_remove("required");
        self
    }

    fn push(&mut self, keyword: &str, value: Value) {
        let list = self.0.entry(keyword).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            list.push(value);
        }
    }
}

impl From<Schema> for Value {
    fn from(schema: Schema) -> Self {
        Self::Object(schema.0)
    }
}
