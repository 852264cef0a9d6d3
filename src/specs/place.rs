//! [`Place`]: where in an order a connection spec stands, and the continuation token that names it.
//!
//! Specs have ids that need not be UUIDs, and some share one, so a place is more than a time and an id. Like
//! `query::continuation` the token is a place, not an item: it holds while specs are added and replaced, and its
//! checksum covers tenant and order. Reference: "Listing"; `errors.csv`, FLOW-1452-400.

use super::document::ConnectionSpec;
use crate::error::Error;
use crate::query::{Direction, Order, SortKey};
use crate::tenant::Tenant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::cmp::Reverse;
use uuid::Uuid;

/// A place in an order. Two specs never have the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    key: Directed,
    /// What breaks ties: id, version, name.
    ties: [Cow<'a, str>; 3],
}

/// Places of different directions are never compared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Directed {
    Ascending(SortKey),
    Descending(Reverse<SortKey>),
}

impl<'a> Place<'a> {
    /// Where `spec` stands in `order`.
    pub(super) fn of(spec: &'a ConnectionSpec, order: &Order) -> Self {
        let ties = [&spec.id, &spec.version, &spec.name].map(Cow::from);
        Self::new(SortKey::of(spec.document(), &order.path), order, ties)
    }

    fn new(key: SortKey, order: &Order, ties: [Cow<'a, str>; 3]) -> Self {
        let key = match order.direction {
            Direction::Ascending => Directed::Ascending(key),
            Direction::Descending => Directed::Descending(Reverse(key)),
        };
        Self { key, ties }
    }
}

/// The bytes of a token before its content.
const CHECKSUM_BYTES: usize = 4;

/// The token that continues behind `place`.
pub(super) fn token(tenant: &Tenant, order: &Order, place: &Place<'_>) -> String {
    let (Directed::Ascending(key) | Directed::Descending(Reverse(key))) = &place.key;
    let key = match key {
        SortKey::Absent => Value::Null,
        SortKey::Truth(truth) => json!(truth),
        SortKey::Number(number) => json!(number),
        SortKey::Text(text) => json!(text),
    };
    let content = json!([key, place.ties]).to_string();
    let mut bytes = checksum(tenant, order, content.as_bytes()).to_vec();
    bytes.extend_from_slice(content.as_bytes());
    BASE64.encode(bytes)
}

/// The place that a token names.
///
/// # Errors
/// FLOW-1452-400 if this tenant was not given it for that order.
pub(super) fn read(tenant: &Tenant, order: &Order, token: &str) -> Result<Place<'static>, Error> {
    decode(tenant, order, token).ok_or_else(|| {
        let expected = "a token that this sandbox was given for this list in this order; take it from \
            _links.next.href of the page before";
        Error::invalid_parameter("continuationToken", token, expected)
    })
}

fn decode(tenant: &Tenant, order: &Order, token: &str) -> Option<Place<'static>> {
    let bytes = BASE64.decode(token).ok()?;
    let (sum, content) = bytes.split_at_checked(CHECKSUM_BYTES)?;
    if sum != checksum(tenant, order, content) {
        return None;
    }
    let (key, ties): (Value, [String; 3]) = serde_json::from_slice(content).ok()?;
    let key = match key {
        Value::Bool(truth) => SortKey::Truth(truth),
        Value::Number(number) => SortKey::number(number.as_f64()?),
        Value::String(text) => SortKey::text(&text),
        _ => SortKey::Absent,
    };
    Some(Place::new(key, order, ties.map(Cow::Owned)))
}

fn checksum(tenant: &Tenant, order: &Order, content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let order = Uuid::new_v5(&tenant.sandbox_id(), order.to_string().as_bytes());
    let [a, b, c, d, ..] = Uuid::new_v5(&order, content).into_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Fields;
    use proptest::prelude::*;

    fn tenant() -> Tenant {
        Tenant::new("A@AdobeOrg", "prod")
    }

    fn order(text: &str) -> Order {
        Order::parse(text, &Fields(&[]), |_| true).unwrap()
    }

    fn place(order: &Order) -> Place<'static> {
        Place::new(SortKey::text("mysql"), order, ["a", "b", "c"].map(Cow::from))
    }

    #[test]
    fn a_token_of_another_sandbox_or_order_is_refused() {
        let by_name = order("name");
        let token = token(&tenant(), &by_name, &place(&by_name));
        assert_eq!(decode(&tenant(), &by_name, &token), Some(place(&by_name)));
        assert_eq!(decode(&Tenant::new("A@AdobeOrg", "dev"), &by_name, &token), None);
        assert_eq!(decode(&tenant(), &order("-name"), &token), None);
        assert_eq!(decode(&tenant(), &order("id"), &token), None);
    }

    #[test]
    fn a_token_names_a_place_of_any_type_in_either_direction() {
        let keys = [SortKey::Absent, SortKey::Truth(true), SortKey::number(0.1), SortKey::text("é\"")];
        for (key, order) in keys.into_iter().zip(["name", "-name", "name", "-name"].map(order)) {
            let place = Place::new(key, &order, ["a", "b", "c\n"].map(Cow::from));
            let token = token(&tenant(), &order, &place);
            assert_eq!(decode(&tenant(), &order, &token), Some(place));
        }
    }

    proptest! {
        #[test]
        fn a_damaged_or_made_up_token_is_refused(at in 0..36usize, byte in "[A-Za-z0-9_-]", text in ".{0,60}") {
            let order = order("name");
            let token = token(&tenant(), &order, &place(&order));
            let mut damaged = token.clone();
            damaged.replace_range(at..=at, &byte);
            prop_assume!(damaged != token);
            prop_assert_eq!(decode(&tenant(), &order, &damaged), None);
            prop_assert_eq!(decode(&tenant(), &order, &text), None);
        }
    }
}
