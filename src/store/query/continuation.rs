//! Continuation tokens, which mark where the next page of a list begins.
//!
//! A token has a position in the sort order, so it stays valid whatever entities are added or deleted, and the parameters of
//! its list, so that a client may send it alone. The server keeps no state for it. Its checksum covers the tenant, the
//! collection, the order and the filters: a token that is damaged, made up, from another sandbox or sent with other filters is
//! refused. The checksum guards against mistakes, not against forgery; a forged token can only reach pages of its own tenant.
//! Reference: "Listing"; "What holds for all five" (the form of the link); `errors.csv` (FLOW-1452-400).

use super::{Filter, Order, Parameters, Place, SortKey};
use crate::base::error::{Code, Error};
use crate::base::tenant::Tenant;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use uuid::Uuid;

/// The list that a token belongs to.
pub(crate) struct Walk<'a> {
    pub(crate) tenant: &'a Tenant,
    /// The path segment of the list.
    pub(crate) collection: &'a str,
    pub(crate) order: &'a Order,
    pub(crate) filter: &'a Filter,
}

// The bytes under the base64: one for the format and the type of the key, the id, the key, the parameters, the checksum. A text
// follows its length; a parameter is a byte for its name, the value, and a byte that UTF-8 never contains.
const FORMAT: u8 = 0x30;
const ID_BYTES: usize = 16;
const SUM_BYTES: usize = 4;
const END: u8 = 0xff;

/// The parameters that a token carries, in its order, each with the byte that stands for its name.
const CARRIED: [(u8, &str); 3] = [(b'o', "orderby"), (b'l', "limit"), (b'p', "property")];

/// The largest size of the parameters in a token, in bytes. A URL of 64 KiB has room for such a token and for the same
/// parameters beside it.
const MAX_CARRIED_BYTES: usize = 24 * 1024;

/// A token whose checksum has not been compared yet.
pub(crate) struct Token {
    content: Vec<u8>,
    sum: [u8; SUM_BYTES],
    place: Place,
    /// The parameters of its list; none if they were too long for a token.
    pub(crate) carried: Parameters,
}

impl Walk<'_> {
    /// The token of the page after `place`, with the list's `parameters` in it.
    pub(crate) fn token(&self, place: &Place, parameters: &Parameters) -> String {
        let mut bytes = Vec::with_capacity(64 + carried_bytes(parameters));
        let kind = match &place.key {
            SortKey::Absent => 0,
            SortKey::Truth(_) => 1,
            SortKey::Number(_) => 2,
            SortKey::Text(_) => 3,
        };
        bytes.push(FORMAT | kind);
        bytes.extend(place.id.as_bytes());
        match &place.key {
            SortKey::Absent => {}
            SortKey::Truth(truth) => bytes.push(u8::from(*truth)),
            SortKey::Number(number) => bytes.extend(number.to_be_bytes()),
            SortKey::Text(text) => {
                bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX)); // a key has at most 200 bytes
                bytes.extend(text.bytes());
            }
        }
        for (tag, value) in carried(parameters) {
            bytes.push(tag);
            bytes.extend(value.bytes());
            bytes.push(END);
        }
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
    /// FLOW-1452-400 if the token belongs to another list.
    pub(crate) fn place(&self, token: Token) -> Result<Place, Error> {
        if token.sum == self.checksum(&token.content).to_be_bytes() {
            Ok(token.place)
        } else {
            Err(refused())
        }
    }

    /// An FNV-1a hash, which is the same on every machine. The order and repetition of filters do not change it, since
    /// clients send their own parameters beside a token.
    fn checksum(&self, content: &[u8]) -> u32 {
        let mut filters: Vec<String> = self.filter.0.iter().map(ToString::to_string).collect();
        filters.sort_unstable();
        filters.dedup();
        let order = self.order.to_string();
        let add = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        let add_text = |hash, text: &str| add(text.as_bytes().iter().fold(hash, add), &END);
        let texts = [&*self.tenant.ims_org, &*self.tenant.sandbox, self.collection, &order];
        let hash = texts.into_iter().fold(0x811c_9dc5, add_text);
        let hash = filters.iter().map(String::as_str).fold(hash, add_text);
        content.iter().fold(hash, add)
    }
}

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    /// FLOW-1452-400 if it does not have the form of one.
    pub(crate) fn read(text: &str) -> Result<Self, Error> {
        Self::parse(text).ok_or_else(refused)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut content = BASE64.decode(text).ok()?;
        let sum = *content.last_chunk()?;
        content.truncate(content.len() - SUM_BYTES);
        let (kind, rest) = content.split_first()?;
        let (id, rest) = rest.split_at_checked(ID_BYTES)?;
        let (key, mut rest) = match (kind ^ FORMAT, rest) {
            (0, rest) => (SortKey::Absent, rest),
            (1, [truth @ (0 | 1), rest @ ..]) => (SortKey::Truth(*truth == 1), rest),
            (2, rest) => {
                let (number, rest) = rest.split_first_chunk()?;
                (SortKey::number(Some(f64::from_be_bytes(*number)).filter(|n| n.is_finite())?), rest)
            }
            (3, [length, rest @ ..]) => {
                let (text, rest) = rest.split_at_checked((*length).into())?;
                (SortKey::text(str::from_utf8(text).ok()?), rest)
            }
            _ => return None,
        };
        let mut carried = Parameters::default();
        while let Some((tag, value)) = rest.split_first() {
            let (_, name) = CARRIED.iter().find(|(known, _)| known == tag)?;
            let end = value.iter().position(|&byte| byte == END)?;
            carried.push(name, str::from_utf8(&value[..end]).ok()?.to_owned());
            rest = &value[end + 1..];
        }
        let place = Place { key, id: Uuid::from_slice(id).ok()? };
        Some(Self { sum, place, carried, content })
    }
}

