//! The keyword that makes a schema interruptible.

use crate::time_limit::check;
use jsonschema::paths::Location;
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};

/// The name of the keyword.
pub(crate) const KEYWORD: &str = "x-flowmock-time-limit";

struct Probe;

impl<'i> Keyword<'i> for Probe {
    fn validate(&self, _: &'i Value) -> Result<(), ValidationError<'i>> {
        check();
        Ok(())
    }

    fn is_valid(&self, _: &'i Value) -> bool {
        check();
        true
    }
}

/// Makes the keyword of one subschema. This is called while the schema is compiled, so compiling is interruptible too.
#[allow(clippy::unnecessary_wraps, reason = "the signature is the library's")]
pub(crate) fn compile<'a>(
    _: &'a Map<String, Value>, _: &'a Value, _: Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    check();
    Ok(Box::new(Probe))
}

/// Adds the keyword to each subschema: to each object except values to compare with (`enum`, `const`) and objects whose
/// keys are names. Inside an unknown keyword it has no effect.
pub(crate) fn insert(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut probed = Map::new();
            for (key, value) in members {
                probed.insert(key.clone(), insert_below(key, value));
            }
            probed.insert(KEYWORD.to_owned(), Value::Bool(true));
            Value::Object(probed)
        }
        Value::Array(elements) => elements.iter().map(insert).collect(),
        other => other.clone(),
    }
}

fn insert_below(keyword: &str, value: &Value) -> Value {
    match (keyword, value) {
        ("enum" | "const" | "default" | "examples", value) => value.clone(),
        (
            "properties" | "patternProperties" | "dependencies" | "definitions" | "$defs",
            Value::Object(named),
        ) => Value::Object(named.iter().map(|(name, schema)| (name.clone(), insert(schema))).collect()),
        (_, value) => insert(value),
    }
}
