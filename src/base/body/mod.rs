//! The bodies of requests and responses.

pub(crate) mod gzip;
pub(crate) mod incoming;
pub(crate) mod outgoing;
pub(crate) mod tee;

use hyper::body::SizeHint;

/// The size of a body that consists of `bytes` bytes and a `rest` of this size.
pub(crate) fn size_with(bytes: usize, rest: &SizeHint) -> SizeHint {
    let bytes = bytes as u64;
    let mut hint = SizeHint::new();
    if let Some(upper) = rest.upper() {
        hint.set_upper(bytes.saturating_add(upper));
    }
    hint.set_lower(bytes.saturating_add(rest.lower()));
    hint
}
