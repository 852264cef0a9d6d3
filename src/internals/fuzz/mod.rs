//! The properties that fuzzing checks: a function for each target, which takes any bytes and panics if a property does
//! not hold. `docs/fuzzing.md` says how to run them.

pub(crate) mod connection_string;
pub(crate) mod connections;
pub(crate) mod state;

/// Checks a property with those bytes.
///
/// # Panics
/// If it does not hold.
pub type Check = fn(&[u8]);

/// Every target, by its name in `fuzz/`.
pub const TARGETS: [(&str, Check); 5] = [
    ("connection_string", connection_string),
    ("filter", filter),
    ("continuation_token", continuation_token),
    ("json_patch", json_patch),
    ("seed_document", seed_document),
];

/// A text that is read as a connection string of Azure Table Storage.
pub fn connection_string(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        connection_string::connection_string(text);
    }
}

/// A line with an `orderby`, then a line for each `property`.
pub fn filter(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        connections::filter(text);
    }
}

/// A byte for the order of a list, a byte that says whether the rest is a whole token or its content without the
/// checksum, and the rest.
pub fn continuation_token(data: &[u8]) {
    if let [order, sealed, rest @ ..] = data {
        connections::continuation_token(*order, sealed % 2 == 1, rest);
    }
}

/// A line with the body of a POST, then the body of a PATCH of its entity.
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
