//! [`Codes`]: the authorization codes that were issued and used.
//!
//! Decided: any code is accepted, whether `/ims/authorize/v2` issued it or a test made it up, once for each client (RFC 6749,
//! section 4.1.2: "the client MUST NOT use the authorization code more than once").

use super::digests::{Digests, digest};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// The used codes, and the number of the issued ones.
#[derive(Default)]
pub(crate) struct Codes {
    pub(super) used: Digests,
    issued: AtomicU64,
}

impl Codes {
    /// What identifies a client's code.
    pub(crate) fn digest(client_id: &str, code: &str) -> Uuid {
        // A client's id contains no line feed, so different pairs have different texts.
        digest(&format!("{client_id}\n{code}"))
    }

    /// Marks the code with that [`digest`](Self::digest) as used; `false` if the client has used it before.
    pub(crate) fn use_up(&self, code: Uuid) -> bool {
        self.used.insert(code)
    }

    /// The number of codes that were issued.
    pub(crate) fn issued(&self) -> u64 {
        self.issued.load(Ordering::Relaxed)
    }

    /// Continues behind that many codes, unless it is further already.
    pub(crate) fn skip(&self, issued: u64) {
        self.issued.fetch_max(issued, Ordering::Relaxed);
    }

    /// The number of the next code. With a seed, the code's id depends on it, so that two logins get different codes even
    /// while the clock stands still.
    pub(crate) fn next_number(&self) -> u64 {
        self.issued.fetch_add(1, Ordering::Relaxed)
    }

    /// Forgets all codes.
    pub(super) fn forget(&self) {
        self.used.forget();
        self.issued.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_be_used_once_by_each_client() {
        let codes = Codes::default();
        assert!(
            codes.use_up(Codes::digest("one", "code"))
                && codes.use_up(Codes::digest("two", "code"))
                && codes.use_up(Codes::digest("one", "other"))
        );
        assert!(!codes.use_up(Codes::digest("one", "code")) && !codes.use_up(Codes::digest("two", "code")));
        assert_eq!((codes.next_number(), codes.next_number()), (0, 1));
        codes.forget();
        assert!(codes.use_up(Codes::digest("one", "code")));
        assert_eq!(codes.next_number(), 0);
    }
}