/// FLOW-1452-400 for a token. The message does not repeat it: its filters may have credentials.
pub(super) fn refused() -> Error {
    let detail = "continuationToken is not a token that this sandbox gave for these filters and this order; \
                  follow _links.next.href of the page before";
    Error::new(Code::ParameterInvalid, detail)
}

/// The parameters of a list that its tokens carry; none if they are too long.
fn carried(parameters: &Parameters) -> impl Iterator<Item = (u8, &str)> {
    let fit = fits_token(parameters);
    all_carried(parameters).filter(move |_| fit)
}

/// Whether the parameters of a list fit into a token.
pub(super) fn fits_token(parameters: &Parameters) -> bool {
    carried_bytes(parameters) <= MAX_CARRIED_BYTES
}

fn carried_bytes(parameters: &Parameters) -> usize {
    all_carried(parameters).map(|(_, value)| value.len() + 2).sum()
}

fn all_carried(parameters: &Parameters) -> impl Iterator<Item = (u8, &str)> {
    CARRIED.into_iter().flat_map(|(tag, name)| {
        // Of all others, the last value counts.
        let skipped = if name == "property" { 0 } else { parameters.all(name).count().saturating_sub(1) };
        parameters.all(name).skip(skipped).map(move |value| (tag, value))
    })
}

/// The texts in a token or in the beginning of one. The token need not be valid. Redaction uses this.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenTexts {
    /// The value of the `orderby` field, if it is text.
    pub(crate) key: Option<String>,
    /// The names and values of the list's parameters.
    pub(crate) parameters: Vec<(&'static str, String)>,
}

impl TokenTexts {
    /// The texts in a token; none in anything else.
    pub(crate) fn of(token: &str) -> Self {
        Self::read(token).unwrap_or_default()
    }

