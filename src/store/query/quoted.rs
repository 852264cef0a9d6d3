//! Text in double quotes, in which quotes are doubled: `"a ""b"""` is `a "b"`.
//!
//! Decided: the reference has quotes but no escapes. Doubled quotes leave backslashes, which paths and passwords contain,
//! unchanged.

use std::fmt;

/// Parses quoted text. `text` begins after the opening quote. Returns the content and the rest after the closing quote;
/// `None` if that is missing.
pub(super) fn read(text: &str) -> Option<(String, &str)> {
    let mut content = String::new();
    let mut rest = text;
    loop {
        let (before, behind) = rest.split_once('"')?;
        content.push_str(before);
        match behind.strip_prefix('"') {
            Some(behind) => {
                content.push('"');
                rest = behind;
            }
            None => return Some((content, behind)),
        }
    }
}

/// Writes `text` in quotes; the inverse of [`read`].
pub(super) fn write(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('"', "\"\""))
}
