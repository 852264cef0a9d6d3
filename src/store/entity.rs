//! [`Entity`]: the bytes of a stored entity, and the few facts that are looked up without reading them.

use crate::base::operation::Kind;
use crate::base::time::Millis;
use hyper::body::Bytes;
use std::any::Any;
use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// A stored entity. It never changes: an update replaces it.
pub(crate) struct Entity {
    /// Its place in the default order, from its creation time and its id.
    pub(crate) position: Position,
    /// Its version.
    pub(crate) etag: Etag,
    /// Its state.
    pub(crate) state: State,
    /// The texts that indexes find it by, in the order in which its kind lists its indexed fields.
    pub(crate) keys: [Key; Entity::KEYS],
    /// What most entities do not have.
    pub(crate) more: Option<Box<More>>,
    /// The item as JSON. It holds credentials. It is not kept as [`Bytes`], which take twice the memory of a box, and another
    /// block once they are shared.
    pub(crate) item: Box<[u8]>,
}

/// What few entities have, apart so that the others take less memory.
#[derive(Clone)]
pub(crate) struct More {
    /// The top-level keys that its client added to the documented ones.
    pub(crate) own_fields: Box<[Box<str>]>,
    /// The entities that cannot be deleted while this one exists.
    pub(crate) holds: Box<[EntityRef]>,
    /// Facts that its kind computed from it, for its own use.
    pub(crate) facts: Facts,
}

impl More {
    /// Those, if there are any.
    pub(crate) fn of(
        own_fields: Box<[Box<str>]>, holds: Box<[EntityRef]>, facts: Facts,
    ) -> Option<Box<Self>> {
        let is_empty = own_fields.is_empty() && holds.is_empty() && facts.is_none();
        (!is_empty).then(|| Box::new(Self { own_fields, holds, facts }))
    }
}

/// Facts about an entity that only the code of its kind understands; they are not on the wire.
pub(crate) type Facts = Option<Arc<dyn Any + Send + Sync>>;

/// The kind and the id of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EntityRef {
    pub(crate) kind: Kind,
    pub(crate) id: Uuid,
}

/// A place in the default order: `createdAt` descending, ties by `id` ascending. It stays valid after its entity is
/// deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    created_at: Reverse<Millis>,
    id: Uuid,
}

impl Position {
    /// The place of an entity with that creation time and id.
    pub(crate) fn new(created_at: Millis, id: Uuid) -> Self {
        Self { created_at: Reverse(created_at), id }
    }

    /// The creation time.
    pub(crate) fn created_at(self) -> Millis {
        self.created_at.0
    }

    /// The id.
    pub(crate) fn id(self) -> Uuid {
        self.id
    }
}

/// A text that entities are found and ordered by, cut to [`Key::MAX_BYTES`] so that indexes stay small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key(Arc<str>);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        // The entities of a collection share equal keys.
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Key {
    /// The most bytes of a text that an index keeps.
    pub(crate) const MAX_BYTES: usize = 200;

    /// The key of a text.
    pub(crate) fn of(text: &str) -> Self {
        Self(Self::cut(text).into())
    }

    /// The part of a text that an index keeps.
    pub(crate) fn cut(text: &str) -> &str {
        let mut end = text.len().min(Self::MAX_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        &text[..end]
    }

    /// The whole text; `None` if it may have been cut, so that other texts may have the same key.
    pub(crate) fn whole(&self) -> Option<&str> {
        // A cut text may end a few bytes early, at the boundary of a character.
        (self.0.len() < Self::MAX_BYTES - 3).then_some(&self.0)
    }

    /// The text as the index keeps it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The bytes around an item in the answer to a read.
const BEFORE_ITEM: &[u8] = b"{\"items\":[";
const AFTER_ITEM: &[u8] = b"]}";

impl Entity {
    /// The number of indexed fields of each kind.
    pub(crate) const KEYS: usize = 3;

    /// The bytes of the item that `write` serialises, of about `capacity` bytes.
    ///
    /// # Errors
    /// Those of `write`.
    pub(crate) fn write_item<E>(
        capacity: usize, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Box<[u8]>, E> {
        let mut bytes = Vec::with_capacity(capacity);
        write(&mut bytes)?;
        // Entities live long: the bytes are copied to a block of their size. The allocator would leave a vector that is cut in
        // its block, up to twice as large.
        Ok(bytes.as_slice().into())
    }

    /// The whole body of the answer to a read, `{"items":[...]}`.
    pub(crate) fn answer(&self) -> Bytes {
        let mut bytes = Vec::with_capacity(BEFORE_ITEM.len() + self.item.len() + AFTER_ITEM.len());
        bytes.extend_from_slice(BEFORE_ITEM);
        bytes.extend_from_slice(&self.item);
        bytes.extend_from_slice(AFTER_ITEM);
        bytes.into()
    }

    /// The item alone, as JSON.
    pub(crate) fn item(&self) -> &[u8] {
        &self.item
    }

    /// Its id.
    pub(crate) fn id(&self) -> Uuid {
        self.position.id()
    }

    /// The top-level keys that its client added to the documented ones.
    pub(crate) fn own_fields(&self) -> &[Box<str>] {
        self.more.as_ref().map_or(&[], |more| &more.own_fields)
    }

    /// The entities that cannot be deleted while this one exists.
    pub(crate) fn holds(&self) -> &[EntityRef] {
        self.more.as_ref().map_or(&[], |more| &more.holds)
    }

    /// Its [facts](More::facts), if they are of type `T`.
    pub(crate) fn facts<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(self.more.as_ref()?.facts.as_ref()?).downcast().ok()
    }
}

/// The version of an entity.
///
/// On the wire `"`, 8 hex, `-0000-0200-0000-`, 8 hex of the epoch second of the write, `0000`, `"`: the
/// quotes are part of it. Reference: "A base connection".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Etag {
    write: u32,
    second: u32,
}

impl Etag {
    /// The etag of the write with that number, made at `now`.
    pub(crate) fn new(write: u32, now: Millis) -> Self {
        // The form has room for 32 bits of seconds: until the year 2106, then it wraps.
        Self { write, second: (now / 1000) as u32 }
    }

    /// The etag with that [number](Self::number).
    pub(crate) fn of_number(number: u64) -> Self {
        Self { write: (number >> 32) as u32, second: number as u32 }
    }

    /// A number that no other etag has; its low 32 bits are the epoch second of the write.
    pub(crate) fn number(self) -> u64 {
        u64::from(self.write) << 32 | u64::from(self.second)
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().as_str())
    }
}

