//! How much work a schema may make. Params are checked in one go, so a schema that a client sends must not keep a
//! thread for longer than a moment, nor bring its stack to an end.
//!
//! Decided: a schema counts as large as it is with every `$ref` written out, wherever it leads; so one that refers
//! to itself is refused, and so is a `$ref` out of the schema. Params have no use for either.

use crate::base::files::Fault;
use crate::base::json::pointer_token;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// How many values a schema may have.
const MAX_VALUES: usize = 10_000;

/// How many levels it may have.
const MAX_LEVELS: usize = 64;

/// Checks the schema that stands at `at` in its document.
///
/// # Errors
/// The [`Fault`] of a schema that is too large, or refers to what it cannot.
pub(super) fn check(schema: &Value, at: &str) -> Result<(), Fault> {
    Visit { root: schema, at, values: 0 }.visit(schema, &mut Vec::new())
}

struct Visit<'a> {
    root: &'a Value,
    at: &'a str,
    values: usize,
}

impl<'a> Visit<'a> {
    /// `way` is how `value` was reached: keys, indexes and references.
    fn visit(&mut self, value: &'a Value, way: &mut Vec<String>) -> Result<(), Fault> {
        self.values += 1;
        if self.values > MAX_VALUES {
            let reason =
                format!("is too large: with each $ref written out it has more than {MAX_VALUES} values");
            return Err(Fault::new(self.at, reason));
        }
        if way.len() > MAX_LEVELS {
            let reason = format!("is too deep, or refers to itself: at most {MAX_LEVELS} levels are taken");
            return Err(Fault::new(self.at, reason));
        }
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    let member = match member {
                        Value::String(target) if key.ends_with("Ref") || key == "$ref" => {
                            self.target(key, target, way)?
                        }
                        member => member,
                    };
                    self.step(member, key, way)?;
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.step(element, &index.to_string(), way)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn step(&mut self, value: &'a Value, token: &str, way: &mut Vec<String>) -> Result<(), Fault> {
        way.push(pointer_token(token));
        self.visit(value, way)?;
        way.pop();
        Ok(())
    }

    /// What a reference leads to.
    fn target(&self, key: &str, target: &str, way: &[String]) -> Result<&'a Value, Fault> {
        let pointer = target.strip_prefix('#').map(|pointer| percent_decode_str(pointer).decode_utf8_lossy());
        pointer.and_then(|pointer| self.root.pointer(&pointer)).ok_or_else(|| {
            let way: String = way.iter().map(|token| format!("/{token}")).collect();
            let reason =
                "must lead to a place in the same schema: # and a JSON pointer, such as #/definitions/host";
            Fault::new(format!("{}{way}/{}", self.at, pointer_token(key)), reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fault(schema: Value) -> Fault {
        check(&schema, "/authSpec/0/spec").expect_err(&schema.to_string())
    }

    #[test]
    fn references_within_a_schema_are_taken() {
        let schema = json!({
            "definitions": {"a/b": {"type": "string"}, "c": {"$ref": "#/definitions/a~1b"}},
            "properties": {"p": {"$ref": "#/definitions/c"}, "q": {"$ref": "#/definitions/a~1b"}, "$ref": {}}
        });
        assert!(check(&schema, "").is_ok());
    }

    #[test]
    fn what_could_keep_the_server_busy_or_end_its_stack_is_refused() {
        let doubling: serde_json::Map<String, Value> = (0..26)
            .map(|n| {
                let next = json!({"$ref": format!("#/definitions/d{}", n + 1)});
                (format!("d{n}"), json!({"anyOf": [next, next]}))
            })
            .chain([("d26".into(), json!({"type": "string"}))])
            .collect();
        let chain: serde_json::Map<String, Value> = (0..8000)
            .map(|n| (format!("d{n}"), json!({"allOf": [{"$ref": format!("#/definitions/d{}", n + 1)}]})))
            .chain([("d8000".into(), json!({}))])
            .collect();
        let deep = (0..100).fold(json!({}), |inner, _| json!({"not": inner}));
        for schema in [
            json!({"definitions": doubling, "allOf": [{"$ref": "#/definitions/d0"}]}),
            json!({"definitions": chain, "allOf": [{"$ref": "#/definitions/d0"}]}),
            json!({"$ref": "#"}),
            json!({"properties": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}}),
            json!({"enum": vec![1; 20_000]}),
            deep,
        ] {
            let fault = fault(schema);
            assert_eq!(fault.pointer, "/authSpec/0/spec");
            assert!(fault.reason.starts_with("is too "), "{fault:?}");
        }
    }

    #[test]
    fn a_reference_that_leads_nowhere_or_out_of_the_schema_is_refused_where_it_stands() {
        for target in [
            "#/x",
            "#x",
            "http://example.com/schema",
            "other.json#/a",
            "http://json-schema.org/draft-07/schema#",
        ] {
            let fault = fault(json!({"properties": {"a/b": {"$ref": target}}}));
            assert_eq!(fault.pointer, "/authSpec/0/spec/properties/a~1b/$ref", "{target}");
        }
    }
}
