//! [`Env`]: the only source of time and randomness, so that a test can control both.
//!
//! Without a seed, ids are random. With one, each id is derived from the seed, the tenant, and the number of ids that
//! the tenant used before: the same requests get the same ids on any machine, whatever other tenants do.

use crate::base::clock::Clock;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::store::Etag;
use crate::store::sequence::{Counters, Sequence};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The clock and the generator of ids.
pub(crate) struct Env {
    pub(crate) clock: Clock,
    generator: IdSource,
    /// The sequence for requests outside of any sandbox.
    outside: Mutex<Arc<Sequence>>,
}

/// The source of ids.
enum IdSource {
    Random { writes: AtomicU32 },
    Seeded { root: Uuid },
}

impl IdSource {
    /// The sequence with that name that continues behind `used`.
    fn sequence(&self, name: &str, used: Counters) -> Sequence {
        match self {
            Self::Random { .. } => Sequence::new(Uuid::nil(), Counters::default()),
            Self::Seeded { root } => Sequence::new(Uuid::new_v5(root, name.as_bytes()), used),
        }
    }
}

/// The step between the write numbers of etags. It is odd, so every 32-bit number occurs once before one repeats.
const STEP: u32 = 0x9e37_79b1;

impl Env {
    /// Uses that clock, and random ids if there is no seed.
    pub(crate) fn new(clock: Clock, seed: Option<u64>) -> Self {
        let generator = match seed {
            None => IdSource::Random { writes: AtomicU32::new(Uuid::new_v4().as_u128() as u32) },
            Some(seed) => IdSource::Seeded { root: Uuid::new_v5(&SEEDS, &seed.to_be_bytes()) },
        };
        let outside = Mutex::new(Arc::new(generator.sequence("", Counters::default())));
        Self { clock, generator, outside }
    }

