//! A strict JSON parser: a key given twice is an error instead of a silent loss, as are bytes that are not UTF-8 and
//! nesting deeper than [`MAX_DEPTH`].
//!
//! Reference: "Base path and headers" (a client's `null` counts as absent); `errors.csv`, FLOW-1000-400.

mod write;

pub(crate) use write::write;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// What to do with `null`s that are members of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// Remove them: they count as absent.
    Dropped,
    /// Keep them, so that the caller can tell `null` from absent.
    Kept,
}

/// Parses `text`, which may begin with a byte order mark.
///
/// # Errors
/// One sentence with the position of the error: not UTF-8, not JSON, a key given twice, too deep, a number out of range.
/// It never contains a value.
pub(crate) fn parse(text: &[u8], nulls: Nulls) -> Result<Value, String> {
    parse_in(text, Node { nulls, ..Node::WHOLE })
}

/// Parses `text`, an object, without those of its members that have one of the keys in `skipped`: they are read over.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_without(text: &[u8], skipped: &[&str]) -> Result<Value, String> {
    parse_in(text, Node { skipped, ..Node::WHOLE })
}

/// Parses `text` with other bounds of its levels and values.
///
/// # Errors
/// As [`parse`].
pub(crate) fn parse_within(
    text: &[u8], nulls: Nulls, max_depth: usize, max_values: usize,
) -> Result<Value, String> {
    let budget = Budget { bytes: Cell::new(usize::MAX), values: Cell::new(max_values) };
    parse_in(text, Node { nulls, max_depth, levels: max_depth, budget: Some(&budget), skipped: &[] })
}

fn parse_in(text: &[u8], root: Node<'_>) -> Result<Value, String> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = str::from_utf8(text)
        .map_err(|error| format!("not UTF-8: an invalid sequence begins at byte {}", error.valid_up_to()))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = root.deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(value)
}

/// Reads a value from a deserializer of another format, as [`parse`] does. It may have `max_values`, and its texts and keys
/// `max_bytes` together, since an alias repeats text that is written once.
///
/// # Errors
/// The deserializer's; also for a key given twice, nesting deeper than `max_depth`, a number that is not finite.
pub(crate) fn read<'de, D: Deserializer<'de>>(
    deserializer: D, nulls: Nulls, max_depth: usize, max_bytes: usize, max_values: usize,
) -> Result<Value, D::Error> {
    let budget = Budget { bytes: Cell::new(max_bytes), values: Cell::new(max_values) };
    Node { nulls, max_depth, levels: max_depth, budget: Some(&budget), skipped: &[] }
        .deserialize(deserializer)
}

/// `value` without the `null`s that are members of objects, at any depth.
pub(crate) fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(elements) => elements.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// The largest number of levels of objects and arrays that [`parse`] accepts.
///
/// A read and a list put an item into two more levels, an export of the state into [`AROUND_AN_ITEM`]. The sum is the
/// limit of serde_json, and so of every Rust client with its defaults: one deep connection must not make a whole list
/// unreadable.
pub(crate) const MAX_DEPTH: usize = 127 - AROUND_AN_ITEM;

/// The number of levels around a connection in a state document: the document, `organisations`, an organisation,
/// `sandboxes`, a sandbox, `connections`.
pub(crate) const AROUND_AN_ITEM: usize = 6;

/// The number of levels of objects and arrays in `value`.
pub(crate) fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The type of a value with its article, for a sentence.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The remedy for a value where a text is expected: a version written as 1.0 is a number, in YAML too.
pub(crate) fn quote_it(value: &Value) -> &'static str {
    match value {
        Value::Number(_) | Value::Bool(_) => "; put it in quotes",
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => "",
    }
}

/// `key` as one token of a JSON pointer (RFC 6901).
pub(crate) fn pointer_token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The error for texts that have too many bytes together.
pub(crate) const TOO_LARGE: &str = "too large when all is written out";

/// The error for a document that has too many values.
pub(crate) const TOO_MANY: &str = "it has too many values for its size";

/// The room for the members of a new object.
const USUAL_MEMBERS: usize = 4;

/// The remaining budget.
struct Budget {
    /// Bytes of text.
    bytes: Cell<usize>,
    /// Values in arrays and objects.
    values: Cell<usize>,
}

/// The position of a value that is being read.
#[derive(Clone, Copy)]
struct Node<'a> {
    nulls: Nulls,
    /// The largest number of levels in the document.
    max_depth: usize,
    /// The largest number of levels in this value.
    levels: usize,
    /// The budget of the document; `None` for a small one.
    budget: Option<&'a Budget>,
    /// The keys of the members that this object leaves out.
    skipped: &'a [&'a str],
}

