//! The notation for schemas in the chapters: JSON Schema 2020-12 with shorthands.
//!
//! | written | means |
//! |---|---|
//! | `string`, `object`, ... | the JSON type |
//! | `count` | the schema of that name among `types`, in its place |
//! | `Connection` | a reference to the component of that name |
//! | `string[]` | an array |
//! | `string \| null` | `anyOf` |
//! | `string -- The name.` | with a description |
//! | `{type: count, maximum: 9}` | `type` may be any of the above; the other keywords are added or replace its own |
//! | `{properties: {name: string, age?: count}}` | an object: `name` is required, `age` is not, and there are no others |
//! | `{open: true, properties: ...}` | an object that may have other properties |
//! | `{properties: {...: stamps}}` | with the properties of `stamps`; those that follow may replace them |
//! | `{properties: {...?: stamps}}` | likewise, and none is required |
//! | `{items: string}`, `{enum: [a, b]}` | an array; a string |
//! | `{example: 1}` | `examples: [1]` |

use serde_json::{Map, Value, json};

/// The types of JSON Schema.
const JSON_TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// The separator between a schema and its description.
const ABOUT: &str = " -- ";

/// The named schemas, in the notation.
#[derive(Default)]
pub(super) struct Notation {
    /// Schemas that are inserted in place of their names.
    pub(super) types: Map<String, Value>,
    /// Schemas that the document has once, as components, and refers to.
    pub(super) components: Map<String, Value>,
}

/// A property of an object, a parameter or a header.
pub(super) struct Property {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) schema: Map<String, Value>,
}

impl Property {
    /// Takes the description out of the schema: parameters and headers have a description of their own.
    pub(super) fn take_description(&mut self) -> Value {
        self.schema.shift_remove("description").unwrap_or_default()
    }
}

impl Notation {
    /// The components, as JSON Schemas.
    pub(super) fn components(&self) -> Map<String, Value> {
        self.components.iter().map(|(name, written)| (name.clone(), self.schema(written).into())).collect()
    }

    /// The JSON Schema for a schema in the notation.
    pub(super) fn schema(&self, written: &Value) -> Map<String, Value> {
        match written {
            Value::Object(keywords) => self.expanded(keywords),
            Value::String(text) => {
                let (expression, about) = with_description(text);
                let mut schema = self.expression(expression);
                schema.extend(about.map(|about| ("description".to_owned(), about.into())));
                schema
            }
            other => panic!("{other} is no schema"),
        }
    }

    /// The properties of an object in the notation, in order.
    pub(super) fn properties(&self, written: &Map<String, Value>) -> Vec<Property> {
        let mut properties: Vec<Property> = Vec::new();
        let mut add = |new: Property| match properties.iter_mut().find(|known| known.name == new.name) {
            Some(known) => *known = new,
            None => properties.push(new),
        };
        for (key, value) in written {
            let (name, required) = key.strip_suffix('?').map_or((&**key, true), |name| (name, false));
            if name == "..." {
                let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                for property in
                    names.iter().filter_map(Value::as_str).flat_map(|name| self.properties_of(name))
                {
                    add(Property { required: property.required && required, ..property });
                }
            } else {
                add(Property { name: name.to_owned(), required, schema: self.schema(value) });
            }
        }
        properties
    }

    /// The properties of the type or component with that name.
    fn properties_of(&self, name: &str) -> Vec<Property> {
        let written = self.types.get(name).or_else(|| self.components.get(name));
        match written.and_then(|written| written["properties"].as_object()) {
            Some(properties) => self.properties(properties),
            None => panic!("{name} is no schema with properties"),
        }
    }

    /// The schema for `string`, `string[]` or `string | null`.
    fn expression(&self, text: &str) -> Map<String, Value> {
        let alternatives: Vec<_> = text.split(" | ").map(|name| self.named(name)).collect();
        match <[_; 1]>::try_from(alternatives) {
            Ok([only]) => only,
            Err(alternatives) => members(json!({"anyOf": alternatives})),
        }
    }

