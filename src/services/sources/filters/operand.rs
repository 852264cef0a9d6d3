//! [`Operand`]: a value with which a filter compares a column, in the column's type.

use super::moment::Moment;
use crate::services::sources::content::ColumnType;
use crate::store::query::compare_numbers;
use serde_json::{Number, Value};
use std::cmp::Ordering;

/// The types of columns that a filter tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparable {
    Text,
    Number,
    Boolean,
    /// A date, with or without a time.
    Moment,
}

/// A value of such a type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Text(String),
    Number(Number),
    Boolean(bool),
    Moment(Moment),
}

impl Comparable {
    /// The type of the values of a column; `None` for objects and arrays, which no value is compared with.
    pub(super) fn of(kind: ColumnType) -> Option<Self> {
        match kind {
            ColumnType::Text => Some(Self::Text),
            ColumnType::Integer | ColumnType::Long | ColumnType::Double => Some(Self::Number),
            ColumnType::Boolean => Some(Self::Boolean),
            ColumnType::Date | ColumnType::DateTime => Some(Self::Moment),
            ColumnType::Object | ColumnType::Array => None,
        }
    }

    /// The remedy for a value of another type.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Moment => "a date such as 2024-05-01, or 2024-05-01T08:30:00Z",
        }
    }

    /// The value as one of this type.
    pub(super) fn operand(self, value: &Value) -> Option<Operand> {
        match (self, value) {
            (Self::Text, Value::String(text)) => Some(Operand::Text(text.clone())),
            (Self::Number, Value::Number(number)) => Some(Operand::Number(number.clone())),
            (Self::Boolean, Value::Bool(truth)) => Some(Operand::Boolean(*truth)),
            (Self::Moment, Value::String(text)) => Moment::parse(text).map(Operand::Moment),
            _ => None,
        }
    }
}

impl Operand {
    /// The steps that a comparison takes, where a step is about a character of a pattern.
    pub(super) fn steps(&self) -> usize {
        match self {
            Self::Text(_) | Self::Number(_) | Self::Boolean(_) => 1,
            // Each comparison parses the date of the row.
            Self::Moment(_) => 16,
        }
    }

    /// Compares the value of a row with this one; `None` if it has another type.
    pub(super) fn compare(&self, value: &Value) -> Option<Ordering> {
        match (value, self) {
            (Value::String(value), Self::Text(text)) => Some(value.as_str().cmp(text)),
            (Value::Number(value), Self::Number(number)) => compare_numbers(value, number),
            (Value::Bool(value), Self::Boolean(truth)) => Some(value.cmp(truth)),
            (Value::String(value), Self::Moment(moment)) => Some(Moment::parse(value)?.cmp(moment)),
            _ => None,
        }
    }
}
