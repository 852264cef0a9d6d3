//! [`Keys`]: the top-level keys of a kind's items, by who sets them.

use crate::store::query::is_stamp;

/// The key of an entity in a state document for settings of flowmock's own. No client can set it.
pub(crate) const OWN_SETTINGS: &str = "x-flowmock";

/// The top-level keys of a kind's items, by who sets them.
pub(crate) struct Keys {
    /// The documented keys of a POST, each with the documented keys of the object that it holds, if it holds one.
    pub(crate) body: &'static [(&'static str, &'static [&'static str])],
    /// The keys whose values the service always sets, besides the stamps that every kind has.
    pub(crate) owned: &'static [&'static str],
    /// The keys that a client sets with a POST and cannot change with a PATCH.
    pub(crate) fixed: &'static [&'static str],
    /// Further keys of an item, which clients may send back in a POST without effect.
    pub(crate) meaningless: &'static [&'static str],
    /// Whether the flow provider refuses a PATCH of a key that it cannot change, so that the kind checks the paths itself.
    pub(crate) is_providers: bool,
}

impl Keys {
    /// Whether the service always sets the value of that key, or only a state document can.
    pub(crate) fn is_owned(&self, key: &str) -> bool {
        self.owned.contains(&key) || is_stamp(key) || key == OWN_SETTINGS
    }

    /// Whether a PATCH cannot touch that key.
    pub(crate) fn is_fixed(&self, key: &str) -> bool {
        self.fixed.contains(&key) || self.is_owned(key)
    }

    /// Whether that key of a POST has no effect.
    pub(crate) fn is_meaningless(&self, key: &str) -> bool {
        self.meaningless.contains(&key) || self.is_owned(key)
    }
}
