//! [`Filter`]: conditions on the items of a list. Reference: "Listing"; `errors.csv`, FLOW-1440-400 to
//! FLOW-1453-400.
//!
//! ```text
//! condition = path operator value *("," value)
//! operator  = "==" | "=" | "!=" | ">" | ">=" | "<" | "<="    ; = is ==
//! value     = quoted | bare  ; bare: no comma, no quote at its start, white space around it is ignored
//! ```
//! Decided where the reference is silent:
//! - An operator is the longest run of the characters `= ! < > ~`, so a value that begins with one must be quoted.
//! - `~` and `!~`, which sister services have, are known but not implemented (FLOW-1440-400).
//! - `!=` is the negation of `==`: items without the field match, and arrays match if no element is equal.
//! - A bare value that is a JSON object or array is of a kind that filters do not handle (FLOW-1454-400); in quotes it is text.
//! - Values of different types are not equal, and neither is less than the other.

#[cfg(test)]
mod tests;

use super::fields::{FieldType, Fields};
use super::path::is_plain;
use super::{Path, quoted};
use crate::base::error::{Code, Error, excerpt};
use serde::de::IgnoredAny;
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::fmt;

/// A conjunction of conditions.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Filter(pub(crate) Vec<Condition>);

impl Filter {
    /// Whether `item` meets all conditions.
    pub(crate) fn matches(&self, item: &Value) -> bool {
        self.0.iter().all(|condition| condition.matches(item))
    }
}

/// A condition: path, operator, values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) path: Path,
    pub(crate) operator: Operator,
    /// One value, or several alternatives for [`Operator::Equal`] and [`Operator::NotEqual`].
    pub(crate) values: Vec<Operand>,
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// A value in a condition: its text and, if it is a number, that too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Operand {
    pub(crate) text: String,
    number: Option<Number>,
}

/// The largest number of values in a condition.
const MAX_VALUES: usize = 1000;

impl Condition {
    /// Parses a condition, given its path and the text after the path.
    ///
    /// # Errors
    /// The codes in the module's documentation. Messages do not repeat values that may be credentials.
    pub(super) fn read(
        path: Path, rest: &str, fields: &Fields, is_own: impl FnOnce(&str) -> bool,
    ) -> Result<Self, Error> {
        let kind = fields.at(&path, is_own).ok_or_else(|| unknown_field(&path.to_string()))?;
        if kind == FieldType::Unhandled {
            let detail =
                format!("filters do not handle {}; they take its id and version", excerpt(&path.to_string()));
            return Err(Error::new(Code::FilterSpecField, detail));
        }
        let rest = rest.trim_start();
        let (sign, rest) = rest.split_at(rest.find(|c| !"=!<>~".contains(c)).unwrap_or(rest.len()));
        let operator = match sign {
            "==" | "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::AtMost,
            ">" => Operator::Greater,
            ">=" => Operator::AtLeast,
            "~" | "!~" => {
                let path = excerpt(&path.to_string());
                let detail = format!("{sign} on {path} is not implemented; filter by ==, !=, <, <=, > or >=");
                return Err(Error::new(Code::OperatorNotImplemented, detail));
            }
            // The text after the name of a credential may be the credential.
            "" if kind == FieldType::Secret => return Err(unknown_operator(&path, "what stands")),
            "" => return Err(unknown_operator(&path, &first_word(rest))),
            sign => return Err(unknown_operator(&path, sign)),
        };
        let values = if is_json(rest.trim()) { Err(IS_JSON) } else { read_values(rest) };
        let values = values.map_err(|(code, reason)| {
            Error::new(code, format!("the filter {}{sign}... {reason}", excerpt(&path.to_string())))
        })?;
        let path = if kind == FieldType::List { path.each() } else { path };
        let condition = Self { path, operator, values };
        condition.check(kind, sign)?;
        Ok(condition)
    }

    /// Checks that the field takes the operator, which was written as `sign`, and the values.
    fn check(&self, kind: FieldType, sign: &str) -> Result<(), Error> {
        let Self { path, operator, values } = self;
        let path = excerpt(&path.to_string());
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let is_id = matches!(kind, FieldType::Id | FieldType::List);
        if matches!(kind, FieldType::Structure | FieldType::Parts) || (is_id && !equality) {
            let remedy = if is_id { "it takes == and !=" } else { "name a field inside it" };
            let detail = format!("{operator} is not allowed on {path}; {remedy}");
            return Err(Error::new(Code::OperatorNotAllowed, detail));
        }
        if values.len() > 1 && !equality {
            let detail = format!("{operator} on {path} takes one value; a list goes with == and != alone");
            return Err(Error::new(Code::OperatorWithList, detail));
        }
        match values.iter().find(|value| kind == FieldType::Number && value.number.is_none()) {
            Some(value) => {
                let detail = format!("{path}{sign}{}: the value is not a number", excerpt(&value.text));
                Err(Error::new(Code::ParameterInvalid, detail))
            }
            None => Ok(()),
        }
    }

