//! [`Digests`]: a bounded set of texts, such as used codes and revoked tokens.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Number of texts that are remembered; the oldest are dropped first.
const MAX_REMEMBERED: usize = 10_000;

/// A bounded set of texts, stored as digests.
#[derive(Default)]
pub(crate) struct Digests {
    /// Whether the set has any text. Most servers have none, and then a look-up takes no lock.
    any: AtomicBool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    all: HashSet<Uuid>,
    oldest_first: VecDeque<Uuid>,
}

impl Digests {
    /// Adds the [`digest`] of a text. Returns `false` if the set has it already.
    pub(super) fn insert(&self, digest: Uuid) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.all.insert(digest) {
            return false;
        }
        self.any.store(true, Ordering::Release);
        seen.oldest_first.push_back(digest);
        if seen.oldest_first.len() > MAX_REMEMBERED
            && let Some(oldest) = seen.oldest_first.pop_front()
        {
            seen.all.remove(&oldest);
        }
        true
    }

    /// Whether the set has the text.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.any.load(Ordering::Acquire)
            && self.seen.lock().unwrap_or_else(PoisonError::into_inner).all.contains(&digest(text))
    }

    /// The digests of all texts, the oldest first.
    pub(super) fn all(&self) -> Vec<Uuid> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).oldest_first.iter().copied().collect()
    }

    /// Replaces all texts by those with these digests, the oldest first.
    pub(super) fn replace(&self, digests: &[Uuid]) {
        self.forget();
        digests.iter().for_each(|digest| _ = self.insert(*digest));
    }

    /// Forgets all texts.
    pub(super) fn forget(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        *seen = Seen::default();
        self.any.store(false, Ordering::Release);
    }
}

/// The digest of a text.
pub(crate) fn digest(text: &str) -> Uuid {
    Uuid::new_v5(&DIGESTS, text.as_bytes())
}

const DIGESTS: Uuid = Uuid::from_u128(0x1f6c_8a52_93d7_4e0b_a8c4_5d2e_77b1_06f9);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_there_until_it_is_forgotten() {
        let digests = Digests::default();
        assert!(!digests.contains("one"));
        assert!(
            digests.insert(digest("one")) && !digests.insert(digest("one")) && digests.insert(digest("two"))
        );
        assert!(digests.contains("one") && digests.contains("two") && !digests.contains("three"));
        digests.forget();
        assert!(!digests.contains("one") && digests.insert(digest("one")));
    }

    #[test]
    fn only_the_newest_texts_are_remembered() {
        let digests = Digests::default();
        for number in 0..=MAX_REMEMBERED {
            assert!(digests.insert(digest(&number.to_string())));
        }
        let seen = digests.seen.lock().unwrap();
        assert_eq!((seen.all.len(), seen.oldest_first.len()), (MAX_REMEMBERED, MAX_REMEMBERED));
        drop(seen);
        assert!(digests.contains("1") && !digests.contains("0"));
    }
}
