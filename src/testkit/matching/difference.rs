//! [`Difference`]: a field of a request that differs from what was expected.

use crate::base::printable::printable;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// A field of a request that differs from what was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// The field: `operation`, `method`, `path`, `imsOrgId`, `sandbox`, `header NAME`, `query NAME`, `body` with a JSON
    /// pointer, or `order`.
    pub field: String,
    /// The expected value. If it is long, this and `actual` show the place where the two begin to differ.
    pub expected: String,
    /// The actual value as JSON, or `absent`. Credentials are redacted, as they are in the journal.
    pub actual: String,
}

/// The largest number of differences that are listed for a request.
const MAX_DIFFERENCES: usize = 20;

/// The longest value that a difference shows, in characters.
const MAX_SHOWN_CHARS: usize = 500;

/// The number of equal characters that are shown before the first difference of two long texts.
const CONTEXT_CHARS: usize = 20;

/// The listed differences of one request.
#[derive(Default)]
pub(crate) struct Differences(Vec<Difference>);

impl Differences {
    pub(crate) fn add(&mut self, field: impl Into<String>, expected: &str, actual: &str) {
        if !self.is_full() {
            let (expected, actual) = abridged(expected, actual, MAX_SHOWN_CHARS);
            self.0.push(Difference { field: field.into(), expected, actual });
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() == MAX_DIFFERENCES
    }
}

impl IntoIterator for Differences {
    type Item = Difference;
    type IntoIter = std::vec::IntoIter<Difference>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Replaces the credentials in the values of a request that are shown.
pub(crate) trait Redact {
    /// A header's value; its name is in lower case.
    fn header(&self, name: &str, value: &str) -> String;
    /// A query parameter's value, decoded.
    fn parameter(&self, name: &str, value: &str) -> String;
    /// The value at `pointer` of a JSON body.
    fn json(&self, pointer: &str, value: &Value) -> Value;
    /// A body that is not JSON.
    fn text(&self, body: &str) -> String;
    /// A path.
    fn path(&self, path: &str) -> String;
}

/// Shows every value as it is.
pub(crate) struct Unredacted;

impl Redact for Unredacted {
    fn header(&self, _: &str, value: &str) -> String {
        value.to_owned()
    }

    fn parameter(&self, _: &str, value: &str) -> String {
        value.to_owned()
    }

    fn json(&self, _: &str, value: &Value) -> Value {
        value.clone()
    }

    fn text(&self, body: &str) -> String {
        body.to_owned()
    }

    fn path(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// A value as a difference shows it: as JSON.
pub(crate) fn shown(value: &Value) -> String {
    printable(&value.to_string()).into_owned()
}

/// A text as a difference shows it: as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    shown(&Value::from(text))
}

/// Texts as a difference shows them, or [`ABSENT`] if there are none.
pub(crate) fn quoted_all(texts: &[Cow<'_, str>]) -> String {
    match texts {
        [] => ABSENT.to_owned(),
        texts => texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "),
    }
}

/// Stands for a value that is absent.
pub(crate) const ABSENT: &str = "absent";

/// At most `max` characters of each text: from the beginning if they fit, otherwise from where they begin to differ.
pub(crate) fn abridged(a: &str, b: &str, max: usize) -> (String, String) {
    let is_long = |text: &str| text.chars().nth(max).is_some();
    let skipped = if is_long(a) || is_long(b) {
        let in_common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        in_common.saturating_sub(CONTEXT_CHARS)
    } else {
        0
    };
    (excerpt(a, skipped, max), excerpt(b, skipped, max))
}

/// At most `max` characters of `text`, beginning with the one at `from`.
fn excerpt(text: &str, from: usize, max: usize) -> String {
    let before = if from > 0 { "…" } else { "" };
    let mut rest = text.chars().skip(from);
    let room = max - before.chars().count();
    let mut kept: String = rest.by_ref().take(room).collect();
    if rest.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    before.to_owned() + &kept
}

/// The beginning of a text, at most `max` characters.
pub(crate) fn beginning(text: &str, max: usize) -> String {
    excerpt(text, 0, max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shown_values_contain_no_control_characters() {
        assert_eq!(quoted("a\n\u{1b}[31m\u{9b}"), "\"a\\n\\u001b[31m\u{fffd}\"");
        assert_eq!(quoted_all(&[]), "absent");
        assert_eq!(quoted_all(&["a".into(), "b".into()]), "\"a\", \"b\"");
    }

    #[test]
    fn long_texts_are_shown_from_where_they_begin_to_differ() {
        let same = "x".repeat(1000);
        let (a, b) = abridged(&format!("{same}apple"), &format!("{same}pear"), 60);
        assert_eq!(a, format!("…{}apple", "x".repeat(CONTEXT_CHARS)));
        assert_eq!(b, format!("…{}pear", "x".repeat(CONTEXT_CHARS)));
        assert_eq!(abridged("abc", "abd", 3), ("abc".into(), "abd".into()));
        assert_eq!(abridged("abc", "xyzw", 3), ("abc".into(), "xy…".into()));
    }

    proptest! {
        #[test]
        fn shown_texts_have_at_most_the_requested_length(a in ".{0,80}", b in ".{0,80}", max in 2_usize..100) {
            let (a, b) = abridged(&a, &b, max);
            prop_assert!(a.chars().count() <= max && b.chars().count() <= max, "{} {}", a, b);
        }
    }
}
