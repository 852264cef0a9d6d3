//! Continuation tokens: where a client's walk through the pages stands.
//!
//! A token is a place in an order, not in the data, so it stays valid whatever is added or deleted, and
//! nothing has to be remembered for it. It carries a checksum that covers the tenant, the order and the
//! filters too: one that was damaged, made up, taken from another sandbox or sent with another question is
//! refused. That is against mistakes, not against forgery; a forged token reaches nothing but its own
//! tenant's pages. Reference: "Listing", `errors.csv` (FLOW-1452-400).

use super::{Filter, Order, Place, SortKey};
use crate::base::error::Error;
use crate::base::tenant::Tenant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

/// The walk that a token belongs to.
pub(crate) struct Walk<'a> {
    /// Whose entities are walked through.
    pub(crate) tenant: &'a Tenant,
    /// In which order.
    pub(crate) order: &'a Order,
    /// Which of them are shown.
    pub(crate) filter: &'a Filter,
}

// Under the base64: a byte for the format and the kind of key, the key, the id, the checksum.
const FORMAT: u8 = 0x20;
const ID_BYTES: usize = 16;
const SUM_BYTES: usize = 4;

impl Walk<'_> {
    /// The token that continues behind `place`. Its length is bounded as the key's is.
    pub(crate) fn token(&self, place: &Place) -> String {
        let mut bytes = Vec::with_capacity(64);
        match &place.key {
            SortKey::Absent => bytes.push(FORMAT),
            SortKey::Truth(truth) => bytes.extend([FORMAT | 1, u8::from(*truth)]),
            SortKey::Number(number) => {
                bytes.push(FORMAT | 2);
                bytes.extend(number.to_be_bytes());
            }
            SortKey::Text(text) => {
                bytes.push(FORMAT | 3);
                bytes.extend(text.bytes());
            }
        }
        bytes.extend(place.id.as_bytes());
        self.seal(bytes)
    }

    /// The token with that content under the base64, to which its checksum is added.
    pub(crate) fn seal(&self, mut content: Vec<u8>) -> String {
        content.extend(self.checksum(&content).to_be_bytes());
        BASE64.encode(content)
    }

    /// The place that a token names.
    ///
    /// # Errors
    /// FLOW-1452-400 if it is not one that was given on this walk.
    pub(crate) fn place(&self, token: &str) -> Result<Place, Error> {
        self.read(token).ok_or_else(|| {
            let expected = "a token that this sandbox gave for these filters and this order; \
                            follow _links.next.href of the page before";
            Error::invalid_parameter("continuationToken", token, expected)
        })
    }

    fn read(&self, token: &str) -> Option<Place> {
        let bytes = BASE64.decode(token).ok()?;
        let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM_BYTES)?)?;
        if sum != self.checksum(content).to_be_bytes() {
            return None;
        }
        let (key, id) = content.split_at_checked(content.len().checked_sub(ID_BYTES)?)?;
        let key = match key {
            [FORMAT] => SortKey::Absent,
            [kind, truth @ (0 | 1)] if *kind == FORMAT | 1 => SortKey::Truth(*truth == 1),
            [kind, number @ ..] if *kind == FORMAT | 2 => {
                SortKey::number(Some(f64::from_be_bytes(number.try_into().ok()?)).filter(|n| n.is_finite())?)
            }
            [kind, text @ ..] if *kind == FORMAT | 3 => SortKey::text(str::from_utf8(text).ok()?),
            _ => return None,
        };
        Some(Place { key, id: Uuid::from_slice(id).ok()? })
    }

    /// FNV-1a, the same on every machine. A filter that is repeated, or stands elsewhere, changes nothing:
    /// clients add their own parameters to the link that they follow.
    fn checksum(&self, content: &[u8]) -> u32 {
        let mut filters: Vec<String> = self.filter.0.iter().map(ToString::to_string).collect();
        filters.sort_unstable();
        filters.dedup();
        let order = self.order.to_string();
        let texts = [&*self.tenant.ims_org, &*self.tenant.sandbox, &order];
        let texts = texts.into_iter().chain(filters.iter().map(String::as_str));
        // Between texts a byte that no UTF-8 has.
        let bytes = texts.flat_map(|text| text.bytes().chain([0xff])).chain(content.iter().copied());
        bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }
}