impl Node<'_> {
    /// The root of a small document that keeps its `null`s.
    const WHOLE: Self =
        Self { nulls: Nulls::Kept, max_depth: MAX_DEPTH, levels: MAX_DEPTH, budget: None, skipped: &[] };

    /// Counts a text.
    fn take<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let Some(budget) = self.budget else { return Ok(()) };
        let left = budget.bytes.get().checked_sub(text.len());
        budget.bytes.set(left.ok_or_else(|| E::custom(TOO_LARGE))?);
        Ok(())
    }

    /// Counts an element or a member.
    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let Some(budget) = self.budget else { return Ok(()) };
        let left = budget.values.get().checked_sub(1);
        budget.values.set(left.ok_or_else(|| E::custom(TOO_MANY))?);
        Ok(())
    }

    /// The position inside an object or array at this one.
    fn inside<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.levels.checked_sub(1) {
            Some(levels) => Ok(Self { levels, skipped: &[], ..self }),
            None => Err(E::custom(format_args!("nested deeper than {} levels", self.max_depth))),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        // YAML has numbers that JSON does not have.
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.take(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.take(&value)?;
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut elements = Vec::new();
        while let Some(element) = access.next_element_seed(inside)? {
            self.count()?;
            elements.push(element);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut members = Map::with_capacity(USUAL_MEMBERS);
        let mut has_null = false;
        while let Some(key) = access.next_key::<String>()? {
            self.take(&key)?;
            self.count()?;
            if self.skipped.contains(&key.as_str()) {
                access.next_value::<IgnoredAny>()?;
                continue;
            }
            match members.entry(key) {
                Entry::Occupied(known) => {
                    let key = crate::base::error::excerpt(known.key());
                    return Err(A::Error::custom(format_args!("the key \"{key}\" is given twice")));
                }
                Entry::Vacant(place) => {
                    let member = access.next_value_seed(inside)?;
                    has_null |= member.is_null();
                    place.insert(member);
                }
            }
        }
        // Last, so that a key given twice is found even if its values are `null`.
        if has_null && self.nulls == Nulls::Dropped {
            members.retain(|_, member| !member.is_null());
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn refusal(text: &[u8]) -> String {
        parse(text, Nulls::Dropped).expect_err("must be refused")
    }

    #[test]
    fn nulls_count_as_absent_in_objects_only() {
        let text = br#"{"a":null,"b":{"c":null,"d":1},"e":[null]}"#;
        assert_eq!(parse(text, Nulls::Dropped), Ok(json!({"b": {"d": 1}, "e": [null]})));
        let mut kept = parse(text, Nulls::Kept).unwrap();
        assert_eq!(kept["a"], Value::Null);
        assert!(kept.as_object().unwrap().contains_key("a"));
        drop_nulls(&mut kept);
        assert_eq!(kept, json!({"b": {"d": 1}, "e": [null]}));
    }

    #[test]
    fn a_key_given_twice_is_refused_at_any_depth_and_named_with_its_place() {
        assert!(refusal(br#"{"a":{"b":1,"b":2}}"#).contains("\"b\" is given twice at line 1"));
        assert!(refusal(br#"{"a":null,"a":null}"#).contains("given twice"));
        assert!(refusal(br#"{"a":1,"\u0061":2}"#).contains("given twice"));
    }

    #[test]
    fn invalid_json_is_refused_with_its_place() {
        assert!(refusal(b"{\"a\":\xff}").contains("not UTF-8: an invalid sequence begins at byte 5"));
        assert!(refusal(b"{} {}").contains("trailing characters at line 1 column 4"));
        assert!(refusal(b"{\"a\":").contains("EOF"));
        assert!(refusal(b"1e999").contains("out of range"));
        assert!(refusal("[".repeat(10_000).as_bytes()).contains("deeper than 121 levels at line 1"));
        assert!(refusal("{\"a\":".repeat(10_000).as_bytes()).contains("deeper than 121 levels at line 1"));
    }

    #[test]
    fn nesting_is_limited_to_the_documented_depth() {
        let nested = |levels| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(depth(&parse(nested(MAX_DEPTH).as_bytes(), Nulls::Dropped).unwrap()), MAX_DEPTH);
        assert!(parse(nested(MAX_DEPTH + 1).as_bytes(), Nulls::Dropped).is_err());
    }

    #[test]
    fn members_of_the_outer_object_are_read_over() {
        let text = br#"{"id":{"a":[1,"}"]},"name":"n","auth":{"id":null},"etag":"x"}"#;
        let expected = json!({"name": "n", "auth": {"id": null}});
        assert_eq!(parse_without(text, &["id", "etag", "other"]), Ok(expected));
        assert!(parse_without(br#"{"id":{"a":}}"#, &["id"]).is_err());
        assert!(parse_without(br#"{"a":1,"a":2}"#, &["id"]).is_err());
    }

    #[test]
    fn a_byte_order_mark_is_ignored() {
        assert_eq!(parse(b"\xef\xbb\xbf{}", Nulls::Dropped), Ok(json!({})));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes, Nulls::Dropped);
        }

        #[test]
        fn a_parsed_value_survives_writing_and_parsing(number in any::<f64>(), digits in "-?[0-9]{1,19}\\.[0-9]{1,25}(e-?[0-9]{1,2})?") {
            prop_assume!(number.is_finite());
            for text in [number.to_string(), format!("{number:e}"), digits] {
                if let Ok(once) = parse(text.as_bytes(), Nulls::Dropped) {
                    let written = once.to_string();
                    prop_assert_eq!(&parse(written.as_bytes(), Nulls::Dropped).unwrap().to_string(), &written);
                }
            }
        }

        #[test]
        fn it_agrees_with_serde_json_on_values_without_nulls(
            keys in prop::collection::hash_set("[a-z\\\\\"é]{0,4}", 0..5),
            number in any::<f64>().prop_filter("finite", |n| n.is_finite()),
            text in any::<String>(),
        ) {
            let object: Map<String, Value> =
                keys.into_iter().map(|key| (key, json!([number, text, true, {"n": 1}]))).collect();
            let text = serde_json::to_vec(&object).unwrap();
            prop_assert_eq!(parse(&text, Nulls::Dropped).unwrap(), serde_json::from_slice::<Value>(&text).unwrap());
        }
    }
}
