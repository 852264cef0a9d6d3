//! [`Matcher`]: a condition for a header, a query parameter or a value in the body.
//!
//! Decided: if a header or parameter has several values, one of them has to match, and `not` means that none does. A
//! regular expression may match a part of the text; `^` and `$` anchor it. `contains` and `matches` look at a string
//! itself, at the compact text of any other JSON value, and at the whole body as it was sent.

use super::actual::Actual;
use super::compare::{MatchExtent, agrees};
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use std::fmt;

/// A condition for a header, a query parameter or a value in the body.
///
/// A text, number, boolean or JSON value stands for [`Matcher::equal`].
///
/// ```
/// use flowmock::{Expectation, Matcher};
/// use serde_json::json;
///
/// let created_in_prod = Expectation::new()
///     .operation("createConnection")
///     .header("x-sandbox-name", "prod")
///     .header("x-request-id", Matcher::matches("^[0-9a-f-]{36}$"))
///     .body(Matcher::subset(json!({"connectionSpec": {"version": "1.0"}})))
///     .body_at("/description", Matcher::absent());
/// ```
#[derive(Clone)]
pub struct Matcher(pub(super) Form);

/// The forms of a matcher.
#[derive(Clone)]
pub(super) enum Form {
    Equal(Value),
    Contains(String),
    Matches(Regex),
    Subset(Value),
    Present,
    Absent,
    Not(Box<Matcher>),
    All(Vec<Matcher>),
}

/// The longest regular expression, in bytes.
const MAX_EXPRESSION_BYTES: usize = 4096;
/// The largest regular expression in memory, in bytes.
const MAX_COMPILED_BYTES: usize = 1024 * 1024;
/// The largest number of values in the JSON of a subset, each of which may be compared with each in a body.
const MAX_SUBSET_VALUES: usize = 1000;

impl Matcher {
    /// Matches that value: the text of a header or query parameter; in a body, numbers compare by value.
    #[must_use]
    pub fn equal(value: impl Into<Value>) -> Self {
        Self(Form::Equal(value.into()))
    }

    /// Matches what contains the text, in the same letter case.
    #[must_use]
    pub fn contains(text: impl Into<String>) -> Self {
        Self(Form::Contains(text.into()))
    }

    /// Matches what contains a match of the regular expression, in the syntax of the `regex` crate.
    ///
    /// # Panics
    /// If it is not a regular expression, or too large.
    #[must_use]
    #[track_caller]
    pub fn matches(expression: &str) -> Self {
        Self(Form::Matches(compile(expression).unwrap_or_else(|reason| panic!("{expression:?} {reason}"))))
    }

    /// Matches JSON that contains `value`: an object with at least its members, an array with an element for each of
    /// its elements. Only for bodies.
    ///
    /// # Panics
    /// If there are more than 1000 values in it.
    #[must_use]
    #[track_caller]
    pub fn subset(value: impl Into<Value>) -> Self {
        Self(Form::Subset(small_enough(value.into()).unwrap_or_else(|reason| panic!("a subset {reason}"))))
    }

    /// Matches any value, if there is one.
    #[must_use]
    pub fn present() -> Self {
        Self(Form::Present)
    }

    /// Matches if there is no value.
    #[must_use]
    pub fn absent() -> Self {
        Self(Form::Absent)
    }

    /// Matches if `matcher` does not: another value, or none.
    #[must_use]
    pub fn not(matcher: impl Into<Self>) -> Self {
        Self(Form::Not(Box::new(matcher.into())))
    }

    /// Matches if both do.
    pub(super) fn and(self, other: Self) -> Self {
        match self.0 {
            Form::All(mut all) => {
                all.push(other);
                Self(Form::All(all))
            }
            _ => Self(Form::All(vec![self, other])),
        }
    }

    /// Checks that the matcher can be applied to a header or a query parameter.
    ///
    /// # Errors
    /// The reason why it cannot: it is about JSON.
    pub(super) fn check_for_text(&self) -> Result<(), String> {
        match &self.0 {
            Form::Subset(_) => Err("subset is about JSON; this is a text".to_owned()),
            Form::Equal(Value::Null | Value::Array(_) | Value::Object(_)) => {
                Err("equal needs a string, a number or a boolean here; this is a text".to_owned())
            }
            Form::Not(matcher) => matcher.check_for_text(),
            Form::All(all) => all.iter().try_for_each(Self::check_for_text),
            _ => Ok(()),
        }
    }

