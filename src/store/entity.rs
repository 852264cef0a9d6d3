//! What the store keeps of an entity: the bytes to answer with, and the few facts that are asked of it apart.

use super::Position;
use bytes::Bytes;
use std::fmt;
use uuid::Uuid;

/// Milliseconds since the epoch.
pub(crate) type Millis = i64;

/// Which collection of a sandbox an entity belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A base connection.
    Connection,
}

impl Kind {
    /// How many there are.
    pub(super) const COUNT: usize = 1;
}

/// A stored entity. Never changed: a new version is a new one.
pub(crate) struct Entity {
    /// Its id.
    pub(crate) id: Uuid,
    /// When it was created; with the id, its place in the default order.
    pub(crate) created_at: Millis,
    /// The version.
    pub(crate) etag: Etag,
    /// Its state.
    pub(crate) state: State,
    /// The answer to a read, whole: `{"items":[...]}`. It holds credentials.
    pub(crate) answer: Bytes,
}

/// What stands around an item in the answer to a read.
const BEFORE_ITEM: &[u8] = b"{\"items\":[";
const AFTER_ITEM: &[u8] = b"]}";

impl Entity {
    /// The answer to a read of an item that serialises as `write` does it; `capacity` is a guess of its bytes.
    ///
    /// # Errors
    /// What `write` answers.
    pub(crate) fn answer<E>(
        capacity: usize, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Bytes, E> {
        let mut bytes = Vec::with_capacity(BEFORE_ITEM.len() + capacity + AFTER_ITEM.len());
        bytes.extend_from_slice(BEFORE_ITEM);
        write(&mut bytes)?;
        bytes.extend_from_slice(AFTER_ITEM);
        // Entities live long: what the guess left over is given back.
        Ok(bytes.into_boxed_slice().into())
    }

    /// The item alone, as JSON.
    pub(crate) fn item(&self) -> &[u8] {
        &self.answer[BEFORE_ITEM.len()..self.answer.len() - AFTER_ITEM.len()]
    }

    /// Its place in the default order.
    pub(crate) fn position(&self) -> Position {
        Position::new(self.created_at, self.id)
    }
}

/// The version of an entity.
///
/// On the wire `"`, 8 hex, `-0000-0200-0000-`, 8 hex of the epoch second of the write, `0000`, `"`: the quotes are
/// part of it. Reference: "A base connection".
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
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{:08x}-0000-0200-0000-{:08x}0000\"", self.write, self.second)
    }
}

/// The life of an entity. Reference: "A base connection".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The flow provider is setting it up.
    Initializing,
    /// In use.
    Enabled,
    /// Switched off.
    Disabled,
    /// Not finished: it may be incomplete until it is published.
    Draft,
    /// The flow provider is changing it.
    Updating,
    /// The flow provider is deleting it.
    Deleting,
}

impl State {
    /// Every state.
    pub(crate) const ALL: [Self; 6] =
        [Self::Initializing, Self::Enabled, Self::Disabled, Self::Draft, Self::Updating, Self::Deleting];

    /// Its name on the wire.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Draft => "draft",
            Self::Updating => "updating",
            Self::Deleting => "deleting",
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
    }

    #[test]
    fn states_are_found_by_their_names() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
        }
        assert_eq!(State::from_name("Enabled"), None);
    }
}
