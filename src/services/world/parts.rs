//! [`Parts`]: everything in a sandbox but its entities.

use crate::base::operation::Kind;
use crate::services::connection_specs::OwnSpecs;
use crate::services::flow_specs::OwnFlowSpecs;
use crate::services::neighbours::Neighbours;
use crate::services::notifications::Targets;
use crate::services::runs::ledger::Runs;
use crate::services::sources::OwnSources;
use crate::store::Frozen;
use uuid::Uuid;

/// The number of changes of the parts of a sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u64);

/// The parts of a sandbox beside its entities. A clone is a saved state: both sides share the contents, and later changes
/// of one do not reach the other.
#[derive(Clone, Default)]
pub(crate) struct Parts {
    /// The connection specs that only this sandbox sees.
    pub(crate) specs: OwnSpecs,
    /// The flow specs that only this sandbox sees.
    pub(crate) flow_specs: OwnFlowSpecs,
    /// The source data that only this sandbox sees.
    pub(crate) sources: OwnSources,
    /// The documents of the services beside the Flow Service.
    pub(crate) neighbours: Neighbours,
    /// What calls and tests have added to the runs of its flows.
    pub(crate) runs: Runs,
    /// The webhooks that are told of these runs.
    pub(crate) targets: Targets,
}

impl Parts {
    /// Whether there is nothing in any of them.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { specs, flow_specs, sources, neighbours, runs, targets } = self;
        let has_specs = !specs.is_empty() || !flow_specs.is_empty();
        !has_specs && sources.is_empty() && neighbours.is_empty() && runs.is_empty() && targets.is_empty()
    }

    /// Adds the contents of `added`, which replace those with the same ids and names. The flows among `entities` lose what
    /// was added to their runs before.
    pub(super) fn merge(&self, added: &Self, entities: &Frozen) {
        let Self { specs, flow_specs, sources, neighbours, runs, targets } = self;
        specs.merge(&added.specs);
        flow_specs.merge(&added.flow_specs);
        sources.merge(&added.sources);
        neighbours.merge(&added.neighbours);
        let flows: Vec<Uuid> = entities.oldest_first(Kind::Flow).iter().map(|flow| flow.id()).collect();
        runs.merge(&added.runs.current(), &flows);
        targets.merge(&added.targets);
    }
}
