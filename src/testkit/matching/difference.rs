//! [`Difference`]: one field of a request that is not what was expected, as people read it.

use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;

/// A field of a request that is not what was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// Which: `operation`, `method`, `path`, `imsOrgId`, `sandbox`, `header NAME`, `query NAME`, `body` with the JSON
    /// pointer of the place, or `order`.
    pub field: String,
    /// What was expected there. Of a long text this and `actual` show where the two begin to differ.
    pub expected: String,
    /// What was there: a value as JSON, or `absent`. Credentials are redacted, as they are in the journal.
    pub actual: String,
}

/// How many differences of one request are listed.
const MAX_DIFFERENCES: usize = 20;

/// The longest value that a difference shows, in characters.
const MAX_SHOWN_CHARS: usize = 500;

/// How much of what two texts have in common stands before their first difference, in characters.
const CONTEXT_CHARS: usize = 20;

/// The differences of one request, as far as they are listed.
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

/// How the values of a request are shown: credentials may have to be hidden.
pub(crate) trait Veil {
    /// A header's value; its name is in lower case.
    fn header(&self, name: &str, value: &str) -> String;
    /// A query parameter's value, decoded.
    fn parameter(&self, name: &str, value: &str) -> String;
    /// A value out of a JSON body, which stands at `pointer` in it.
    fn json(&self, pointer: &str, value: &Value) -> Value;
    /// A body that is not JSON.
    fn text(&self, body: &str) -> String;
    /// A path.
    fn path(&self, path: &str) -> String;
}

/// Everything as it is.
pub(crate) struct Unveiled;

impl Veil for Unveiled {
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

/// A value as a difference shows it.
pub(crate) fn shown(value: &Value) -> String {
    printable(&value.to_string())
}

/// A text as a difference shows it: as JSON, in quotes.
pub(crate) fn quoted(text: &str) -> String {
    shown(&Value::from(text))
}

/// Several texts, or that there is none.
pub(crate) fn quoted_all(texts: &[Cow<'_, str>]) -> String {
    match texts {
        [] => ABSENT.to_owned(),
        texts => texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", "),
    }
}

/// What is shown of what is not there.
pub(crate) const ABSENT: &str = "absent";

/// Without what a terminal would obey.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

/// Both, at most `max` characters of each: from the beginning if they fit, else from where they begin to differ.
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

/// At most `max` characters of `text`, from the one at `from` on.
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
    fn no_terminal_obeys_what_is_shown() {
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
        fn nothing_shown_is_longer_than_asked_for(a in ".{0,80}", b in ".{0,80}", max in 2_usize..100) {
            let (a, b) = abridged(&a, &b, max);
            prop_assert!(a.chars().count() <= max && b.chars().count() <= max, "{} {}", a, b);
        }
    }
}
