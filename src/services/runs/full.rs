//! [`Full`]: a refusal to keep more of something.

/// A book, or the defaults of a sandbox, cannot hold more of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    /// The things, in the plural.
    pub(crate) of: &'static str,
    /// The largest number of them.
    pub(crate) most: usize,
}

/// Checks that one more fits.
///
/// # Errors
/// [`Full`].
pub(super) fn room(count: usize, most: usize, of: &'static str) -> Result<(), Full> {
    if count < most { Ok(()) } else { Err(Full { of, most }) }
}
