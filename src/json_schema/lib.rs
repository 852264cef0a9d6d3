//! JSON Schema for flowmock: `jsonschema` behind functions that are not generic, so that its machine code is compiled
//! in this crate, for size.

#![forbid(unsafe_code)]

pub use jsonschema::error;
pub use jsonschema::{Draft, ValidationError};

use serde_json::Value;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema(jsonschema::Validator);

impl Schema {
    /// Compiles a schema of that draft. A `$ref` must lead to a part of the schema: nothing is fetched.
    ///
    /// # Errors
    /// The first violation of the draft; it may quote the schema.
    #[inline(never)]
    pub fn compile(schema: &Value, draft: Draft) -> Result<Self, ValidationError<'static>> {
        jsonschema::options().with_draft(draft).build(schema).map(Self)
    }

    /// Whether a value satisfies the schema. Stops at the first violation and allocates nothing.
    #[inline(never)]
    #[must_use]
    pub fn is_valid(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }

    /// The violations of the schema by a value, at most `most`; none if the value satisfies it.
    #[inline(never)]
    #[must_use]
    pub fn violations<'a>(&'a self, value: &'a Value, most: usize) -> Vec<ValidationError<'a>> {
        self.0.iter_errors(value).take(most).collect()
    }
}
