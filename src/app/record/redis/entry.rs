//! The answers of Redis about entries of a stream.

use redis::Value;
use std::fmt;
use std::str::FromStr;

/// The id of an entry, by which entries are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    ms: u64,
    number: u64,
}

impl Id {
    /// An id before that of every entry.
    pub(super) const FIRST: Self = Self { ms: 0, number: 0 };

    /// The id that an answer is; `None` for an error.
    pub(super) fn of(answer: &Value) -> Option<Self> {
        text(answer)?.parse().ok()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.number)
    }
}

impl FromStr for Id {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (ms, number) = text.split_once('-').ok_or(())?;
        Ok(Self { ms: ms.parse().map_err(drop)?, number: number.parse().map_err(drop)? })
    }
}

/// The text of an answer.
pub(super) fn text(answer: &Value) -> Option<&str> {
    match answer {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        Value::SimpleString(text) => Some(text),
        _ => None,
    }
}

/// The error that an answer is, as a sentence.
pub(super) fn refusal(answer: &Value) -> String {
    match answer {
        Value::ServerError(error) => match error.details() {
            Some(details) => format!("{} {details}", error.code()),
            None => error.code().to_owned(),
        },
        _ => "Redis gave no usable answer".to_owned(),
    }
}

/// The entries that an answer has, with the record of each.
///
/// # Errors
/// If it is an error, or has another form.
pub(super) fn entries(answer: Value) -> Result<Vec<(Id, Vec<u8>)>, String> {
    let Value::Array(entries) = answer else { return Err(refusal(&answer)) };
    let entry = |entry: Value| {
        let Value::Array(parts) = entry else { return None };
        let [id, Value::Array(fields)] = <[Value; 2]>::try_from(parts).ok()? else { return None };
        let [_, Value::BulkString(record)] = <[Value; 2]>::try_from(fields).ok()? else { return None };
        Some((Id::of(&id)?, record))
    };
    let entries =
        entries.into_iter().map(|found| entry(found).ok_or("the stream has an entry of another program"));
    Ok(entries.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn ids_are_in_the_order_of_their_numbers() {
        let [one, two, three] = ["9-10", "10-2", "10-11"].map(|id| id.parse::<Id>().unwrap());
        assert!(Id::FIRST < one && one < two && two < three);
        assert_eq!(three.to_string(), "10-11");
        assert_eq!((Id::of(&bytes("1-x")), Id::of(&Value::Nil)), (None, None));
    }

    #[test]
    fn entries_of_another_form_are_refused() {
        let entry = |fields: Vec<Value>| Value::Array(vec![bytes("1-2"), Value::Array(fields)]);
        let good = entry(vec![bytes("r"), bytes("{}")]);
        assert_eq!(entries(Value::Array(vec![good])), Ok(vec![("1-2".parse().unwrap(), b"{}".to_vec())]));
        assert_eq!(entries(Value::Array(Vec::new())), Ok(Vec::new()));
        assert!(entries(Value::Array(vec![entry(vec![bytes("r")])])).is_err());
        assert!(entries(Value::Nil).is_err());
    }
}
