//! [`Condition`]: a filter in the types of a table's columns, and its evaluation on rows.

use super::operand::Operand;
use super::operator::Comparison;
use super::pattern::Pattern;
use crate::services::sources::content::Row;
use serde_json::Value;
use std::cmp::Ordering;

/// A condition on the rows of a table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// A condition on the value of one column.
    Column {
        column: String,
        test: Test,
    },
}

/// A condition on a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    IsNull,
    Like(Pattern),
    In(Vec<Operand>),
    Compare(Comparison, Operand),
}

impl Condition {
    /// Whether the row meets the condition.
    pub(crate) fn matches(&self, row: &Row) -> bool {
        self.truth(row) == Some(true)
    }

    /// The truth of the condition in the logic of SQL; `None` is unknown.
    pub(super) fn truth(&self, row: &Row) -> Option<bool> {
        match self {
            Self::And(conditions) => decide(conditions, row, false),
            Self::Or(conditions) => decide(conditions, row, true),
            Self::Not(condition) => condition.truth(row).map(|truth| !truth),
            Self::Column { column, test } => test.truth(row.get(column).unwrap_or(&Value::Null)),
        }
    }
}

/// The truth of conditions of which one that is `deciding` is enough.
fn decide(conditions: &[Condition], row: &Row, deciding: bool) -> Option<bool> {
    let mut truth = Some(!deciding);
    for condition in conditions {
        match condition.truth(row) {
            Some(known) if known == deciding => return Some(deciding),
            Some(_) => {}
            None => truth = None,
        }
    }
    truth
}

impl Test {
    fn truth(&self, value: &Value) -> Option<bool> {
        match (self, value) {
            (Self::IsNull, value) => Some(value.is_null()),
            (_, Value::Null) => None,
            (Self::Like(pattern), value) => Some(pattern.matches(value.as_str()?)),
            (Self::In(operands), value) => {
                Some(operands.iter().any(|operand| operand.compare(value) == Some(Ordering::Equal)))
            }
            (Self::Compare(comparison, operand), value) => {
                let order = operand.compare(value)?;
                Some(match comparison {
                    Comparison::Equal => order.is_eq(),
                    Comparison::NotEqual => order.is_ne(),
                    Comparison::Less => order.is_lt(),
                    Comparison::AtMost => order.is_le(),
                    Comparison::Greater => order.is_gt(),
                    Comparison::AtLeast => order.is_ge(),
                })
            }
        }
    }
}
