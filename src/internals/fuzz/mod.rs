//! The properties that fuzzing checks: one function per target, each of which takes any bytes and panics if the property
//! does not hold. `docs/fuzzing.md` says how they are run.

pub(crate) mod connection_string;
pub(crate) mod connections;
pub(crate) mod state;

/// Checks a property on those bytes.
///
/// # Panics
/// If it does not hold.
pub type Check = fn(&[u8]);

/// Every target, by the name that it has in `fuzz/`.
pub const TARGETS: [(&str, Check); 5] = [
    ("connection_string", connection_string),
    ("filter", filter),
    ("continuation_token", continuation_token),
    ("json_patch", json_patch),
    ("seed_document", seed_document),
];

/// A text as the connection string of Azure Table Storage.
pub fn connection_string(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        connection_string::connection_string(text);
    }
}

/// An `orderby`, and behind its line end one `property` a line.
pub fn filter(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        connections::filter(text);
    }
}

/// A byte that chooses a list's order, one that says whether what follows is a token as it is sent or the content of
/// one, for which the checksum is made, and that.
pub fn continuation_token(data: &[u8]) {
    if let [order, sealed, rest @ ..] = data {
        connections::continuation_token(*order, sealed % 2 == 1, rest);
    }
}

/// The body of a POST, and behind its first line end the body of a PATCH of what it made.
pub fn json_patch(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (created, patch) = data.split_at(end);
    connections::json_patch(created, patch);
}

/// A byte that says whether the rest is YAML, and a seed document.
pub fn seed_document(data: &[u8]) {
    if let [yaml, text @ ..] = data {
        state::seed_document(text, *yaml == b'y');
    }
}
