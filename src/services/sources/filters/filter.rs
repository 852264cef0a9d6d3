//! [`Filter`]: a filter that its source supports.

use super::operator::Comparison;
use serde_json::Value;

/// A filter that its source supports, not yet checked against the columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    IsNull {
        column: String,
    },
    Like {
        column: String,
        pattern: String,
    },
    In {
        column: String,
        values: Vec<Value>,
    },
    /// `value` is not null.
    Compare {
        comparison: Comparison,
        column: String,
        value: Value,
    },
}
