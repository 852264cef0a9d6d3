//! [`Secret`]: values that must not be printed.

use ring::hmac::{self, HMAC_SHA256};
use serde::{Serialize, Serializer};
use std::fmt;

/// A credential, or a value that may contain some. `Debug` prints `[redacted]`, and there is no `Display`.
///
/// It serialises like its value, since a stored connection keeps its params.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps `value`.
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Callers must not print it.
    pub(crate) fn expose(&self) -> &T {
        &self.0
    }

    /// The value, for changes. Callers must not print it.
    pub(crate) fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T: Serialize> Serialize for Secret<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Compares `sent` with `secret` in a time that depends only on their lengths, in blocks of the hash.
pub(crate) fn is_same(sent: &[u8], secret: &[u8]) -> bool {
    // The key need not be secret. Hashing makes the lengths equal, and the tags are compared in constant time.
    let key = hmac::Key::new(HMAC_SHA256, b"comparison");
    hmac::verify(&key, sent, hmac::sign(&key, secret).as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_equal_texts_are_equal() {
        assert!(is_same(b"hunter2", b"hunter2"));
        for sent in ["", "hunter", "hunter22", "Hunter2", "hunter2\0"] {
            assert!(!is_same(sent.as_bytes(), b"hunter2"), "{sent:?}");
        }
    }

    #[test]
    fn debug_never_shows_the_secret() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2"))), "Some([redacted])");
    }
}
