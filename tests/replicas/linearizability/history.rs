//! [`Operation`]: what a client did to an entity, when, and what it was told.

/// A call of a client for one entity. Its times are nanoseconds since the beginning of the test, by one clock.
#[derive(Clone, Debug)]
pub struct Operation {
    pub began: u64,
    /// When its answer was there; `None` if no answer says whether it was made.
    pub ended: Option<u64>,
    pub call: Call,
    pub told: Told,
}

/// What a client sent. The name in a write is one that no other write has, so that readers know which write they see.
#[derive(Clone, Debug)]
pub enum Call {
    Create {
        name: String,
    },
    Read,
    /// Changes the version `if_match`, and nothing else.
    Patch {
        if_match: String,
        name: String,
    },
    Delete,
}

/// What an answer said.
#[derive(Clone, Debug)]
pub enum Told {
    /// The write was made, and this is the new version.
    Written {
        etag: String,
    },
    /// The entity is at this version.
    Seen {
        etag: String,
        name: String,
    },
    /// The patch was refused, because the entity is at this version.
    Refused {
        current: String,
    },
    Deleted,
    /// There is no such entity.
    Gone,
    /// Nothing: the write was made, or will be, or not.
    Unknown,
}
