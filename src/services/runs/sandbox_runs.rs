//! [`SandboxRuns`]: the runs of a sandbox at one moment, found by flow, by id or by batch.

use super::batch_id::{batch_id, run_of_batch};
use super::flow_list::{FlowList, ListedFlow};
use super::flow_runs::{FlowRuns, Run};
use super::ledger::Ledger;
use super::outcome::Durations;
use super::plan::Plan;
use super::run_id::{RunId, Tag};
use super::source_run::SourceRun;
use crate::base::config::Config;
use crate::base::operation::Kind;
use crate::base::time::Millis;
use crate::services::world::{KeptRuns, Sandbox};
use crate::store::{Direction, Entity, Scope};
use std::sync::Arc;
use uuid::Uuid;

/// The runs of a sandbox at one moment.
pub(crate) struct SandboxRuns<'a> {
    sandbox: &'a Sandbox,
    ledger: Arc<Ledger>,
    pub(crate) now: Millis,
    pub(crate) base: Durations<Millis>,
}

impl Durations<Millis> {
    /// The configured durations: copy and promotion take half of the time each.
    pub(crate) fn of(config: &Config) -> Self {
        let total = Millis::try_from(config.run_duration.as_millis()).unwrap_or(Millis::MAX);
        Self { copy: total / 2, gap: 0, promotion: total - total / 2 }
    }
}

impl<'a> SandboxRuns<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, config: &Config, now: Millis) -> Self {
        Self { sandbox, ledger: sandbox.runs.current(), now, base: Durations::of(config) }
    }

    /// The runs at the same moment, with the changes that were made since.
    pub(super) fn refreshed(&self) -> Self {
        let Self { sandbox, now, base, .. } = *self;
        Self { sandbox, ledger: sandbox.runs.current(), now, base }
    }

    /// The runs of a flow, which may have been deleted.
    pub(crate) fn of_flow(&self, flow: Uuid) -> Option<FlowRuns> {
        self.of_stored(flow).or_else(|| self.of_deleted(Tag::of(flow)))
    }

    /// The runs of a flow that exists and is no draft.
    pub(crate) fn of_stored(&self, flow: Uuid) -> Option<FlowRuns> {
        let flow = self.sandbox.store.get(Kind::Flow, flow)?;
        self.of_entity(&flow)
    }

    /// The runs of a stored flow; `None` for a draft.
    pub(crate) fn of_entity(&self, flow: &Entity) -> Option<FlowRuns> {
        Some(self.ledger.runs_of(&flow.facts::<Plan>()?, self.base, self.now))
    }

    /// The runs of every flow that `is_wanted`, deleted ones included. Costs the number of flows.
    pub(crate) fn all(&self, is_wanted: impl Fn(&Plan) -> bool) -> FlowList {
        let flows = self.flows();
        let stored = flows.iter().filter_map(|flow| flow.facts::<Plan>()).map(ListedFlow::Stored);
        let is_stored = |flow: Uuid| self.sandbox.store.get(Kind::Flow, flow).is_some();
        let deleted = self.ledger.deleted.values().filter(|flow| !is_stored(flow.plan.facts.flow));
        let deleted = deleted.map(|flow| ListedFlow::Deleted(Arc::clone(flow)));
        self.list(stored.chain(deleted).filter(|flow| is_wanted(flow.plan())))
    }

    /// The runs of those of the flows that exist or were deleted.
    pub(crate) fn of_flows(
        &self, flows: impl Iterator<Item = Uuid>, is_wanted: impl Fn(&Plan) -> bool,
    ) -> FlowList {
        let listed = flows.filter_map(|flow| {
            let stored = self.sandbox.store.get(Kind::Flow, flow).and_then(|flow| flow.facts::<Plan>());
            stored.map(ListedFlow::Stored).or_else(|| self.deleted(Tag::of(flow)))
        });
        self.list(listed.filter(|flow| is_wanted(flow.plan())))
    }

    /// The runs of the flows with those tags.
    pub(super) fn of_tags(
        &self, tags: impl Iterator<Item = Tag>, is_wanted: impl Fn(&Plan) -> bool,
    ) -> FlowList {
        let listed = tags.filter_map(|tag| {
            let flow = self.sandbox.runs.flows_between(tag, tag, || self.tags()).into_iter().next();
            let stored = flow.and_then(|flow| self.sandbox.store.get(Kind::Flow, flow)?.facts::<Plan>());
            stored.map(ListedFlow::Stored).or_else(|| self.deleted(tag))
        });
        self.list(listed.filter(|flow| is_wanted(flow.plan())))
    }

    fn list(&self, flows: impl Iterator<Item = ListedFlow>) -> FlowList {
        FlowList::new(Arc::clone(&self.ledger), self.base, self.now, flows)
    }

    fn deleted(&self, tag: Tag) -> Option<ListedFlow> {
        self.ledger.deleted.get(&tag).map(|flow| ListedFlow::Deleted(Arc::clone(flow)))
    }

    /// The run with that id, and the runs of its flow.
    pub(crate) fn find(&self, run: Uuid) -> Option<(FlowRuns, Run)> {
        let id = RunId::of(run)?;
        let runs = self.of_tag(id.flow)?;
        let run = runs.get(id.class, id.number)?;
        Some((runs, run))
    }

    /// The run that writes that batch, and the runs of its flow.
    pub(crate) fn find_batch(&self, batch: &str) -> Option<(FlowRuns, Run)> {
        let (first, last, class, number) = run_of_batch(batch)?;
        let flows = self.sandbox.runs.flows_between(first, last, || self.tags());
        let stored = flows.into_iter().filter_map(|flow| self.of_stored(flow));
        let deleted = self.ledger.deleted.iter().filter(|(tag, _)| (first..=last).contains(tag));
        let deleted = deleted.map(|(_, flow)| self.ledger.runs_of_deleted(flow, self.base, self.now));
        stored.chain(deleted).find_map(|runs| {
            let run = runs.get(class, number)?;
            let at = SourceRun::new(&run, &runs.plan, self.base).promoted_from();
            (batch_id(run.id, at) == batch).then_some((runs, run))
        })
    }

    /// The runs of the flow with that tag, which may have been deleted.
    pub(super) fn of_tag(&self, tag: Tag) -> Option<FlowRuns> {
        let flow = self.sandbox.runs.flows_between(tag, tag, || self.tags()).into_iter().next();
        flow.and_then(|flow| self.of_stored(flow)).or_else(|| self.of_deleted(tag))
    }

    fn of_deleted(&self, tag: Tag) -> Option<FlowRuns> {
        let deleted = self.ledger.deleted.get(&tag)?;
        Some(self.ledger.runs_of_deleted(deleted, self.base, self.now))
    }

    fn flows(&self) -> Vec<Arc<Entity>> {
        self.sandbox.store.by_time(Kind::Flow, &Scope::All, Direction::Ascending, None, usize::MAX).into_vec()
    }

    /// The tag of each flow, with its id.
    fn tags(&self) -> Vec<(Tag, Uuid)> {
        self.flows().iter().map(|flow| (Tag::of(flow.id()), flow.id())).collect()
    }
}

/// The runs of a flow that are kept when it is deleted at `now`; `None` if it is no flow, or a draft.
pub(crate) fn kept_runs(flow: &Entity, config: &Config, now: Millis) -> Option<KeptRuns> {
    Some(KeptRuns { plan: flow.facts::<Plan>()?, at: now, base: Durations::of(config) })
}
