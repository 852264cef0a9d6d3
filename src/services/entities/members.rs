//! Reads the members of a definition: [`text`] and [`object`], with errors that name the member.

use crate::base::error::Error;
use crate::base::json::{kind_of, quote_it};
use serde_json::{Map, Value};

/// The value that could be read; an error is added to `errors`.
pub(crate) fn keep<T>(read: Result<T, Error>, errors: &mut Vec<Error>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

/// The expected type of a text.
const TEXT: &str = "a string";

/// The text at `pointer`.
///
/// # Errors
/// FLOW-1000-400 for any other JSON type.
pub(crate) fn text(value: Value, pointer: &str) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong_type(&other, TEXT, pointer)),
    }
}

/// The members of the object at `pointer`.
///
/// # Errors
/// FLOW-1000-400 for any other JSON type.
pub(crate) fn object(value: Value, pointer: &str) -> Result<Map<String, Value>, Error> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(wrong_type(&other, "an object", pointer)),
    }
}

/// FLOW-1000-400: the value at `pointer` in a body has another JSON type than `expected`.
pub(crate) fn wrong_type(value: &Value, expected: &str, pointer: &str) -> Error {
    let name = match pointer {
        "" => "the body".to_owned(),
        pointer => pointer[1..].replace('/', "."),
    };
    let remedy = if expected == TEXT { quote_it(value) } else { "" };
    Error::bad_request(format!("{name} must be {expected}, not {}{remedy}", kind_of(value)), pointer)
}
