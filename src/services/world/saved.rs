//! [`Saved`]: saved sandboxes, of which seeds, snapshots and exports are made.

use super::{Contents, Pending, Sandbox, Waiting};
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::connection_specs::OwnSpecs;
use crate::services::flow_specs::OwnFlowSpecs;
use crate::services::neighbours::Neighbours;
use crate::services::notifications::Targets;
use crate::services::runs::ledger::{Ledger, Runs};
use crate::services::sources::Seeded;
use crate::store::ids::Env;
use crate::store::sequence::Counters;
use crate::store::{Frozen, Store};
use std::collections::BTreeMap;
use std::ops::Bound::{Included, Unbounded};
use std::sync::{Arc, OnceLock, RwLock};

/// Sandboxes at some time.
#[derive(Clone, Default)]
pub(crate) struct Saved(BTreeMap<Tenant, SavedSandbox>);

/// A sandbox at some time. Its indexes are shared with every save and restored sandbox with the same contents.
#[derive(Clone, Default)]
pub(crate) struct SavedSandbox {
    pub(crate) entities: Frozen,
    /// Those that wait to be enabled.
    pub(crate) waiting: Vec<Waiting>,
    pub(crate) specs: OwnSpecs,
    pub(crate) flow_specs: OwnFlowSpecs,
    pub(crate) sources: Arc<Seeded>,
    pub(crate) neighbours: Neighbours,
    pub(crate) runs: Arc<Ledger>,
    pub(crate) targets: Targets,
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
        Self(sandboxes.iter().map(save).collect())
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
        Self {
            entities,
            waiting,
            specs: sandbox.specs.clone(),
            flow_specs: sandbox.flow_specs.clone(),
            sources: sandbox.seeded(),
            neighbours: sandbox.neighbours.clone(),
            runs: sandbox.runs.current(),
            targets: sandbox.targets.clone(),
            counters: sandbox.sequence.counters(),
        }
    }

    /// Whether it can be forgotten without loss.
    pub(super) fn is_unused(&self) -> bool {
        let Self { entities, waiting: _, specs, flow_specs, sources, neighbours, runs, targets, counters } =
            self;
        let has_specs = !specs.is_empty() || !flow_specs.is_empty();
        let has_documents =
            !sources.is_empty() || !neighbours.is_empty() || !runs.is_empty() || !targets.is_empty();
        entities.is_empty() && !has_specs && !has_documents && *counters == Counters::default()
    }

    /// The contents of a sandbox with this state.
    pub(super) fn thaw(&self, tenant: &Tenant, env: &Env) -> Contents {
        Contents {
            tenant: tenant.clone(),
            store: Store::from(self.entities.clone()),
            pending: Pending::from(&self.waiting, env.now()),
            specs: self.specs.clone(),
            flow_specs: self.flow_specs.clone(),
            sources: RwLock::new(Arc::clone(&self.sources)),
            neighbours: self.neighbours.clone(),
            runs: Runs::from(Arc::clone(&self.runs)),
            targets: self.targets.clone(),
            sequence: env.sequence(tenant, self.counters),
            id: OnceLock::new(),
        }
    }
}
