//! JSON Schema for flowmock: `jsonschema` behind functions that are not generic, so that its machine code is compiled in
//! this crate, for size. It also keeps user-supplied schemas from taking too much time and memory.

#![forbid(unsafe_code)]

pub mod pattern;
mod probe;
pub mod time_limit;

pub use jsonschema::error;
pub use jsonschema::{Draft, ValidationError};

use serde_json::Value;
use std::time::Duration;
use time_limit::{Interrupted, interruptible};

/// The time limit for compiling a schema or checking a value outside [`time_limit::within`]. Both usually take
/// milliseconds.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    validator: jsonschema::Validator,
    is_interruptible: bool,
}

/// Why a schema was not compiled.
#[derive(Debug)]
pub enum NotCompiled {
    /// It is not a schema. The error may quote from it.
    Invalid(Box<ValidationError<'static>>),
    /// It took too long.
    Interrupted,
}

impl Schema {
    /// Compiles a schema of that draft. A `$ref` must lead to a part of the schema: nothing is fetched.
    ///
    /// # Errors
    /// The first violation of the draft; it may quote the schema.
    #[inline(never)]
    pub fn compile(schema: &Value, draft: Draft) -> Result<Self, ValidationError<'static>> {
        let validator = jsonschema::options().with_draft(draft).build(schema)?;
        Ok(Self { validator, is_interruptible: false })
    }

    /// Compiles a user-supplied schema. Its regular expressions have the limits of [`pattern`], and both compiling and
    /// checking end at the [time limit](time_limit).
    ///
    /// # Errors
    /// [`NotCompiled`].
    #[inline(never)]
    pub fn compile_interruptible(schema: &Value, draft: Draft) -> Result<Self, NotCompiled> {
        let compiled = interruptible(TIME_LIMIT, || {
            let options = jsonschema::options()
                .with_draft(draft)
                .with_pattern_options(pattern::backtracking(pattern::MAX_BYTES))
                .with_keyword(probe::KEYWORD, probe::compile);
            options.build(&probe::insert(schema))
        });
        match compiled {
            Ok(Ok(validator)) => Ok(Self { validator, is_interruptible: true }),
            Ok(Err(error)) => Err(NotCompiled::Invalid(Box::new(error))),
            Err(Interrupted) => Err(NotCompiled::Interrupted),
        }
    }

    /// Whether a value satisfies the schema. Stops at the first violation and allocates nothing.
    ///
    /// # Errors
    /// [`Interrupted`], if the schema is [interruptible](Self::compile_interruptible).
    #[inline(never)]
    pub fn is_valid(&self, value: &Value) -> Result<bool, Interrupted> {
        self.run(|| self.validator.is_valid(value))
    }

    /// The violations of the schema by a value, at most `most`; none if the value satisfies it.
    ///
    /// # Errors
    /// [`Interrupted`], if the schema is [interruptible](Self::compile_interruptible).
    #[inline(never)]
    pub fn violations<'a>(
        &'a self, value: &'a Value, most: usize,
    ) -> Result<Vec<ValidationError<'a>>, Interrupted> {
        self.run(|| match most {
            // The library collects all violations before it returns the first.
            1 => self.validator.validate(value).err().into_iter().collect(),
            most => self.validator.iter_errors(value).take(most).collect(),
        })
    }

    #[inline(always)]
    fn run<T>(&self, work: impl FnOnce() -> T) -> Result<T, Interrupted> {
        if self.is_interruptible { interruptible(TIME_LIMIT, work) } else { Ok(work()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time_limit::{TimeLimit, within};
    use serde_json::json;
    use std::time::Instant;

    /// A schema of many subschemas, and a value with which checking takes seconds.
    fn slow() -> (Value, Value) {
        let many = vec![json!({"minLength": 1, "not": {"const": "y"}}); 2000];
        (json!({"items": {"anyOf": [{"allOf": many}]}}), json!(vec!["x"; 200_000]))
    }

    #[test]
    fn checking_and_compiling_end_with_the_time_limit_and_the_schema_can_be_used_again() {
        let (schema, value) = slow();
        let compiled = Schema::compile_interruptible(&schema, Draft::Draft7).unwrap();
        let started = Instant::now();
        let limit = || TimeLimit::of(Duration::from_millis(50));
        assert_eq!(within(limit(), || compiled.is_valid(&value)), Err(Interrupted));
        assert!(within(limit(), || compiled.violations(&value, 1).is_err()));
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        assert_eq!(compiled.is_valid(&json!(["x"])), Ok(true));
        assert_eq!(compiled.is_valid(&json!(["y"])), Ok(false));
        let over = TimeLimit::of(Duration::ZERO);
        let interrupted = within(over, || Schema::compile_interruptible(&schema, Draft::Draft7));
        assert!(matches!(interrupted, Err(NotCompiled::Interrupted)));
    }

    #[test]
    fn checking_ends_when_its_result_is_not_needed() {
        let (schema, value) = slow();
        let compiled = Schema::compile_interruptible(&schema, Draft::Draft7).unwrap();
        let limit = TimeLimit::of(Duration::from_secs(600));
        let interest = limit.interest();
        std::thread::scope(|scope| {
            let check = scope.spawn(|| within(limit, || compiled.is_valid(&value)));
            std::thread::sleep(Duration::from_millis(20));
            drop(interest);
            assert_eq!(check.join().unwrap(), Err(Interrupted));
        });
    }

    #[test]
    fn an_interruptible_schema_agrees_with_the_plain_one() {
        let cases = [
            (json!({"enum": [{"a": 1}]}), json!({"a": 1})),
            (json!({"const": {"a": {"b": 1}}}), json!({"a": {"b": 1}})),
            (
                json!({"properties": {"const": {"type": "string"}}, "additionalProperties": false}),
                json!({"const": "a"}),
            ),
            (
                json!({"properties": {"const": {"type": "string"}}, "additionalProperties": false}),
                json!({"x": "a"}),
            ),
            (
                json!({"definitions": {"a": {"minLength": 2}}, "properties": {"p": {"$ref": "#/definitions/a"}}}),
                json!({"p": "x"}),
            ),
            (json!({"dependencies": {"a": ["b"], "c": {"required": ["d"]}}}), json!({"a": 1, "c": 2})),
            (
                json!({"patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}),
                json!({"x1": 1}),
            ),
            (
                json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}),
                json!({"a": 1}),
            ),
            (
                json!({"items": [{"type": "string"}, {"type": "integer"}], "additionalItems": false}),
                json!(["a", 1, 2]),
            ),
            (json!({"type": "array", "items": {"type": "string"}, "minItems": 1}), json!(["a"])),
            (json!({"propertyNames": {"pattern": "^[a-z]+$"}}), json!({"A": 1})),
        ];
        for (schema, value) in cases {
            let plain = Schema::compile(&schema, Draft::Draft7).unwrap();
            let other = Schema::compile_interruptible(&schema, Draft::Draft7).unwrap();
            assert_eq!(plain.is_valid(&value), other.is_valid(&value), "{schema} {value}");
            let told = |schema: &Schema, most| -> Vec<(String, String)> {
                let violations = schema.violations(&value, most).unwrap();
                violations.iter().map(|v| (v.instance_path().to_string(), v.to_string())).collect()
            };
            assert_eq!(told(&plain, 10), told(&other, 10), "{schema} {value}");
            assert_eq!(told(&plain, 1).len(), told(&other, 1).len());
        }
    }
}