    fn named(&self, name: &str) -> Map<String, Value> {
        if let Some(items) = name.strip_suffix("[]") {
            members(json!({"type": "array", "items": self.named(items)}))
        } else if let Some(written) = self.types.get(name) {
            self.schema(written)
        } else if JSON_TYPES.contains(&name) {
            members(json!({"type": name}))
        } else {
            members(json!({"$ref": format!("#/components/schemas/{name}")}))
        }
    }

    fn expanded(&self, keywords: &Map<String, Value>) -> Map<String, Value> {
        let mut schema = match keywords.get("type") {
            Some(written) => self.schema(written),
            None => implied_type(keywords).map_or_else(Map::new, |name| members(json!({"type": name}))),
        };
        for (keyword, value) in keywords {
            let (keyword, value) = match (keyword.as_str(), value) {
                ("type" | "open", _) => continue,
                ("properties", Value::Object(written)) => {
                    let properties = self.properties(written);
                    let required: Vec<_> = properties
                        .iter()
                        .filter(|property| property.required)
                        .map(|property| &*property.name)
                        .collect();
                    if !required.is_empty() {
                        schema.insert("required".to_owned(), json!(required));
                    }
                    let properties =
                        properties.into_iter().map(|property| (property.name, property.schema.into()));
                    ("properties", Value::Object(properties.collect()))
                }
                ("anyOf" | "allOf", Value::Array(parts)) => {
                    (&**keyword, parts.iter().map(|part| self.schema(part)).collect::<Vec<_>>().into())
                }
                ("items" | "not" | "additionalProperties", Value::Object(_) | Value::String(_)) => {
                    (&**keyword, self.schema(value).into())
                }
                ("example", value) => ("examples", json!([value])),
                (keyword, value) => (keyword, value.clone()),
            };
            schema.insert(keyword.to_owned(), value);
        }
        if keywords.contains_key("properties") && !keywords.contains_key("open") {
            schema.entry("additionalProperties").or_insert(false.into());
        }
        schema
    }
}

/// The text before ` -- `, and the description after it.
pub(super) fn with_description(text: &str) -> (&str, Option<&str>) {
    text.split_once(ABOUT).map_or((text, None), |(before, about)| (before, Some(about)))
}

/// The JSON type of a schema that has these keywords but no `type`.
fn implied_type(keywords: &Map<String, Value>) -> Option<&'static str> {
    let implied = [
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("items", "array"),
        ("enum", "string"),
    ];
    implied.into_iter().find(|(keyword, _)| keywords.contains_key(*keyword)).map(|(_, name)| name)
}

/// The members of an object; none of any other value.
pub(super) fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::Notation;
    use serde_json::{Value, json};

    fn expanded(written: Value) -> Value {
        let types = json!({
            "count": {"type": "integer", "minimum": 0},
            "named": {"properties": {"name": "string", "age?": "count"}},
        });
        let types = types.as_object().cloned().unwrap_or_default();
        Notation { types, ..Notation::default() }.schema(&written).into()
    }

    #[test]
    fn names_refer_to_types_and_components() {
        assert_eq!(
            expanded(json!("count -- How many.")),
            json!({"type": "integer", "minimum": 0, "description": "How many."})
        );
        assert_eq!(
            expanded(json!("Rule[] | null")),
            json!({"anyOf": [{"type": "array", "items": {"$ref": "#/components/schemas/Rule"}}, {"type": "null"}]})
        );
        assert_eq!(
            expanded(json!({"type": "count", "minimum": 1, "example": 2})),
            json!({"type": "integer", "minimum": 1, "examples": [2]})
        );
        assert_eq!(
            expanded(json!({"items": {"enum": ["a"]}})),
            json!({"type": "array", "items": {"type": "string", "enum": ["a"]}})
        );
    }

    #[test]
    fn properties_are_required_and_closed_by_default() {
        let closed = json!({
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
            "additionalProperties": false
        });
        assert_eq!(expanded(json!("named")), closed);
        assert_eq!(expanded(json!({"properties": {"...": "named"}})), closed);
        assert_eq!(
            expanded(json!({"open": true, "properties": {"...?": ["named"], "age": "number"}})),
            json!({
                "type": "object",
                "required": ["age"],
                "properties": {"name": {"type": "string"}, "age": {"type": "number"}}
            })
        );
        assert_eq!(
            expanded(json!({"additionalProperties": "count"})),
            json!({"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}})
        );
    }
}
