//! Continuation tokens, which mark where the next page of a list begins.
//!
//! A token is a position in the sort order, so it stays valid whatever entities are added or deleted, and the server keeps no
//! state for it. Its checksum covers the tenant, the order and the filters: a token that is damaged, made up, from another
//! sandbox or sent with other parameters is refused. The checksum guards against mistakes, not against forgery; a forged token
//! can only reach pages of its own tenant. Reference: "Listing", `errors.csv` (FLOW-1452-400).

use super::{Filter, Order, Place, SortKey};
use crate::base::error::Error;
use crate::base::tenant::Tenant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

/// The list that a token belongs to.
pub(crate) struct Walk<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) order: &'a Order,
    pub(crate) filter: &'a Filter,
}

// The bytes under the base64: one for the format and the type of the key, the key, the id, the checksum.
const FORMAT: u8 = 0x20;
const ID_BYTES: usize = 16;
const SUM_BYTES: usize = 4;

impl Walk<'_> {
    /// The token of the page after `place`. Its length is bounded, since the key's is.
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

    /// Appends the checksum to `content` and encodes both.
    pub(crate) fn seal(&self, mut content: Vec<u8>) -> String {
        content.extend(self.checksum(&content).to_be_bytes());
        BASE64.encode(content)
    }

    /// The place in a token.
    ///
    /// # Errors
    /// FLOW-1452-400 if the token is invalid or belongs to another list.
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

    /// An FNV-1a hash, which is the same on every machine. The order and repetition of filters do not change it, since
    /// clients add their own parameters to the links that they follow.
    fn checksum(&self, content: &[u8]) -> u32 {
        let mut filters: Vec<String> = self.filter.0.iter().map(ToString::to_string).collect();
        filters.sort_unstable();
        filters.dedup();
        let order = self.order.to_string();
        let texts = [&*self.tenant.ims_org, &*self.tenant.sandbox, &order];
        let texts = texts.into_iter().chain(filters.iter().map(String::as_str));
        // Separates texts by a byte that UTF-8 never contains.
        let bytes = texts.flat_map(|text| text.bytes().chain([0xff])).chain(content.iter().copied());
        bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }
}

/// The text in a token or in the beginning of one, which is the value of the `orderby` field; `None` if there is none. The
/// token need not be valid. Redaction uses this.
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

    /// Calls `ask` with the list that has these parameters.
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
