//! JSON Schema for flowmock: what `jsonschema` does, behind functions that are not generic, so that its machine code is
//! compiled in this crate, for size.

#![forbid(unsafe_code)]

pub use jsonschema::error;
pub use jsonschema::{Draft, ValidationError};

use serde_json::Value;

/// A schema that values can be held against.
#[derive(Debug)]
pub struct Schema(jsonschema::Validator);

impl Schema {
    /// Compiles a schema of that draft. What its `$ref`s name must be inside it: nothing is fetched.
    ///
    /// # Errors
    /// What makes it no schema; it may quote from it.
    #[inline(never)]
    pub fn compile(schema: &Value, draft: Draft) -> Result<Self, ValidationError<'static>> {
        jsonschema::options().with_draft(draft).build(schema).map(Self)
    }

    /// Whether a value satisfies the schema. It stops at the first violation and builds nothing.
    #[inline(never)]
    #[must_use]
    pub fn is_valid(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    /// How a value violates the schema: at most `most` of these, none if it satisfies it.
    #[inline(never)]
    #[must_use]
    pub fn violations<'a>(&'a self, value: &'a Value, most: usize) -> Vec<ValidationError<'a>> {
        self.0.iter_errors(value).take(most).collect()
    }
}
