//! [`SchemaCost`]: an upper bound of the work of checking params with a user-supplied schema.
//!
//! Decided: the work is counted in steps, the size of the schema times the size of the params. The limit is far above the
//! needs of any source (a hundred values in a schema and in params make 10,000 steps), and a check takes a few seconds at
//! most.

use crate::base::error::{Error, ProviderCode};
use flowmock_json_schema::pattern::PatternCost;
use serde_json::Value;

/// The largest number of steps of one check.
pub(crate) const MAX_STEPS: u64 = 20_000_000;

/// The largest number of steps of a check that reports every violation, since each one takes memory.
pub(super) const MAX_STEPS_TELLING_ALL: u64 = 200_000;

/// The cost of a check with a schema for each value and each byte of the params.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SchemaCost {
    /// Number of values in the schema, with every `$ref` expanded.
    pub(super) values: u64,
    /// The cost of its regular expressions for each string and for each 16 bytes of a string.
    pub(super) patterns: u64,
}

/// The size of params.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ValueSize {
    values: u64,
    /// Total length of all strings and keys, in bytes.
    bytes: u64,
}

impl SchemaCost {
    /// The steps of a check of params with that size.
    pub(super) fn steps(self, size: ValueSize) -> u64 {
        let values = self.values.saturating_mul(size.values + size.bytes / 64);
        values.saturating_add(self.patterns.saturating_mul(size.values + size.bytes / 16))
    }
}

/// The cost of a regular expression for each string and for each 16 bytes of a string, in steps. It may be in each of its
/// states at each byte, and one that backtracks may read the string many times.
pub(super) fn of_pattern(cost: PatternCost) -> u64 {
    cost.bytes as u64 / 128 + if cost.backtracks { 1200 } else { 0 }
}

impl ValueSize {
    /// The size of a value.
    pub(super) fn of(value: &Value) -> Self {
        let mut size = Self::default();
        size.add(value);
        size
    }

    fn add(&mut self, value: &Value) {
        self.values += 1;
        match value {
            Value::String(text) => self.bytes += text.len() as u64,
            Value::Array(elements) => elements.iter().for_each(|element| self.add(element)),
            Value::Object(members) => members.iter().for_each(|(key, member)| {
                self.bytes += key.len() as u64;
                self.add(member);
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// FLOW-1100-400: the check would take too many steps. `spec` names the connection spec; `unquoted` names it without text
/// from a client.
pub(super) fn too_many_steps(spec: &str, unquoted: &str, steps: u64) -> Error {
    let detail = |spec: &str| {
        format!(
            "Error from flow provider: {}: auth.params are too large for the schema of {spec}: to check them would \
             take {steps} steps, the size of the one times that of the other, and at most {MAX_STEPS} are taken; send \
             smaller params, or simplify the schema and its patterns",
            ProviderCode::ParamInvalid.code()
        )
    };
    Error::quoting(ProviderCode::ParamInvalid.carrier(), detail(spec), detail(unquoted)).at("/auth/params")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ordinary_specs_and_params_are_far_from_the_limit_and_hostile_ones_beyond() {
        let pattern = |bytes, backtracks| of_pattern(PatternCost { bytes, backtracks });
        let key = ValueSize::of(&json!({"user": "me", "privateKeyContent": "x".repeat(16_000)}));
        assert_eq!(key, ValueSize { values: 3, bytes: 16_000 + 2 + 4 + 17 });
        let ordinary =
            SchemaCost { values: 200, patterns: 10 * pattern(16 << 10, false) + pattern(16 << 10, true) };
        assert!(ordinary.steps(key) < MAX_STEPS / 5);
        let items = ValueSize::of(&json!({"p": vec!["x"; 200_000]}));
        assert!(SchemaCost { values: 4900, patterns: 0 }.steps(items) > MAX_STEPS);
        let text = ValueSize::of(&json!({"p": "a".repeat(1_000_000)}));
        assert!(SchemaCost { values: 3, patterns: pattern(16 << 10, true) }.steps(text) > MAX_STEPS);
        assert!(SchemaCost { values: 3, patterns: pattern(1 << 20, false) }.steps(text) > MAX_STEPS);
        assert!(SchemaCost { values: 3, patterns: pattern(16 << 10, false) }.steps(text) < MAX_STEPS);
    }
}
