//! Hashes by which a history recognises a request, a token or a link.

use crate::base::headers::{ERROR, IF_MATCH, IMS_ORG, SANDBOX_NAME};
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::matching::received::Received;
use foldhash::quality::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::LazyLock;

/// A hash of everything in a request except its credentials and its request id.
pub(super) fn fingerprint(exchange: &Exchange<'_>) -> u64 {
    exchange.fingerprint(|| {
        let record = exchange.record;
        let headers = [IMS_ORG, SANDBOX_NAME, ERROR, IF_MATCH].map(|name| exchange.header(name).text());
        hash(&(record.method(), exchange.path(), record.query(), headers, record.body()))
    })
}

/// A hash of `value`, so that a history keeps 8 bytes instead of a token or a URL.
pub(super) fn hash(value: &impl Hash) -> u64 {
    static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::default);
    HASHES.hash_one(value)
}
