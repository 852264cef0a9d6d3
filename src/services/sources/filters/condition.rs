//! [`Condition`]: a filter in the types of a table's columns, and its evaluation on rows.

use super::node::not_a_filter;
use super::operand::Operand;
use super::operator::Comparison;
use super::pattern::Pattern;
use super::refusal::Refusal;
use crate::services::sources::content::Row;
use serde_json::Value;
use std::cmp::Ordering;

/// The largest number of steps of a filter over all rows of a table or file: about a character of a text for a `like`, and one
/// for any other condition.
pub(super) const MAX_STEPS: usize = 20_000_000;

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
    /// The rows that meet the condition.
    ///
    /// # Errors
    /// 1349-400 if finding them can take more than [`MAX_STEPS`], which the request would spend on a thread of the server.
    pub(crate) fn select<'r>(&self, rows: &'r [Row]) -> Result<Vec<&'r Row>, Refusal> {
        let steps = rows.iter().fold(0, |steps: usize, row| steps.saturating_add(self.steps(row)));
        if steps > MAX_STEPS {
            let reason = format!(
                "it can take {steps} steps on these {} rows, and at most {MAX_STEPS} are allowed; send fewer conditions \
                 with like, or patterns without _ between two %",
                rows.len()
            );
            return Err(not_a_filter("", reason));
        }
        Ok(rows.iter().filter(|row| self.matches(row)).collect())
    }

    /// Whether the row meets the condition.
    pub(super) fn matches(&self, row: &Row) -> bool {
        self.truth(row) == Some(true)
    }

    /// The largest number of steps that [`Condition::matches`] takes for the row.
    pub(super) fn steps(&self, row: &Row) -> usize {
        match self {
            Self::And(conditions) | Self::Or(conditions) => {
                conditions.iter().fold(1, |steps, condition| steps.saturating_add(condition.steps(row)))
            }
            Self::Not(condition) => condition.steps(row).saturating_add(1),
            Self::Column { column, test: Test::Like(pattern) } => {
                pattern.steps(row.get(column).and_then(Value::as_str).map_or(0, str::len))
            }
            Self::Column { test: Test::In(operands), .. } => operands.iter().map(Operand::steps).sum(),
            Self::Column { test: Test::Compare(_, operand), .. } => operand.steps(),
            Self::Column { test: Test::IsNull, .. } => 1,
        }
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
