//! [`Document`]: a document of one kind.

use serde_json::{Map, Value};

/// The largest number of documents of one kind in a sandbox.
pub(crate) const MAX_DOCUMENTS: usize = 10_000;

/// A document.
#[derive(Debug)]
pub(crate) struct Document {
    pub(super) id: Box<str>,
    pub(super) members: Map<String, Value>,
    /// Its size as JSON.
    pub(super) bytes: usize,
}

impl Document {
    /// Its id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Its keys, the id among them.
    pub(crate) fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// Its size as JSON, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The string under that key.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.members.get(key)?.as_str()
    }
}