/// The text in a token, or in the beginning of one, which is that of a field that somebody orders by; `None` if there is
/// none. Whether the token is sound does not matter: this is for whoever has to hide what a token says.
pub(crate) fn text_in_token(token: &str) -> Option<String> {
    let whole_bytes = token.len() / 4 * 4;
    let bytes = BASE64.decode(token.get(..whole_bytes)?).ok()?;
    let (kind, rest) = bytes.split_first()?;
    (*kind == FORMAT | 3).then(|| String::from_utf8_lossy(rest).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Key;
    use crate::store::query::Property;
    use crate::store::query::fields::tests::FIELDS;
    use proptest::prelude::*;
    use proptest::sample::Index;

    /// What `ask` answers about the walk with these parameters.
    fn on<T>(sandbox: &str, order: &str, filters: &[&str], ask: impl FnOnce(Walk<'_>) -> T) -> T {
        let tenant = Tenant::new("A@AdobeOrg", sandbox);
        let order = Order::parse(order, &FIELDS, |_| true).unwrap();
        let filter = Property::read(filters.iter().copied(), &FIELDS, |_| true).unwrap().filter;
        ask(Walk { tenant: &tenant, order: &order, filter: &filter })
    }

    fn places() -> impl Strategy<Value = Place> {
        let key = prop_oneof![
            Just(SortKey::Absent),
            any::<bool>().prop_map(SortKey::Truth),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(SortKey::number),
            any::<String>().prop_map(|text| SortKey::text(&text)),
        ];
        (key, any::<u128>()).prop_map(|(key, id)| Place { key, id: Uuid::from_u128(id) })
    }

    #[test]
    fn a_token_of_another_walk_is_refused() {
        let place = Place { key: SortKey::text("orders"), id: Uuid::from_u128(2) };
        let token = on("prod", "name", &["id==1", "own==2"], |walk| walk.token(&place));
        let read = |sandbox, order, filters| on(sandbox, order, filters, |walk| walk.read(&token));
        assert_eq!(read("prod", "+name", &["own=2", "id==1", "own==2"]), Some(place));
        assert_eq!(read("dev", "name", &["id==1", "own==2"]), None);
        assert_eq!(read("prod", "-name", &["id==1", "own==2"]), None);
        assert_eq!(read("prod", "name", &["id==1"]), None);
        assert_eq!(read("prod", "name", &["id==1", "own==3"]), None);
    }

    #[test]
    fn a_token_is_short_however_long_a_name_is() {
        let place = Place { key: SortKey::text(&"x".repeat(10_000)), id: Uuid::nil() };
        let token = on("prod", "name", &[], |walk| walk.token(&place));
        assert!(token.len() < 2 * Key::MAX_BYTES, "{token}");
    }

    proptest! {
        #[test]
        fn a_token_names_its_place(place in places()) {
            prop_assert_eq!(on("prod", "own", &[], |walk| walk.read(&walk.token(&place))), Some(place));
        }

        #[test]
        fn a_damaged_token_is_refused(place in places(), at in any::<Index>(), byte in "[A-Za-z0-9_-]") {
            let token = on("prod", "own", &[], |walk| walk.token(&place));
            let mut damaged = token.clone();
            let at = at.index(token.len());
            damaged.replace_range(at..=at, &byte);
            prop_assume!(damaged != token);
            prop_assert_eq!(on("prod", "own", &[], |walk| walk.read(&damaged)), None);
        }

        #[test]
        fn no_text_makes_it_panic_or_pass(text in "[A-Za-z0-9_=-]{0,60}|.{0,60}") {
            prop_assert_eq!(on("prod", "own", &[], |walk| walk.read(&text)), None);
        }
    }
}
