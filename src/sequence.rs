//! [`Sequence`]: a sandbox's place in the ids that are made for it, where these are not random.

use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// What a sandbox has used up of each of its sequences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// Ids of entities.
    pub(crate) entities: u64,
    /// Etags.
    pub(crate) writes: u64,
    /// Ids of requests.
    pub(crate) requests: u64,
    /// Ids of access tokens.
    pub(crate) tokens: u64,
}

impl Counters {
    /// Their names in a document.
    pub(crate) const NAMES: [&str; 4] = ["entities", "writes", "requests", "tokens"];

    /// Each, in the order of the names.
    pub(crate) fn each_mut(&mut self) -> [&mut u64; 4] {
        let Self { entities, writes, requests, tokens } = self;
        [entities, writes, requests, tokens]
    }
}

/// Numbers that are used once each, in order.
pub(crate) struct Sequence {
    /// What the ids are derived from: the same for a seed and a tenant, on any machine. Nil where ids are random.
    pub(crate) root: Uuid,
    entities: AtomicU64,
    writes: AtomicU64,
    requests: AtomicU64,
    tokens: AtomicU64,
}

impl Sequence {
    /// The sequence below `root`, of which `used` is gone.
    pub(crate) fn new(root: Uuid, used: Counters) -> Self {
        let Counters { entities, writes, requests, tokens } = used;
        let [entities, writes, requests, tokens] = [entities, writes, requests, tokens].map(AtomicU64::new);
        Self { root, entities, writes, requests, tokens }
    }

    pub(crate) fn next_entity(&self) -> u64 {
        self.entities.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_write(&self) -> u64 {
        self.writes.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn next_token(&self) -> u64 {
        self.tokens.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts at least as much as used up.
    pub(crate) fn skip(&self, used: Counters) {
        let Counters { entities, writes, requests, tokens } = used;
        self.entities.fetch_max(entities, Ordering::Relaxed);
        self.writes.fetch_max(writes, Ordering::Relaxed);
        self.requests.fetch_max(requests, Ordering::Relaxed);
        self.tokens.fetch_max(tokens, Ordering::Relaxed);
    }

    /// What was used up.
    pub(crate) fn counters(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            entities: read(&self.entities),
            writes: read(&self.writes),
            requests: read(&self.requests),
            tokens: read(&self.tokens),
        }
    }

    /// Whether it is as new.
    pub(crate) fn is_unused(&self) -> bool {
        self.counters() == Counters::default()
    }
}
