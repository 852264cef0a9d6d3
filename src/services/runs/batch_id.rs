//! The ids that a run carries besides its own: the batch in the data lake, activities, references of the provider.
//!
//! They follow from the run. A batch id is a ULID; from it and the flows of the sandbox the run can be found again, for calls
//! that name a batch: its 80 bits behind the time are a permutation of 40 bits of the flow's tag, the class and the number.

use super::run_id::{Class, RunId, Tag, mix};
use crate::base::time::Millis;
use uuid::Uuid;

/// The number of characters of a batch id.
pub(super) const LENGTH: usize = 26;

/// The digits of Crockford's base 32.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const HALF: u128 = (1 << 40) - 1;
const ROUNDS: u64 = 6;

/// The id of the batch that a run writes, whose promotion begins at `at`.
pub(crate) fn batch_id(run: RunId, at: Millis) -> String {
    batch_digits(run, at).into_iter().map(char::from).collect()
}

/// The digits of [`batch_id`], in ASCII.
pub(super) fn batch_digits(run: RunId, at: Millis) -> [u8; LENGTH] {
    let class = match run.class {
        Class::Scheduled => 0,
        Class::Hour => 1,
        Class::Extra => 2,
    };
    let (mut left, mut right) = (u128::from(run.flow.prefix()), class << 38 | u128::from(run.number));
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ scramble(right, round));
    }
    let bits = (at.max(0) as u128 & ((1 << 48) - 1)) << 80 | left << 40 | right;
    std::array::from_fn(|place| DIGITS[(bits >> (5 * (LENGTH - 1 - place)) & 31) as usize])
}

/// The first and the last tag of the flows that can have that batch, and the class and number of the run. The caller compares
/// the batch id of the run that it finds. `None` if no run can have it.
pub(crate) fn run_of_batch(batch: &str) -> Option<(Tag, Tag, Class, u64)> {
    if batch.len() != LENGTH {
        return None;
    }
    let bits = batch.bytes().try_fold(0_u128, |bits, byte| {
        let digit = DIGITS.iter().position(|&digit| digit == byte)?;
        Some(bits << 5 | digit as u128)
    })?;
    let (mut left, mut right) = (bits >> 40 & HALF, bits & HALF);
    for round in (0..ROUNDS).rev() {
        (left, right) = (right ^ scramble(left, round), left);
    }
    let class = match right >> 38 {
        0 => Class::Scheduled,
        1 => Class::Hour,
        2 => Class::Extra,
        _ => return None,
    };
    let (first, last) = Tag::with_prefix(left as u64);
    Some((first, last, class, right as u64 & RunId::LAST))
}

/// An id that follows from a run and a purpose, in the form of a random one.
pub(crate) fn derived(run: Uuid, purpose: u64) -> Uuid {
    let (high, low) = run.as_u64_pair();
    let high = mix(high ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let bits = u128::from(high) << 64 | u128::from(mix(low ^ high));
    uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

fn scramble(half: u128, round: u64) -> u128 {
    u128::from(mix(half as u64 ^ (round + 1) << 56)) & HALF
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_batch_leads_back_to_its_run(flow: u128, number in 0..=RunId::LAST, at in 0..(1_i64 << 48)) {
            let flow = Tag::of(Uuid::from_u128(flow));
            let batch = batch_id(RunId { flow, class: Class::Extra, number }, at);
            let (first, last, class, found) = run_of_batch(&batch).unwrap();
            prop_assert!((first..=last).contains(&flow));
            prop_assert_eq!((class, found), (Class::Extra, number));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[0-9A-Z]{26}|.{0,30}") {
            run_of_batch(&text);
        }
    }

    #[test]
    fn batches_and_derived_ids_differ() {
        let run = |number| RunId { flow: Tag::of(Uuid::nil()), class: Class::Scheduled, number };
        assert_ne!(batch_id(run(1), 5), batch_id(run(2), 5));
        assert!(batch_id(run(1), 1_767_225_600_000).starts_with("01KDVDNA00"));
        assert_ne!(derived(run(1).uuid(), 1), derived(run(1).uuid(), 2));
        assert_ne!(derived(run(1).uuid(), 1), derived(run(2).uuid(), 1));
    }
}
