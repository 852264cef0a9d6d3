//! Text in double quotes, where a quote inside is written twice: `"a ""b"""` is `a "b"`.
//!
//! Decided: the reference has quotes and no escape. Doubling leaves backslashes, which paths and passwords
//! have, alone.

use std::fmt;

/// The text whose opening quote `text` begins behind, and what follows its closing one; `None` if that is
/// missing.
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

/// Writes `text` so that [`read`] gives it back.
pub(super) fn write(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('"', "\"\""))
}