    fn read(token: &str) -> Option<Self> {
        // A token that is cut off may end inside a group of four characters.
        let whole_groups = || BASE64.decode(token.get(..token.len() / 4 * 4)?).ok();
        let bytes = BASE64.decode(token).ok().or_else(whole_groups)?;
        let (kind, rest) = bytes.split_first()?;
        let rest = rest.get(ID_BYTES..)?;
        let (key, mut rest) = match (kind ^ FORMAT, rest) {
            (0, rest) => (None, rest),
            (1, [_, rest @ ..]) => (None, rest),
            (2, rest) => (None, rest.get(8..)?),
            (3, [length, rest @ ..]) => {
                let (text, rest) = rest.split_at(rest.len().min((*length).into()));
                (Some(lossy(text)), rest)
            }
            _ => return None,
        };
        let mut parameters = Vec::new();
        while rest.len() > SUM_BYTES
            && let Some((tag, value)) = rest.split_first()
            && let Some((_, name)) = CARRIED.iter().find(|(known, _)| known == tag)
        {
            let end = value.iter().position(|&byte| byte == END).unwrap_or(value.len());
            parameters.push((*name, lossy(&value[..end])));
            rest = value.get(end + 1..).unwrap_or_default();
        }
        Some(Self { key, parameters })
    }
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
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
        ask(Walk { tenant: &tenant, collection: "own", order: &order, filter: &filter })
    }

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        let mut parameters = Parameters::default();
        pairs.iter().for_each(|(name, value)| parameters.push(name, (*value).to_owned()));
        parameters
    }

    fn made(walk: &Walk<'_>, place: &Place) -> String {
        walk.token(place, &Parameters::default())
    }

    fn read(walk: &Walk<'_>, token: &str) -> Option<Place> {
        walk.place(Token::read(token).ok()?).ok()
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

    fn lists() -> impl Strategy<Value = Vec<(&'static str, String)>> {
        let pair = (prop::sample::select(vec!["orderby", "limit", "property"]), "\\PC{1,9}");
        prop::collection::vec(pair, 0..6)
    }

    #[test]
    fn a_token_of_another_walk_is_refused() {
        let place = Place { key: SortKey::text("orders"), id: Uuid::from_u128(2) };
        let token = on("prod", "name", &["id==1", "own==2"], |walk| made(&walk, &place));
        let read = |sandbox, order, filters| on(sandbox, order, filters, |walk| read(&walk, &token));
        assert_eq!(read("prod", "+name", &["own=2", "id==1", "own==2"]), Some(place));
        assert_eq!(read("dev", "name", &["id==1", "own==2"]), None);
        assert_eq!(read("prod", "-name", &["id==1", "own==2"]), None);
        assert_eq!(read("prod", "name", &["id==1"]), None);
        assert_eq!(read("prod", "name", &["id==1", "own==3"]), None);
    }

    #[test]
    fn a_token_of_another_collection_is_refused() {
        let place = Place { key: SortKey::Absent, id: Uuid::nil() };
        let token = on("prod", "name", &[], |walk| made(&walk, &place));
        on("prod", "name", &[], |walk| {
            assert_eq!(read(&Walk { collection: "other", ..walk }, &token), None);
        });
    }

    #[test]
    fn a_token_is_short_however_long_a_name_is() {
        let place = Place { key: SortKey::text(&"x".repeat(10_000)), id: Uuid::nil() };
        let token = on("prod", "name", &[], |walk| made(&walk, &place));
        assert!(token.len() < 2 * Key::MAX_BYTES, "{token}");
    }

    #[test]
    fn a_token_carries_parameters_up_to_a_length() {
        let place = Place { key: SortKey::Absent, id: Uuid::nil() };
        for (bytes, fits) in [(MAX_CARRIED_BYTES - 2, true), (MAX_CARRIED_BYTES - 1, false)] {
            let list = parameters(&[("property", &"x".repeat(bytes))]);
            let token = on("prod", "own", &[], |walk| walk.token(&place, &list));
            assert_eq!(Token::read(&token).unwrap().carried == list, fits);
            assert!(token.len() < 33_000, "{}", token.len());
        }
    }

    #[test]
    fn the_texts_of_a_token_are_read_from_its_beginning_too() {
        let place = Place { key: SortKey::text("sales"), id: Uuid::from_u128(7) };
        let list = parameters(&[("property", "own==b"), ("orderby", "name"), ("count", "false")]);
        let token = on("prod", "name", &["own==b"], |walk| walk.token(&place, &list));
        let texts = TokenTexts::of(&token);
        assert_eq!(texts.key.as_deref(), Some("sales"));
        assert_eq!(texts.parameters, [("orderby", "name".to_owned()), ("property", "own==b".to_owned())]);
        let cut = TokenTexts::of(&token[..token.len() - 9]);
        assert_eq!(
            (cut.key.as_deref(), &cut.parameters[0]),
            (Some("sales"), &("orderby", "name".to_owned()))
        );
        assert_eq!(TokenTexts::of(&token[..30]).key.as_deref(), Some("sal"));
        assert_eq!(TokenTexts::of("made-up"), TokenTexts::default());
    }

    proptest! {
        #[test]
        fn a_token_names_its_place_and_its_list(place in places(), list in lists()) {
            let sent: Vec<_> = list.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let sent = parameters(&sent);
            on("prod", "own", &[], |walk| {
                let token = walk.token(&place, &sent);
                prop_assert!(!token.contains('='));
                let carried = Token::read(&token).unwrap().carried;
                prop_assert_eq!(read(&walk, &token), Some(place));
                prop_assert!(carried.all("property").eq(sent.all("property")));
                for name in ["orderby", "limit"] {
                    prop_assert_eq!(carried.last(name), sent.last(name));
                }
                Ok(())
            })?;
        }

        #[test]
        fn a_damaged_token_is_refused(
            place in places(), list in lists(), at in any::<Index>(), byte in "[A-Za-z0-9_-]",
        ) {
            let list: Vec<_> = list.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let token = on("prod", "own", &[], |walk| walk.token(&place, &parameters(&list)));
            let mut damaged = token.clone();
            let at = at.index(token.len());
            damaged.replace_range(at..=at, &byte);
            prop_assume!(damaged != token);
            let _ = TokenTexts::of(&damaged);
            prop_assert_eq!(on("prod", "own", &[], |walk| read(&walk, &damaged)), None);
        }

        #[test]
        fn no_text_makes_it_panic_or_pass(text in "[A-Za-z0-9_=-]{0,60}|.{0,60}") {
            let _ = TokenTexts::of(&text);
            prop_assert_eq!(on("prod", "own", &[], |walk| read(&walk, &text)), None);
        }
    }
}
