//! Bounds of the schemas of a user-supplied connection spec. Compiling them, and checking params with them, must not keep a
//! thread busy, exhaust the memory or overflow a stack.
//!
//! Decided: the size of a schema is its size with every `$ref` written out. So a schema that refers to itself is
//! refused, as is a `$ref` out of the schema. Params need neither.

use super::cost::{SchemaCost, of_pattern};
use crate::base::document::refusal::Problem;
use crate::base::error::excerpt;
use crate::base::json::pointer_token;
use flowmock_json_schema::pattern::{self, PatternCost, PatternFault};
use flowmock_json_schema::time_limit::is_over;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::HashMap;

/// The largest number of auth specs of a connection spec.
pub(super) const MAX_AUTH_SPECS: usize = 100;

/// The largest number of values in the schemas of a connection spec.
const MAX_VALUES: u64 = 10_000;

/// The largest number of levels in a schema.
const MAX_LEVELS: usize = 64;

/// The largest number of different regular expressions in the schemas of a connection spec.
const MAX_PATTERNS: usize = 100;

/// The longest regular expression, in bytes. Parsing takes a thousand times its length in memory before its size is known.
const MAX_PATTERN_LENGTH: usize = 4096;

/// The largest total size of the regular expressions in memory, in bytes.
const MAX_PATTERN_BYTES: usize = 4 << 20;

/// The part of the bounds that the schemas of one connection spec have used.
#[derive(Default)]
pub(super) struct Budget {
    values: u64,
    patterns: HashMap<String, PatternCost>,
    pattern_bytes: usize,
}

impl Budget {
    /// Checks the sizes and the references of the schema at the pointer `at` of its document. Returns the cost of checking
    /// params with it.
    ///
    /// # Errors
    /// The first [`Problem`]: the schema is too large, a reference does not lead to a part of it, or a regular expression
    /// cannot be used.
    pub(super) fn take(&mut self, schema: &Value, at: &str) -> Result<SchemaCost, Problem> {
        let mut visit = Visit { root: schema, at, budget: self, cost: SchemaCost::default() };
        visit.visit(schema, &mut Vec::new())?;
        Ok(visit.cost)
    }

    /// The cost of the expression. A repeated expression counts only once in a document's total size.
    fn pattern(&mut self, pattern: &str) -> Result<PatternCost, String> {
        if let Some(cost) = self.patterns.get(pattern) {
            return Ok(*cost);
        }
        if self.patterns.len() == MAX_PATTERNS {
            return Err(format!(
                "is one regular expression too many: the schemas of a connection spec have at most {MAX_PATTERNS}"
            ));
        }
        if pattern.len() > MAX_PATTERN_LENGTH {
            return Err(format!(
                "is a regular expression of more than {MAX_PATTERN_LENGTH} bytes; make it shorter"
            ));
        }
        if is_over() {
            return Err("is one of too many slow regular expressions; make them simpler".to_owned());
        }
        let cost = PatternCost::of(pattern).map_err(|fault| match fault {
            PatternFault::Malformed => {
                format!("is not a valid JSON Schema: {} is not a regular expression", excerpt(pattern))
            }
            PatternFault::TooLarge => format!(
                "is a regular expression of more than {} bytes in memory; make it simpler, for example by smaller \
                 numbers of repetitions",
                pattern::MAX_BYTES
            ),
        })?;
        self.pattern_bytes += cost.bytes;
        if self.pattern_bytes > MAX_PATTERN_BYTES {
            return Err(format!(
                "is a regular expression that takes the connection spec's to more than {MAX_PATTERN_BYTES} bytes in \
                 memory together; make them simpler"
            ));
        }
        self.patterns.insert(pattern.to_owned(), cost);
        Ok(cost)
    }
}

struct Visit<'a, 'b> {
    root: &'a Value,
    at: &'a str,
    budget: &'b mut Budget,
    cost: SchemaCost,
}

