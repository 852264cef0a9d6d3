//! [`Codes`]: the authorization codes that were used.
//!
//! Decided: flowmock has no endpoint that issues codes, so it accepts any code, once for each client (RFC 6749, section 4.1.2: "the
//! client MUST NOT use the authorization code more than once").

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Number of used codes that are kept; the oldest are dropped first.
const MAX_REMEMBERED: usize = 10_000;

/// The used codes, as digests of client and code.
#[derive(Default)]
pub(crate) struct Codes(Mutex<Used>);

#[derive(Default)]
struct Used {
    all: HashSet<Uuid>,
    oldest_first: VecDeque<Uuid>,
}

impl Codes {
    /// Marks a code as used; `false` if the client has used it before.
    pub(crate) fn use_up(&self, client_id: &str, code: &str) -> bool {
        // A client's id contains no line feed, so different pairs have different texts.
        let digest = Uuid::new_v5(&CODES, format!("{client_id}\n{code}").as_bytes());
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !used.all.insert(digest) {
            return false;
        }
        used.oldest_first.push_back(digest);
        if used.oldest_first.len() > MAX_REMEMBERED
            && let Some(oldest) = used.oldest_first.pop_front()
        {
            used.all.remove(&oldest);
        }
        true
    }

    /// Forgets all used codes.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Used::default();
    }
}

const CODES: Uuid = Uuid::from_u128(0x1f6c_8a52_93d7_4e0b_a8c4_5d2e_77b1_06f9);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_be_used_once_by_each_client() {
        let codes = Codes::default();
        assert!(codes.use_up("one", "code") && codes.use_up("two", "code") && codes.use_up("one", "other"));
        assert!(!codes.use_up("one", "code") && !codes.use_up("two", "code"));
        codes.forget();
        assert!(codes.use_up("one", "code"));
    }

    #[test]
    fn only_the_newest_codes_are_remembered() {
        let codes = Codes::default();
        for code in 0..=MAX_REMEMBERED {
            assert!(codes.use_up("one", &code.to_string()));
        }
        let used = codes.0.lock().unwrap();
        assert_eq!((used.all.len(), used.oldest_first.len()), (MAX_REMEMBERED, MAX_REMEMBERED));
        drop(used);
        assert!(!codes.use_up("one", "1"));
        assert!(codes.use_up("one", "0"));
    }
}