    /// Whether `item` meets the condition.
    pub(crate) fn matches(&self, item: &Value) -> bool {
        self.holds(|is| self.path.any(item, |value| self.some(value, is)))
    }

    /// Whether an item with only this `value` at the path meets the condition.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.holds(|is| self.some(value, is))
    }

    /// Whether `is` holds for `value` and one of the condition's values.
    fn some(&self, value: &Value, is: fn(Ordering) -> bool) -> bool {
        self.values.iter().any(|operand| operand.compare(value).is_some_and(is))
    }

    /// Applies the operator. `some` says whether an ordering holds between a value of the item and one of the condition's.
    fn holds(&self, some: impl Fn(fn(Ordering) -> bool) -> bool) -> bool {
        match self.operator {
            Operator::Equal => some(Ordering::is_eq),
            Operator::NotEqual => !some(Ordering::is_eq),
            Operator::Less => some(Ordering::is_lt),
            Operator::AtMost => some(Ordering::is_le),
            Operator::Greater => some(Ordering::is_gt),
            Operator::AtLeast => some(Ordering::is_ge),
        }
    }
}

impl Operand {
    fn new(text: String) -> Self {
        let number = serde_json::from_str(&text).ok();
        Self { text, number }
    }

    /// Compares `value` with this operand; `None` if they are not comparable.
    fn compare(&self, value: &Value) -> Option<Ordering> {
        match value {
            Value::String(text) => Some(text.as_str().cmp(&self.text)),
            Value::Number(number) => compare_numbers(number, self.number.as_ref()?),
            Value::Bool(truth) => {
                let name = if *truth { "true" } else { "false" };
                self.text.eq_ignore_ascii_case(name).then_some(Ordering::Equal)
            }
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// Compares integers exactly, other numbers as floating point.
pub(crate) fn compare_numbers(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

/// The error of a value that is an object or array.
const IS_JSON: (Code, &str) =
    (Code::FilterValueKind, "has an object or array for a value; it takes text, numbers, true and false");

/// Whether a value without quotes is a JSON object or array.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Parses a list of values.
///
/// # Errors
/// The code and the end of the error's sentence.
fn read_values(text: &str) -> Result<Vec<Operand>, (Code, &'static str)> {
    const EMPTY: (Code, &str) = (Code::FilterWithoutValue, "has no value, or an empty one in its list");
    let malformed = |reason| (Code::ParameterInvalid, reason);
    let mut values = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let text = text.trim_start();
        let (value, behind) = match text.strip_prefix('"') {
            Some(text) => quoted::read(text).ok_or(malformed("has a double quote that is not closed"))?,
            None => {
                let (value, behind) = text.split_at(text.find(',').unwrap_or(text.len()));
                let value = value.trim_end();
                if is_json(value) {
                    return Err(IS_JSON);
                }
                (Some(value.to_owned()).filter(|value| !value.is_empty()).ok_or(EMPTY)?, behind)
            }
        };
        values.push(Operand::new(value));
        let behind = behind.trim_start();
        rest = behind.strip_prefix(',');
        if rest.is_none() && !behind.is_empty() {
            return Err(malformed(
                "goes on behind a closing double quote; one inside a value is written twice",
            ));
        }
        if values.len() > MAX_VALUES {
            return Err(malformed("has more than 1000 values"));
        }
    }
    Ok(values)
}

/// FLOW-1449-400: the filter names an unknown field.
pub(super) fn unknown_field(text: &str) -> Error {
    let detail = format!("the filter names {}, which is no field of these entities", excerpt(text));
    Error::new(Code::FilterFieldUnknown, detail)
}

fn unknown_operator(path: &Path, sign: &str) -> Error {
    let (path, sign) = (excerpt(&path.to_string()), excerpt(sign));
    let detail = format!("{sign} behind {path} is no operator; there are ==, !=, <, <=, > and >=");
    Error::new(Code::OperatorUnknown, detail)
}

/// The first word of a text, for a message about a missing operator.
fn first_word(text: &str) -> String {
    let is_word = text.starts_with(is_plain);
    text.chars().take_while(|&c| !c.is_whitespace() && c != '"' && is_plain(c) == is_word).collect()
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.path, self.operator)?;
        for (index, value) in self.values.iter().enumerate() {
            write!(f, "{}{value}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.text;
        let bare = !text.is_empty()
            && !text.starts_with(['"', '=', '!', '<', '>', '~', '{', '['])
            && text.trim() == text;
        if bare && !text.contains(',') { f.write_str(text) } else { quoted::write(f, text) }
    }
}