impl<'a> Visit<'a, '_> {
    /// `way` is the path to `value`: keys, indexes and references.
    fn visit(&mut self, value: &'a Value, way: &mut Vec<String>) -> Result<(), Problem> {
        self.budget.values += 1;
        self.cost.values += 1;
        if self.budget.values > MAX_VALUES {
            let reason = format!(
                "is too large: with each $ref written out, the schemas of a connection spec have more than \
                 {MAX_VALUES} values"
            );
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
                        Value::String(pattern) if key == "pattern" => {
                            self.pattern(pattern, way, "pattern")?;
                            member
                        }
                        Value::String(format) if key == "format" && format == "regex" => {
                            // The time for this format grows with the square of the text's length.
                            self.cost.patterns += of_pattern(PatternCost { bytes: 0, backtracks: true });
                            member
                        }
                        Value::Object(named) if key == "patternProperties" => {
                            for pattern in named.keys() {
                                let place = format!("patternProperties/{}", pointer_token(pattern));
                                self.pattern(pattern, way, &place)?;
                            }
                            member
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

    /// Counts the regular expression at `place` below the path `way`.
    fn pattern(&mut self, pattern: &str, way: &[String], place: &str) -> Result<(), Problem> {
        let cost = self.budget.pattern(pattern).map_err(|reason| self.problem(way, place, reason))?;
        self.cost.patterns += of_pattern(cost);
        Ok(())
    }

    /// Finds the value that a reference leads to.
    fn target(&self, key: &str, target: &str, way: &[String]) -> Result<&'a Value, Problem> {
        let pointer = target.strip_prefix('#').map(|pointer| percent_decode_str(pointer).decode_utf8_lossy());
        pointer.and_then(|pointer| self.root.pointer(&pointer)).ok_or_else(|| {
            let reason =
                "must lead to a place in the same schema: # and a JSON pointer, such as #/definitions/host";
            self.problem(way, &pointer_token(key), reason.to_owned())
        })
    }

    fn problem(&self, way: &[String], place: &str, reason: String) -> Problem {
        let way: String = way.iter().map(|token| format!("/{token}")).collect();
        Problem::new(format!("{}{way}/{place}", self.at), reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(schema: Value) -> Problem {
        Budget::default().take(&schema, "/authSpec/0/spec").expect_err(&schema.to_string())
    }

    #[test]
    fn references_within_a_schema_are_accepted() {
        let schema = json!({
            "definitions": {"a/b": {"type": "string"}, "c": {"$ref": "#/definitions/a~1b"}},
            "properties": {"p": {"$ref": "#/definitions/c"}, "q": {"$ref": "#/definitions/a~1b"}, "$ref": {}}
        });
        assert!(Budget::default().take(&schema, "").is_ok());
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
    fn the_regular_expressions_of_a_spec_are_bounded_in_number_and_size() {
        let all_of = |patterns: &[String]| {
            let schemas: Vec<Value> = patterns.iter().map(|pattern| json!({"pattern": pattern})).collect();
            json!({"allOf": schemas})
        };
        let numbered = |count: usize| (0..count).map(|n| format!("^[a-z]+x{n}$")).collect::<Vec<_>>();
        let cost = Budget::default().take(&all_of(&numbered(MAX_PATTERNS)), "").unwrap();
        assert_eq!(cost.patterns, MAX_PATTERNS as u64 * (16 << 10) / 128);
        let problem = refused(all_of(&numbered(MAX_PATTERNS + 1)));
        assert_eq!(problem.path, "/authSpec/0/spec/allOf/100/pattern");
        assert!(problem.reason.contains("at most 100"), "{problem:?}");
        // A repeated expression takes no further memory.
        assert!(Budget::default().take(&all_of(&vec!["^[a-z]+$".to_owned(); 500]), "").is_ok());

        let wide = |n: usize| format!("^[\\p{{L}}\\w]{{1,10}}{n}$");
        let problem = refused(all_of(&(0..20).map(wide).collect::<Vec<_>>()));
        assert!(problem.reason.contains("bytes in memory together"), "{problem:?}");
        let named = json!({"patternProperties": {"^([\\p{L}\\w]{1,60}/){9}$": {}}});
        let problem = refused(named);
        assert!(problem.path.starts_with("/authSpec/0/spec/patternProperties/^("), "{problem:?}");
        assert!(problem.reason.contains("more than 1048576 bytes in memory"), "{problem:?}");
        let problem = refused(json!({"pattern": "\\p{L}".repeat(1000)}));
        assert!(problem.reason.contains("more than 4096 bytes"), "{problem:?}");
        let problem = refused(json!({"pattern": "("}));
        assert!(problem.reason.ends_with("( is not a regular expression"), "{problem:?}");
    }

    #[test]
    fn regular_expressions_that_backtrack_are_accepted_and_counted() {
        for (pattern, backtracks) in [
            ("^(?=.*[A-Z])(?=.*\\d).{8,}$", true),
            ("^(?!admin$)[a-z]+$", true),
            ("(a+)\\1", true),
            ("^\\d{4}-\\d{2}$", false),
            ("^[\\w.-]+@[\\w.-]+$", false),
            ("^.{0,200}$", false),
        ] {
            let cost = PatternCost::of(pattern).expect(pattern);
            assert_eq!(cost.backtracks, backtracks, "{pattern}: {cost:?}");
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