    /// The sequence for requests outside of any sandbox.
    pub(crate) fn outside(&self) -> Arc<Sequence> {
        Arc::clone(&self.outside.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Resets the clock and the sequence for requests outside of any sandbox.
    pub(crate) fn reset(&self) {
        self.clock.reset();
        self.set_outside(Counters::default());
    }

    /// Lets the sequence for requests outside of any sandbox continue behind `used`.
    pub(crate) fn set_outside(&self, used: Counters) {
        let anew = Arc::new(self.generator.sequence("", used));
        *self.outside.lock().unwrap_or_else(PoisonError::into_inner) = anew;
    }

    /// The time, in milliseconds since the epoch.
    pub(crate) fn now(&self) -> Millis {
        self.clock.read().now
    }

    /// Whether ids are derived from a seed.
    pub(crate) fn is_seeded(&self) -> bool {
        matches!(self.generator, IdSource::Seeded { .. })
    }

    /// The sequence of a tenant that continues behind `used`.
    pub(crate) fn sequence(&self, tenant: &Tenant, used: Counters) -> Sequence {
        // No header, and so no name, contains a line feed.
        self.generator.sequence(&[&*tenant.ims_org, "\n", &*tenant.sandbox].concat(), used)
    }

    /// A new id for an entity.
    pub(crate) fn entity_id(&self, sequence: &Sequence) -> Uuid {
        match self.generator {
            IdSource::Random { .. } => Uuid::new_v4(),
            IdSource::Seeded { .. } => derived(sequence.root, "entity", sequence.next_entity()),
        }
    }

    /// The etag of a write at `now`.
    ///
    /// It differs from the four billion etags before it (with a seed: from those of its sandbox), whatever the clock
    /// does.
    pub(crate) fn etag(&self, sequence: &Sequence, now: Millis) -> Etag {
        let write = match &self.generator {
            IdSource::Random { writes } => writes.fetch_add(STEP, Ordering::Relaxed),
            IdSource::Seeded { .. } => {
                let first = sequence.root.as_u128() as u32;
                first.wrapping_add((sequence.next_write() as u32).wrapping_mul(STEP))
            }
        };
        Etag::new(write, now)
    }

    /// An id for a request that has none.
    pub(crate) fn request_id(&self, sequence: &Sequence) -> Uuid {
        match self.generator {
            IdSource::Random { .. } => Uuid::new_v4(),
            IdSource::Seeded { .. } => derived(sequence.root, "request", sequence.next_request()),
        }
    }

    /// 32 bytes for a purpose: secret, or with a seed the same for each seed.
    pub(crate) fn key(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let root = match self.generator {
            IdSource::Random { .. } => None,
            IdSource::Seeded { root } => Some(root),
        };
        for (number, half) in (0..).zip(key.chunks_mut(16)) {
            let bytes = root.map_or_else(Uuid::new_v4, |root| derived(root, purpose, number));
            // Six bits of a UUID are fixed; two UUIDs have enough random ones.
            half.copy_from_slice(bytes.as_bytes());
        }
        key
    }
}

/// The `number`th id of a kind below `root`, in the form of a random id.
fn derived(root: Uuid, kind: &str, number: u64) -> Uuid {
    let name = format!("{kind}\n{number}");
    uuid::Builder::from_random_bytes(*Uuid::new_v5(&root, name.as_bytes()).as_bytes()).into_uuid()
}

const SEEDS: Uuid = Uuid::from_u128(0x52c1_08f4_6b3e_4d19_9a70_c5e2_4f8b_d163);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn seeded(seed: u64) -> Env {
        Env::new(Clock::frozen(1000), Some(seed))
    }

    /// The first ids of each kind.
    fn ids(env: &Env, sequence: &Sequence, count: usize) -> Vec<String> {
        let one = |_| {
            [
                env.entity_id(sequence).to_string(),
                env.etag(sequence, 1000).to_string(),
                env.request_id(sequence).to_string(),
            ]
        };
        (0..count).flat_map(one).collect()
    }

    #[test]
    fn ids_depend_only_on_the_seed_and_the_tenant() {
        let (one, two) = (Tenant::new("A@AdobeOrg", "one"), Tenant::new("A@AdobeOrg", "two"));
        let env = seeded(7);
        let (first, second) =
            (env.sequence(&one, Counters::default()), env.sequence(&two, Counters::default()));
        let mut interleaved = Vec::new();
        for _ in 0..3 {
            interleaved.extend(ids(&env, &first, 1));
            ids(&env, &second, 2);
        }
        let again = seeded(7);
        assert_eq!(interleaved, ids(&again, &again.sequence(&one, Counters::default()), 3));
        let other = seeded(8);
        let others = ids(&other, &other.sequence(&one, Counters::default()), 3);
        assert!(others.iter().all(|id| !interleaved.contains(id)));
        assert_eq!(interleaved.iter().collect::<HashSet<_>>().len(), interleaved.len());
        assert_eq!(interleaved[0].len(), 36);
        assert_eq!(&interleaved[0][14..15], "4", "the form of a random id");
    }

    #[test]
    fn a_sequence_continues_where_it_was_saved() {
        let env = seeded(1);
        let tenant = Tenant::new("A@AdobeOrg", "prod");
        let sequence = env.sequence(&tenant, Counters::default());
        ids(&env, &sequence, 2);
        let restored = env.sequence(&tenant, sequence.counters());
        assert_eq!(ids(&env, &restored, 2), ids(&env, &sequence, 2));
    }

    #[test]
    fn without_a_seed_ids_are_random_and_sequences_stay_unused() {
        let env = Env::new(Clock::system(), None);
        let sequence = env.sequence(&Tenant::new("A", "b"), Counters::default());
        let made = ids(&env, &sequence, 50);
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), made.len());
        assert_eq!(sequence.counters(), Counters::default());
        assert_ne!(env.key("tokens"), env.key("tokens"));
        assert_eq!(seeded(1).key("tokens"), seeded(1).key("tokens"));
    }
}
