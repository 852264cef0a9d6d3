//! [`Dice`]: a reproducible sequence of random numbers.

use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// A sequence of numbers that a seed and a name determine (splitmix64). Concurrent callers each get a number of their
/// own.
#[derive(Debug)]
pub(super) struct Dice(AtomicU64);

/// Where such a sequence is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Throws(pub(crate) u64);

/// The golden ratio in 64 bits. It is odd, so that adding it repeatedly visits every number.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

const NAMES: Uuid = Uuid::from_u128(0x0f6a_3d7e_9b14_4c85_8e2d_51c7_a9f0_36b8);

impl Dice {
    /// The sequence with that seed and name.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let name = [&seed.to_be_bytes(), name.as_bytes()].concat();
        Self(AtomicU64::new(Uuid::new_v5(&NAMES, &name).as_u64_pair().0))
    }

    /// Where it is.
    pub(super) fn throws(&self) -> Throws {
        Throws(self.0.load(Ordering::Relaxed))
    }

    /// The sequence that continues there.
    pub(super) fn at(Throws(at): Throws) -> Self {
        Self(AtomicU64::new(at))
    }

    /// The next number, at least 0 and less than 1.
    pub(super) fn throw(&self) -> f64 {
        let mut number = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^= number >> 31;
        // The 53 bits of a double's mantissa.
        (number >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_name_fix_the_sequence() {
        let throws = |seed, name| {
            let dice = Dice::new(seed, name);
            (0..20).map(|_| dice.throw()).collect::<Vec<_>>()
        };
        assert_eq!(throws(1, "a"), throws(1, "a"));
        assert_ne!(throws(1, "a"), throws(2, "a"));
        assert_ne!(throws(1, "a"), throws(1, "b"));
        assert_eq!(throws(1, "a")[0], 0.21277145187376745, "on any machine");
    }

    #[test]
    fn the_numbers_fill_their_range_evenly() {
        let dice = Dice::new(0, "even");
        let mut counts = [0_u32; 10];
        for _ in 0..10_000 {
            counts[(dice.throw() * 10.0) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
