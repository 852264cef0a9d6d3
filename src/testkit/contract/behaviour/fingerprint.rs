//! Hashes by which a history recognises a request, a token or a link.

use crate::base::headers::{ERROR, IF_MATCH, IMS_ORG, SANDBOX_NAME};
use crate::base::tenant::Tenant;
use crate::testkit::contract::exchange::Exchange;
use crate::testkit::matching::received::Received;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The tenant that a request names; `None` if it names no organisation or no sandbox.
pub(super) fn tenant(exchange: &Exchange<'_>) -> Option<Tenant> {
    let (ims_org, sandbox) = (exchange.header(IMS_ORG).text(), exchange.header(SANDBOX_NAME).text());
    (!ims_org.is_empty() && !sandbox.is_empty()).then(|| Tenant::new(ims_org, sandbox))
}

/// A hash of everything in a request except its credentials and its request id.
pub(super) fn fingerprint(exchange: &Exchange<'_>) -> u64 {
    let record = exchange.record;
    let headers = [IMS_ORG, SANDBOX_NAME, ERROR, IF_MATCH].map(|name| exchange.header(name).text());
    hash(&(record.method(), record.path(), record.query(), headers, record.body()))
}

/// A hash of `value`, so that a history keeps 8 bytes instead of a token or a URL.
pub(super) fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
