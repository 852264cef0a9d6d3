//! Values that must not be printed.

use serde::{Serialize, Serializer};
use std::fmt;

/// A credential, or a value that may hold some: `Debug` prints `[redacted]`, there is no `Display`.
///
/// It serialises as what it holds, since a stored connection keeps the params that its client gave it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub(crate) fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for a use that keeps it to itself.
    pub(crate) fn expose(&self) -> &T {
        &self.0
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_it() {
        assert_eq!(format!("{:?}", Some(Secret::new("hunter2"))), "Some([redacted])");
    }
}
