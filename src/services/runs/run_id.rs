//! [`RunId`]: a run's place among the runs of its flow, and the UUID that stands for it.
//!
//! The UUID looks random and is computed from the place, and the place from the UUID: no run has to be stored to be found
//! again. Of the 122 free bits of a UUID 58 are the flow's tag, 2 the class, 38 the number, and 24 are zero, by which ids
//! that are no run's are told apart. A permutation (a Feistel network) hides them.

use uuid::Uuid;

/// A run's place: its flow, and its number among the flow's runs of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RunId {
    pub(crate) flow: Tag,
    pub(crate) class: Class,
    /// At most [`RunId::LAST`].
    pub(crate) number: u64,
}

/// A hash of a flow's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tag(u64);

/// What made a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    /// The schedule. The number is the slot's.
    Scheduled,
    /// Events that arrived in an hour. The number is the hour's, from 1970 on.
    Hour,
    /// A call: on demand, triggered again, or added by a test. The number counts them.
    Extra,
}

impl Tag {
    pub(super) const LEAST: Self = Self(0);
    pub(super) const GREATEST: Self = Self(u64::MAX);

    /// The tag of the flow with that id.
    pub(crate) fn of(flow: Uuid) -> Self {
        let (high, low) = flow.as_u64_pair();
        Self((mix(mix(high) ^ low)) >> (64 - TAG_BITS))
    }

    /// The first 40 bits.
    pub(super) fn prefix(self) -> u64 {
        self.0 >> (TAG_BITS - 40)
    }

    /// The first and the last tag with those first 40 bits.
    pub(super) fn with_prefix(prefix: u64) -> (Self, Self) {
        let rest = TAG_BITS - 40;
        (Self(prefix << rest), Self(prefix << rest | ((1 << rest) - 1)))
    }
}

const TAG_BITS: u32 = 58;
const NUMBER_BITS: u32 = 38;
/// Half of the free bits.
const HALF_BITS: u32 = 61;
const HALF: u128 = (1 << HALF_BITS) - 1;
const ROUNDS: u64 = 6;

impl RunId {
    /// The largest number.
    pub(crate) const LAST: u64 = (1 << NUMBER_BITS) - 1;

    /// The UUID of the run.
    pub(crate) fn uuid(self) -> Uuid {
        let class = match self.class {
            Class::Scheduled => 0,
            Class::Hour => 1,
            Class::Extra => 2,
        };
        let plain =
            u128::from(self.flow.0) << (2 + NUMBER_BITS) | class << NUMBER_BITS | u128::from(self.number);
        let (mut left, mut right) = (plain >> HALF_BITS, plain & HALF);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ scramble(right, round));
        }
        let bits = left << HALF_BITS | right;
        // Version 4 and the variant of RFC 9562 stand between 48, 12 and 62 free bits.
        Uuid::from_u128(
            bits >> 74 << 80 | 4 << 76 | (bits >> 62 & 0xfff) << 64 | 0b10 << 62 | bits & ((1 << 62) - 1),
        )
    }

    /// The run with that UUID; `None` if no run can have it.
    pub(crate) fn of(uuid: Uuid) -> Option<Self> {
        let wire = uuid.as_u128();
        if wire >> 76 & 0xf != 4 || wire >> 62 & 0b11 != 0b10 {
            return None;
        }
        let bits = wire >> 80 << 74 | (wire >> 64 & 0xfff) << 62 | wire & ((1 << 62) - 1);
        let (mut left, mut right) = (bits >> HALF_BITS, bits & HALF);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ scramble(left, round), left);
        }
        let plain = left << HALF_BITS | right;
        let class = match plain >> NUMBER_BITS & 0b11 {
            0 => Class::Scheduled,
            1 => Class::Hour,
            2 => Class::Extra,
            _ => return None,
        };
        let tag = plain >> (2 + NUMBER_BITS);
        let flow = Tag(u64::try_from(tag).ok().filter(|tag| tag >> TAG_BITS == 0)?);
        Some(Self { flow, class, number: plain as u64 & Self::LAST })
    }
}

fn scramble(half: u128, round: u64) -> u128 {
    const KEY: u64 = 0x6b3e_4d19_9a70_c5e2;
    u128::from(mix(half as u64 ^ KEY.wrapping_mul(2 * round + 1))) & HALF
}

/// The finaliser of SplitMix64.
pub(super) fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_run_is_found_again_by_its_id(flow: u128, class in 0..3, number in 0..=RunId::LAST) {
            let class = [Class::Scheduled, Class::Hour, Class::Extra][class as usize];
            let run = RunId { flow: Tag::of(Uuid::from_u128(flow)), class, number };
            let uuid = run.uuid();
            prop_assert_eq!(RunId::of(uuid), Some(run));
            prop_assert_eq!(uuid.get_version_num(), 4);
            prop_assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
        }

        #[test]
        fn other_ids_are_no_runs(id: u128) {
            let random = uuid::Builder::from_random_bytes(id.to_be_bytes()).into_uuid();
            prop_assert_eq!(RunId::of(random), None);
        }
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        let flow = Tag::of(Uuid::from_u128(1));
        let [one, next] = [0, 1].map(|number| RunId { flow, class: Class::Scheduled, number }.uuid());
        let differing = (one.as_u128() ^ next.as_u128()).count_ones();
        assert!(differing > 30, "{one} {next}");
    }
}
