//! [`Saved`]: saved sandboxes, of which seeds, snapshots and exports are made.

use super::{Contents, Parts, Pending, Sandbox, Waiting};
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::store::ids::Env;
use crate::store::sequence::Counters;
use crate::store::{Frozen, Store};
use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};
use std::sync::{Mutex, OnceLock};

/// Sandboxes at some time.
#[derive(Clone, Default)]
pub(crate) struct Saved(BTreeMap<Tenant, SavedSandbox>);

/// A sandbox at some time. Its indexes are shared with every save and restored sandbox with the same contents.
#[derive(Clone, Default)]
pub(crate) struct SavedSandbox {
    pub(crate) entities: Frozen,
    /// Those that wait to be enabled.
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) parts: Parts,
    pub(crate) counters: Counters,
}

/// A selection of sandboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// All sandboxes.
    All,
    /// The sandboxes of an organisation.
    Organisation(String),
    /// One sandbox.
    Sandbox(Tenant),
}

impl Part {
    /// Whether the part includes the token clients of that organisation. The clients of a sandbox are its
    /// organisation's.
    pub(crate) fn has_client_of(&self, organisation: &str) -> bool {
        match self {
            Self::All => true,
            Self::Organisation(ims_org) => organisation == ims_org,
            Self::Sandbox(_) => false,
        }
    }

    /// Whether the part includes that sandbox.
    pub(crate) fn has(&self, tenant: &Tenant) -> bool {
        match self {
            Self::All => true,
            Self::Organisation(ims_org) => *tenant.ims_org == **ims_org,
            Self::Sandbox(only) => tenant == only,
        }
    }
}

impl Saved {
    pub(super) fn save(sandboxes: &[Sandbox], now: Millis) -> Self {
        let save = |sandbox: &Sandbox| (sandbox.tenant.clone(), SavedSandbox::of(sandbox, now));
        // A sandbox that was emptied may still be kept, since changes that are recorded may depend on its version.
        Self(sandboxes.iter().map(save).filter(|(_, saved)| !saved.is_unused()).collect())
    }

    /// The sandboxes of `part`.
    pub(crate) fn of<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = (&'a Tenant, &'a SavedSandbox)> {
        let (from, to) = match part {
            Part::All => (Unbounded, Unbounded),
            Part::Organisation(ims_org) => (Included(Tenant::new(ims_org, "")), Unbounded),
            Part::Sandbox(tenant) => (Included(tenant.clone()), Included(tenant.clone())),
        };
        self.0.range((from, to)).take_while(|(tenant, _)| part.has(tenant))
    }

    /// The sandbox, which is added if it is missing.
    pub(crate) fn entry(&mut self, tenant: Tenant) -> &mut SavedSandbox {
        self.0.entry(tenant).or_default()
    }
}

impl SavedSandbox {
    fn of(sandbox: &Contents, now: Millis) -> Self {
        let (waiting, entities) = sandbox.pending.saving(now, || sandbox.store.frozen());
        Self { entities, waiting, parts: sandbox.parts.clone(), counters: sandbox.sequence.counters() }
    }

    /// Whether it can be forgotten without loss.
    pub(super) fn is_unused(&self) -> bool {
        let Self { entities, waiting: _, parts, counters } = self;
        entities.is_empty() && parts.is_empty() && *counters == Counters::default()
    }

    /// The contents of a sandbox with this state.
    pub(super) fn thaw(&self, tenant: &Tenant, env: &Env, now: Millis) -> Contents {
        Contents {
            tenant: tenant.clone(),
            store: Store::from(self.entities.clone()),
            pending: Pending::from(&self.waiting, now),
            parts: self.parts.clone(),
            is_recorded: false,
            version: Mutex::default(),
            sequence: env.sequence(tenant, self.counters),
            id: OnceLock::new(),
        }
    }
}
