//! [`Pointer`]: where a server begins to read a log.

use super::entry::{Id, refusal, text};
use redis::Value;
use serde_json::json;

/// The form of logs that this version writes. A version reads all earlier forms.
const FORM: u64 = 1;

/// The place at which a server begins to read a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pointer {
    /// The id of the log: another one has other records.
    pub(super) log: String,
    /// The list of the records that make up a state.
    pub(super) list: String,
    /// The number of its elements.
    pub(super) elements: usize,
    /// The list that it replaced, which slow servers may still read.
    pub(super) replaced: Option<String>,
    /// The last entry of the stream that is part of that state.
    pub(super) after: Id,
    /// The entries before this one are gone.
    pub(super) trimmed: Id,
}

impl Pointer {
    /// The pointer that Redis answers; `None` if there is none.
    ///
    /// # Errors
    /// If it is an error, or was written by a newer version.
    pub(super) fn of(answer: &Value) -> Result<Option<Self>, String> {
        if *answer == Value::Nil {
            return Ok(None);
        }
        let pointer = text(answer).ok_or_else(|| refusal(answer))?;
        let pointer: serde_json::Value = serde_json::from_str(pointer).unwrap_or_default();
        let (version, form) = (pointer["flowmock"].as_str(), pointer["form"].as_u64());
        match form {
            Some(form) if form > FORM => Err(format!(
                "it was written by flowmock {}, which is newer than this one, {}; start that version, or choose another \
                 --state-key",
                version.unwrap_or("(unknown)"),
                env!("CARGO_PKG_VERSION")
            )),
            _ => Self::read(&pointer)
                .map(Some)
                .ok_or_else(|| "its key is that of another program; choose another --state-key".to_owned()),
        }
    }

    fn read(pointer: &serde_json::Value) -> Option<Self> {
        let text = |name: &str| pointer[name].as_str();
        Some(Self {
            log: text("log")?.to_owned(),
            list: text("list")?.to_owned(),
            elements: usize::try_from(pointer["elements"].as_u64()?).ok()?,
            replaced: text("replaced").map(ToOwned::to_owned),
            after: text("after")?.parse().ok()?,
            trimmed: text("trimmed")?.parse().ok()?,
        })
    }

    /// The text that is stored.
    pub(super) fn write(&self) -> String {
        let Self { log, list, elements, replaced, after, trimmed } = self;
        json!({
            "flowmock": env!("CARGO_PKG_VERSION"), "form": FORM, "log": log, "list": list, "elements": elements,
            "replaced": replaced, "after": after.to_string(), "trimmed": trimmed.to_string(),
        })
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    #[test]
    fn a_pointer_is_read_as_it_was_written() {
        let pointer = Pointer {
            log: "a".to_owned(),
            list: "{k}:state:b".to_owned(),
            elements: 7,
            replaced: Some("{k}:state:a".to_owned()),
            after: "5-6".parse().unwrap(),
            trimmed: "3-4".parse().unwrap(),
        };
        assert_eq!(Pointer::of(&answer(&pointer.write())), Ok(Some(pointer)));
        assert_eq!(Pointer::of(&Value::Nil), Ok(None));
    }

    #[test]
    fn the_pointer_of_a_newer_version_is_refused_with_both_versions() {
        let refused = Pointer::of(&answer(r#"{"flowmock": "99.1.2", "form": 2}"#)).unwrap_err();
        assert!(refused.contains("99.1.2") && refused.contains(env!("CARGO_PKG_VERSION")), "{refused}");
        let refused = Pointer::of(&answer("something else")).unwrap_err();
        assert!(refused.contains("another program"), "{refused}");
    }
}
