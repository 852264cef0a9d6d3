//! Bounds of a schema. Params are checked on the request path, so a schema that a client sends must neither keep a
//! thread busy nor overflow its stack.
//!
//! Decided: the size of a schema is its size with every `$ref` written out. So a schema that refers to itself is
//! refused, as is a `$ref` out of the schema. Params need neither.

use crate::base::document::refusal::Problem;
use crate::base::json::pointer_token;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The largest number of values in a schema.
const MAX_VALUES: usize = 10_000;

/// The largest number of levels in a schema.
const MAX_LEVELS: usize = 64;

/// Checks the size and the references of the schema at the pointer `at` of its document.
///
/// # Errors
/// The first [`Problem`]: the schema is too large, or a reference does not lead to a part of it.
pub(super) fn check(schema: &Value, at: &str) -> Result<(), Problem> {
    Visit { root: schema, at, values: 0 }.visit(schema, &mut Vec::new())
}

struct Visit<'a> {
    root: &'a Value,
    at: &'a str,
    values: usize,
}

impl<'a> Visit<'a> {
    /// `way` is the path to `value`: keys, indexes and references.
    fn visit(&mut self, value: &'a Value, way: &mut Vec<String>) -> Result<(), Problem> {
        self.values += 1;
        if self.values > MAX_VALUES {
            let reason =
                format!("is too large: with each $ref written out it has more than {MAX_VALUES} values");
            return Err(Problem::new(self.at, reason));
        }
        if way.len() > MAX_LEVELS {
            let reason = format!("is too deep, or refers to itself: at most {MAX_LEVELS} levels are taken");
            return Err(Problem::new(self.at, reason));
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

    fn step(&mut self, value: &'a Value, token: &str, way: &mut Vec<String>) -> Result<(), Problem> {
        way.push(pointer_token(token));
        self.visit(value, way)?;
        way.pop();
        Ok(())
    }

    /// Finds the value that a reference leads to.
    fn target(&self, key: &str, target: &str, way: &[String]) -> Result<&'a Value, Problem> {
        let pointer = target.strip_prefix('#').map(|pointer| percent_decode_str(pointer).decode_utf8_lossy());
        pointer.and_then(|pointer| self.root.pointer(&pointer)).ok_or_else(|| {
            let way: String = way.iter().map(|token| format!("/{token}")).collect();
            let reason =
                "must lead to a place in the same schema: # and a JSON pointer, such as #/definitions/host";
            Problem::new(format!("{}{way}/{}", self.at, pointer_token(key)), reason)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(schema: Value) -> Problem {
        check(&schema, "/authSpec/0/spec").expect_err(&schema.to_string())
    }

    #[test]
    fn references_within_a_schema_are_accepted() {
        let schema = json!({
            "definitions": {"a/b": {"type": "string"}, "c": {"$ref": "#/definitions/a~1b"}},
            "properties": {"p": {"$ref": "#/definitions/c"}, "q": {"$ref": "#/definitions/a~1b"}, "$ref": {}}
        });
        assert!(check(&schema, "").is_ok());
    }

    #[test]
    fn an_expensive_or_recursive_schema_is_refused() {
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
            let problem = refused(schema);
            assert_eq!(problem.path, "/authSpec/0/spec");
            assert!(problem.reason.starts_with("is too "), "{problem:?}");
        }
    }

    #[test]
    fn a_reference_that_leads_nowhere_or_out_of_the_schema_is_refused_with_its_place() {
        for target in [
            "#/x",
            "#x",
            "http://example.com/schema",
            "other.json#/a",
            "http://json-schema.org/draft-07/schema#",
        ] {
            let problem = refused(json!({"properties": {"a/b": {"$ref": target}}}));
            assert_eq!(problem.path, "/authSpec/0/spec/properties/a~1b/$ref", "{target}");
        }
    }
}