/// An etag as text, written by hand: `format!` would take longer than the rest of a write's answer.
pub(crate) struct EtagText([u8; FORM.len()]);

const FORM: [u8; 38] = *b"\"00000000-0000-0200-0000-000000000000\"";

impl EtagText {
    /// The text with its quotes.
    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default() // ASCII
    }

    /// The text without its quotes.
    pub(crate) fn bare(&self) -> &str {
        self.as_str().trim_matches('"')
    }
}

impl Etag {
    /// The etag as on the wire.
    pub(crate) fn text(self) -> EtagText {
        let mut text = FORM;
        let [write, second] = [self.write, self.second].map(hex);
        for (at, digits) in [(1, write), (25, second)] {
            for (place, digit) in text.iter_mut().skip(at).zip(digits) {
                *place = digit;
            }
        }
        EtagText(text)
    }
}

fn hex(number: u32) -> [u8; 8] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    std::array::from_fn(|place| DIGITS[(number >> (28 - 4 * place) & 0xf) as usize])
}

impl FromStr for Etag {
    type Err = &'static str;

    /// Reads an etag as on the wire, with its quotes or without.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "must be of the form \"1400dd53-0000-0200-0000-5f3f23450000\", its quotes a part of it";
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0, |number: u32, byte| match byte {
                b'0'..=b'9' => Some(number << 4 | u32::from(byte - b'0')),
                b'a'..=b'f' => Some(number << 4 | u32::from(byte - b'a' + 10)),
                _ => None,
            })
        };
        let parts = bare.as_bytes().split_first_chunk::<8>().and_then(|(write, rest)| {
            let rest = rest.strip_prefix(b"-0000-0200-0000-")?.strip_suffix(b"0000")?;
            Some((number(write)?, number(<&[u8; 8]>::try_from(rest).ok()?)?))
        });
        let (write, second) = parts.ok_or(EXPECTED)?;
        Ok(Self { write, second })
    }
}

/// The state of an entity; each kind has some of these. Reference: "A base connection".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The flow provider is setting it up.
    Initializing,
    /// In use.
    Enabled,
    /// Switched off.
    Disabled,
    /// A draft, which may be incomplete until it is published.
    Draft,
    /// The flow provider is changing it.
    Updating,
    /// The flow provider is at work on it.
    InProgress,
    /// The flow provider is enabling it.
    Enabling,
    /// The flow provider is disabling it.
    Disabling,
    /// The flow provider is deleting it.
    Deleting,
    /// A private endpoint that the owner of the resource has not approved.
    Pending,
    /// A private endpoint in use.
    Approved,
}

impl State {
    /// Every state.
    pub(crate) const ALL: [Self; 11] = [
        Self::Initializing,
        Self::Enabled,
        Self::Disabled,
        Self::Draft,
        Self::Updating,
        Self::InProgress,
        Self::Enabling,
        Self::Disabling,
        Self::Deleting,
        Self::Pending,
        Self::Approved,
    ];

    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Draft => "draft",
            Self::Updating => "updating",
            Self::InProgress => "inProgress",
            Self::Enabling => "enabling",
            Self::Disabling => "disabling",
            Self::Deleting => "deleting",
            Self::Pending => "pending",
            Self::Approved => "approved",
        }
    }

    /// The state of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_has_the_documented_form() {
        // The reference's own example: 1597973312 is 5f3f2340 in hex; its etag is of five seconds later.
        let etag = Etag::new(0x1400_dd53, 1_597_973_317_999);
        assert_eq!(etag.to_string(), "\"1400dd53-0000-0200-0000-5f3f23450000\"");
        assert_eq!(etag.to_string().parse(), Ok(etag));
        assert_eq!("1400dd53-0000-0200-0000-5f3f23450000".parse(), Ok(etag));
        for wrong in [
            "",
            "x",
            "1400DD53-0000-0200-0000-5f3f23450000",
            "400dd53-0000-0200-0000-5f3f23450000",
            "1400dd53-5f3f",
        ] {
            assert!(wrong.parse::<Etag>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn states_are_found_by_their_names() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
        }
        assert_eq!(State::from_name("Enabled"), None);
    }
}
