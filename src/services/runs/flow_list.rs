//! [`FlowList`]: the runs of many flows, each made when it is needed.
//!
//! A list of the runs of all flows shows a page of them, so most flows are not in it. The first run of a flow in a list follows
//! from its plan alone if nothing can delay its runs: one stretch of slots, no outcome of its own, and durations shorter than
//! its interval.

use super::flow_runs::{FlowRuns, Place, SortTime};
use super::ledger::{DeletedFlow, Ledger};
use super::merged::{First, Flows};
use super::outcome::{Durations, plain_success};
use super::plan::Plan;
use super::run_id::{Class, RunId, Tag};
use crate::base::time::Millis;
use crate::store::Direction;
use std::sync::{Arc, OnceLock};

/// The runs of many flows at one moment.
pub(crate) struct FlowList {
    ledger: Arc<Ledger>,
    base: Durations<Millis>,
    now: Millis,
    /// The longest time that a run takes for which no other outcome is set than the sandbox's.
    longest: Millis,
    flows: Vec<Listed>,
}

struct Listed {
    flow: ListedFlow,
    runs: OnceLock<Box<FlowRuns>>,
}

/// A flow in a list.
pub(crate) enum ListedFlow {
    Stored(Arc<Plan>),
    Deleted(Arc<DeletedFlow>),
}

impl ListedFlow {
    pub(crate) fn plan(&self) -> &Plan {
        match self {
            Self::Stored(plan) => plan,
            Self::Deleted(deleted) => &deleted.plan,
        }
    }
}

impl FlowList {
    /// The runs of those flows at `now`.
    pub(crate) fn new(
        ledger: Arc<Ledger>, base: Durations<Millis>, now: Millis,
        flows: impl IntoIterator<Item = ListedFlow>,
    ) -> Self {
        let longest = ledger.defaults.longest(base).max(plain_success().total(base));
        let flows = flows.into_iter().map(|flow| Listed { flow, runs: OnceLock::new() }).collect();
        Self { ledger, base, now, longest, flows }
    }

    /// The number of runs of all flows.
    pub(crate) fn count(&self) -> u64 {
        self.flows.iter().map(|listed| self.make(&listed.flow).count()).sum()
    }

    /// The index of the flow with that tag.
    pub(crate) fn position(&self, tag: Tag) -> Option<usize> {
        self.flows.iter().position(|listed| Tag::of(listed.flow.plan().facts.flow) == tag)
    }

    /// The runs of a flow.
    pub(crate) fn get(&self, index: usize) -> &FlowRuns {
        let Listed { flow, runs } = &self.flows[index];
        runs.get_or_init(|| Box::new(self.make(flow)))
    }

    /// The number of flows whose runs were made.
    #[cfg(test)]
    pub(super) fn made(&self) -> usize {
        self.flows.iter().filter(|listed| listed.runs.get().is_some()).count()
    }

    fn make(&self, flow: &ListedFlow) -> FlowRuns {
        match flow {
            ListedFlow::Stored(plan) => self.ledger.runs_of(plan, self.base, self.now),
            ListedFlow::Deleted(deleted) => self.ledger.runs_of_deleted(deleted, self.base, self.now),
        }
    }
}

impl Flows for FlowList {
    fn len(&self) -> usize {
        self.flows.len()
    }

    fn get(&self, index: usize) -> &FlowRuns {
        self.get(index)
    }

    fn first(&self, index: usize, by: SortTime, direction: Direction, after: Option<Place>) -> First {
        let ListedFlow::Stored(plan) = &self.flows[index].flow else { return First::Unknown };
        let timeline = &plan.timeline;
        let is_simple = by == SortTime::Created
            && match timeline.stretches() {
                [] => true,
                [stretch] => stretch.count == 1 || self.longest <= stretch.every,
                _ => false,
            };
        if !is_simple || self.ledger.books.contains_key(&plan.facts.flow) {
            return First::Unknown;
        }
        let flow = Tag::of(plan.facts.flow);
        let place = |number: u64| {
            let at = timeline.slot(number).filter(|at| *at <= self.now)?;
            Some(Place { at, id: RunId { flow, class: Class::Scheduled, number } })
        };
        let found = match direction {
            Direction::Descending => {
                let until = after.map_or(self.now, |after| after.at.min(self.now));
                let last = timeline.first_behind(until, false).checked_sub(1);
                let is_behind = |place: &Place| after.is_none_or(|after| *place < after);
                let before = || place(last?.checked_sub(1)?);
                last.and_then(place).and_then(|place| if is_behind(&place) { Some(place) } else { before() })
            }
            Direction::Ascending => {
                let next = after.map_or(timeline.first(), |after| timeline.first_behind(after.at, true));
                let is_behind = |place: &Place| after.is_none_or(|after| *place > after);
                place(next).and_then(|found| if is_behind(&found) { Some(found) } else { place(next + 1) })
            }
        };
        found.map_or(First::None, First::At)
    }
}