    /// Whether the value matches.
    pub(super) fn holds(&self, actual: &Actual<'_>) -> bool {
        match &self.0 {
            Form::Equal(expected) => match actual {
                Actual::Texts(texts) => texts.iter().any(|text| is_text(expected, text)),
                Actual::Body(_) | Actual::Json(_) => {
                    actual.json().is_some_and(|actual| agrees(expected, actual, MatchExtent::Whole))
                }
            },
            Form::Subset(expected) => {
                actual.json().is_some_and(|actual| agrees(expected, actual, MatchExtent::Part))
            }
            Form::Contains(part) => actual.any_text(|text| text.contains(part.as_str())),
            Form::Matches(expression) => actual.any_text(|text| expression.is_match(text)),
            Form::Present => actual.is_there(),
            Form::Absent => !actual.is_there(),
            Form::Not(matcher) => !matcher.holds(actual),
            Form::All(all) => all.iter().all(|matcher| matcher.holds(actual)),
        }
    }

    /// The expected and the actual JSON, if they can differ in several places.
    pub(super) fn comparison<'a>(
        &'a self, actual: &'a Actual<'_>,
    ) -> Option<(&'a Value, &'a Value, MatchExtent)> {
        let (expected, extent) = match &self.0 {
            Form::Equal(expected) => (expected, MatchExtent::Whole),
            Form::Subset(expected) => (expected, MatchExtent::Part),
            _ => return None,
        };
        let actual = actual.json()?;
        (is_composite(expected) && is_composite(actual)).then_some((expected, actual, extent))
    }

    /// The matchers of `all`, or the matcher itself.
    pub(super) fn each(&self) -> &[Self] {
        match &self.0 {
            Form::All(all) => all,
            _ => std::slice::from_ref(self),
        }
    }
}

/// Only the form: the expected value may be a credential.
impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match &self.0 {
            Form::Equal(_) => "equal",
            Form::Contains(_) => "contains",
            Form::Matches(_) => "matches",
            Form::Subset(_) => "subset",
            Form::Present => "present",
            Form::Absent => "absent",
            Form::Not(matcher) => return f.debug_tuple("Matcher not").field(matcher).finish(),
            Form::All(all) => return f.debug_tuple("Matcher all").field(all).finish(),
        };
        write!(f, "Matcher {form}")
    }
}

macro_rules! stands_for_equal {
    ($( $type:ty )*) => { $(
        impl From<$type> for Matcher {
            /// [`Matcher::equal`].
            fn from(value: $type) -> Self {
                Self::equal(value)
            }
        }
    )* };
}

stands_for_equal! { &str String bool i32 i64 u32 u64 f64 Value }

/// Whether `text` is the text of a scalar.
fn is_text(expected: &Value, text: &str) -> bool {
    match expected {
        Value::String(expected) => expected == text,
        Value::Bool(expected) => text == if *expected { "true" } else { "false" },
        Value::Number(expected) => expected.to_string() == text,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn is_composite(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

pub(super) fn compile(expression: &str) -> Result<Regex, String> {
    if expression.len() > MAX_EXPRESSION_BYTES {
        return Err(format!(
            "is longer than {MAX_EXPRESSION_BYTES} bytes, the most for a regular expression"
        ));
    }
    let mut builder = RegexBuilder::new(expression);
    let compiled = builder.size_limit(MAX_COMPILED_BYTES).dfa_size_limit(MAX_COMPILED_BYTES).build();
    compiled.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            format!(
                "is a regular expression of more than {MAX_COMPILED_BYTES} bytes in memory; make it simpler"
            )
        }
        // The last line is the reason; the lines before it repeat the expression with a marker.
        error => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default();
            format!("is not a regular expression: {}", reason.trim_start_matches("error: "))
        }
    })
}

pub(super) fn small_enough(value: Value) -> Result<Value, String> {
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Object(members) => members.values().map(count).sum(),
            Value::Array(elements) => elements.iter().map(count).sum(),
            _ => 0,
        }
    }
    match count(&value) {
        ..=MAX_SUBSET_VALUES => Ok(value),
        count => Err(format!("has {count} values; at most {MAX_SUBSET_VALUES} are compared")),
    }
}
