//! [`Order`]: the sort order of a list. Reference: "Listing"; `errors.csv`, FLOW-1432-400,
//! FLOW-1433-400.
//!
//! Decided where the reference is silent: in ascending order, items without the field come first, then booleans, numbers and
//! text; descending order is the reverse. Ties are broken by ascending `id` in both. Text is compared by its first
//! [`SortKey::MAX_BYTES`] bytes, so that a place in the order fits into a token.

use super::Path;
use super::fields::{FieldType, Fields};
use super::path::begins_a_name;
use crate::base::error::{Code, Error, excerpt};
use crate::store::{Direction, Key};
use serde_json::Value;
use std::cmp::Ordering;
use std::fmt;
use uuid::Uuid;

/// A field and a sort direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) path: Path,
    /// Ascending for `name` and `+name`, descending for `-name`.
    pub(crate) direction: Direction,
}

impl Order {
    /// Parses the parameter `orderby`. `is_own` says whether some entity has an undocumented top-level key.
    ///
    /// # Errors
    /// FLOW-1432-400 for a prefix other than `+` and `-`, FLOW-1433-400 for a field that cannot be ordered by.
    pub(crate) fn parse(
        text: &str, fields: &Fields, is_own: impl FnOnce(&str) -> bool,
    ) -> Result<Self, Error> {
        let (direction, name) = match text.split_at_checked(1) {
            Some(("-", name)) => (Direction::Descending, name),
            Some(("+" | " ", name)) => (Direction::Ascending, name), // a `+` in a query decodes to a space
            _ => (Direction::Ascending, text),
        };
        if name.starts_with(|first| !begins_a_name(first) && first != '"') {
            let detail = format!("orderby={} has a prefix other than + or -", excerpt(text));
            return Err(Error::new(Code::OrderPrefix, detail));
        }
        let no_field = |reason: &str| {
            let detail = format!("{} cannot be ordered by: {reason}", excerpt(name));
            Error::new(Code::OrderField, detail)
        };
        let path = Path::parse(name).map_err(no_field)?;
        match fields.at(&path, is_own) {
            _ if path.has_arrays() => Err(no_field("an item may have several values there")),
            Some(FieldType::Number | FieldType::Text | FieldType::Id | FieldType::Any) => {
                Ok(Self { path, direction })
            }
            Some(FieldType::List) => Err(no_field("it is an array")),
            Some(FieldType::Structure | FieldType::Parts) => {
                Err(no_field("it is a structure; name a field inside it"))
            }
            Some(FieldType::Secret) => {
                Err(no_field("it is a credential, and links to next pages would carry it"))
            }
            None | Some(FieldType::Unhandled) => Err(no_field("it is no field of these entities")),
        }
    }
}

impl Order {
    /// Compares two places.
    pub(crate) fn compare(&self, one: &Place, other: &Place) -> Ordering {
        let keys = one.key.cmp(&other.key);
        let keys = if self.direction == Direction::Descending { keys.reverse() } else { keys };
        keys.then_with(|| one.id.cmp(&other.id))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.direction {
            Direction::Ascending => write!(f, "{}", self.path),
            Direction::Descending => write!(f, "-{}", self.path),
        }
    }
}

/// A place in a sort order. It stays valid when its item is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The item's value of the field.
    pub(crate) key: SortKey,
    /// Breaks ties.
    pub(crate) id: Uuid,
}

/// The value by which an item is sorted.
#[derive(Clone, Debug)]
pub(crate) enum SortKey {
    /// The item has no value there, or an object or array.
    Absent,
    /// `false` before `true`.
    Truth(bool),
    /// Never NaN or negative zero. Integers beyond 2^53 may be ties.
    Number(f64),
    /// The beginning of a text.
    Text(Box<str>),
}

impl SortKey {
    /// The sort key of a value.
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(truth) => Self::Truth(*truth),
            Value::Number(number) => number.as_f64().map_or(Self::Absent, Self::number),
            Value::String(text) => Self::text(text),
            Value::Null | Value::Array(_) | Value::Object(_) => Self::Absent,
        }
    }

    pub(crate) fn number(number: f64) -> Self {
        Self::Number(number + 0.0) // turns -0.0 into 0.0
    }

    /// The key of a text, cut to the compared length.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(Key::cut(text).into())
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Truth(_) => 1,
            Self::Number(_) => 2,
            Self::Text(_) => 3,
        }
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Truth(one), Self::Truth(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortKey {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::query::fields::tests::FIELDS;
    use proptest::prelude::*;
    use serde_json::json;

    fn parse(text: &str) -> Result<Order, Error> {
        Order::parse(text, &FIELDS, |root| root == "own")
    }

    #[test]
    fn the_prefix_gives_the_direction() {
        for text in ["name", "+name", " name"] {
            assert_eq!(parse(text).unwrap().direction, Direction::Ascending, "{text}");
        }
        assert_eq!(parse("-own.a").unwrap().to_string(), "-own.a");
    }

    #[test]
    fn each_mistake_has_its_code() {
        for text in ["*name", "!name", "--name", "+-name", "~name", "=name", "  name", "/name"] {
            assert_eq!(parse(text).expect_err(text).code(), Code::OrderPrefix, "{text}");
        }
        let fields = [
            "foo",
            "-",
            "+",
            "name,id",
            "name desc",
            "own[]",
            "own[].a",
            "spec",
            "auth.params.key",
            "name.x",
            "\"name",
        ];
        for text in fields {
            assert_eq!(parse(text).expect_err(text).code(), Code::OrderField, "{text}");
        }
    }

    #[test]
    fn a_name_that_begins_like_a_prefix_is_printed_with_quotes() {
        for text in ["\"-own\"", "-\"-own\"", "\"#own\".a", "\"+\""] {
            let order = Order::parse(text, &FIELDS, |_| true).unwrap();
            assert_eq!(order.to_string(), text);
            assert_eq!(Order::parse(&order.to_string(), &FIELDS, |_| true).unwrap(), order);
        }
    }

    #[test]
    fn keys_are_ordered_across_types_and_text_by_its_beginning() {
        let item =
            json!({"a": [1], "b": false, "c": true, "d": -1, "e": 0.5, "f": 1, "g": "", "h": "1", "i": "a"});
        let key = |name: &str| SortKey::of(&item[name]);
        let keys = ["b", "c", "d", "e", "f", "g", "h", "i"].map(key);
        assert!(keys.is_sorted_by(|one, next| one < next), "{keys:?}");
        assert_eq!(key("a"), SortKey::Absent);
        assert_eq!(key("x"), SortKey::Absent);
        assert!(SortKey::Absent < keys[0]);
        assert_eq!(SortKey::number(-0.0), SortKey::number(0.0));
        let long = "é".repeat(101);
        assert_eq!(SortKey::text(&long), SortKey::text(&long[..200]));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_printing_is_the_inverse_of_parsing(
            text in "[-+ *]?(name|own|\\PC{0,4})[.a\"\\[]{0,3}",
        ) {
            if let Ok(order) = parse(&text) {
                prop_assert_eq!(parse(&order.to_string()).unwrap(), order);
            }
        }
    }
}
