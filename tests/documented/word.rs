//! The words of the notation for answers, which stand for many values: `<uuid>`, `<has TEXT>`.

use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// A word and whether a value is one that it stands for.
type Word = (&'static str, fn(&Value) -> bool);

/// The words of the notation.
pub const WORDS: [Word; 11] = [
    ("any", |_| true),
    ("text", |value| value.as_str().is_some_and(|text| !text.is_empty())),
    ("boolean", Value::is_boolean),
    ("integer", |value| value.is_i64() || value.is_u64()),
    ("number", Value::is_number),
    ("object", Value::is_object),
    ("array", Value::is_array),
    ("uuid", |value| matches(value, &UUID)),
    ("etag", |value| matches(value, &ETAG)),
    // From 2020 to 2100, so that a time in seconds is found.
    ("time", |value| value.as_u64().is_some_and(|ms| (1_577_836_800_000..4_102_444_800_000).contains(&ms))),
    ("64 hex digits", |value| matches(value, &HEX_64)),
];

static UUID: LazyLock<Regex> = LazyLock::new(|| regex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"));
static ETAG: LazyLock<Regex> = LazyLock::new(|| regex("^\"[0-9a-f]{8}-0000-0200-0000-[0-9a-f]{8}0000\"$"));
static HEX_64: LazyLock<Regex> = LazyLock::new(|| regex("^[0-9a-f]{64}$"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

fn matches(value: &Value, pattern: &Regex) -> bool {
    value.as_str().is_some_and(|text| pattern.is_match(text))
}

/// The word in angle brackets.
pub fn word(text: &str) -> Option<&str> {
    text.strip_prefix('<')?.strip_suffix('>')
}

/// Whether a word of the notation stands for this value.
pub fn holds(word: &str, value: &Value) -> bool {
    if let Some(part) = word.strip_prefix("has ") {
        return value.as_str().is_some_and(|text| text.contains(part));
    }
    if let Some(pattern) = word.strip_prefix("like ") {
        return matches(value, &regex(pattern));
    }
    WORDS.iter().any(|(known, holds)| *known == word && holds(value))
}

/// Whether this is a word of the notation, without its brackets. `absent` is not: it stands for no value.
pub fn is_word(word: &str) -> bool {
    WORDS.iter().any(|(known, _)| *known == word)
        || word.strip_prefix("has ").is_some_and(|text| !text.is_empty())
        || word.strip_prefix("like ").is_some_and(|pattern| Regex::new(pattern).is_ok())
}
