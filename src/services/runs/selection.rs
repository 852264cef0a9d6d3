//! [`Selection`]: finds the runs of a list, by a filter and an order.
//!
//! Filters on the flow and on ids narrow the search before any run is looked at, bounds of the creation time cut the list;
//! of a stretch of runs that end alike, a filter on the status looks at one. The other filters are checked run by run, and
//! only those on metrics and activities make the run's JSON. Other tasks regularly get the thread. A page ends after
//! [`Selection::MOST_CHECKED`] runs, with a link to the next one, so that no request looks at millions; a count that would
//! have to look at more than [`Selection::MOST_COUNTED`] is refused.

use super::flow_list::FlowList;
use super::flow_runs::{FlowRuns, Place, Run, SortTime};
use super::item::{ItemPlace, ItemWriter};
use super::merged::Merged;
use super::plan::Plan;
use super::run_filter::{Cost, RunFilter};
use super::run_id::{Class, RunId, Tag};
use super::sandbox_runs::SandboxRuns;
use crate::base::error::{Code, Error};
use crate::base::time::Millis;
use crate::store::Direction;
use crate::store::query::{self, Filter, Order, SortKey};
use std::collections::BTreeSet;
use std::ops::Range;
use tokio::task::yield_now;

pub(crate) use super::run_filter::FIELDS;

/// The number of runs that were checked. One whose JSON was made counts ten times.
#[derive(Default)]
struct Effort(usize);

impl Effort {
    /// The number of checks after which other tasks get the thread.
    const BATCH: usize = 1000;

    /// Counts the check of a run.
    async fn spend(&mut self, cost: Cost) {
        let before = self.0;
        self.0 += if cost == Cost::Json { 10 } else { 1 };
        if before / Self::BATCH < self.0 / Self::BATCH {
            yield_now().await;
        }
    }
}

/// The runs that a list selects.
pub(crate) struct Selection<'a> {
    flows: FlowList,
    place: &'a ItemPlace<'a>,
    filter: RunFilter,
    by: SortTime,
    direction: Direction,
}

/// A page of a list.
#[derive(Default)]
pub(crate) struct Page {
    /// The runs, each with its flow as an index.
    pub(crate) runs: Vec<(usize, Run)>,
    /// The place behind which the list goes on.
    pub(crate) next: Option<query::Place>,
}

impl<'a> Selection<'a> {
    /// The most runs that are checked for a page. A run whose JSON is made counts ten times.
    const MOST_CHECKED: usize = 200_000;

    /// The number of runs for which a page reserves memory.
    const FEW: usize = 100;

    /// The most runs that are checked for a count, likewise.
    const MOST_COUNTED: usize = 2_000_000;

    /// Selects the runs that match `filter`, in that order.
    ///
    /// # Errors
    /// FLOW-1433-400 for an order other than by `createdAt` and `updatedAt`.
    pub(crate) fn new(
        runs: &SandboxRuns<'_>, filter: &Filter, order: &Order, place: &'a ItemPlace<'a>,
    ) -> Result<Self, Error> {
        let by = match order.path.to_string().as_str() {
            "createdAt" => SortTime::Created,
            "updatedAt" => SortTime::Updated,
            other => {
                let other = crate::base::error::excerpt(other);
                let detail = format!("runs cannot be ordered by {other}, only by createdAt and updatedAt");
                return Err(Error::new(Code::OrderField, detail));
            }
        };
        let filter = RunFilter::read(filter);
        let is_wanted = |plan: &Plan| filter.takes_flow(plan);
        let flows = match (&filter.ids, &filter.flows) {
            (_, Some(flows)) => runs.of_flows(flows.iter().copied(), is_wanted),
            (Some(ids), None) => {
                let tags: BTreeSet<Tag> = ids.iter().map(|id| id.flow).collect();
                runs.of_tags(tags.into_iter(), is_wanted)
            }
            (None, None) => runs.all(is_wanted),
        };
        Ok(Self { flows, place, filter, by, direction: order.direction })
    }

    /// The runs of the flow with that index.
    pub(crate) fn flow(&self, index: usize) -> &FlowRuns {
        self.flows.get(index)
    }

    /// The number of runs.
    ///
    /// # Errors
    /// FLOW-1452-400 if too many runs would have to be looked at.
    pub(crate) async fn count(&self) -> Result<u64, Error> {
        self.count_within(Self::MOST_COUNTED).await
    }

    /// [`count`](Self::count) with that bound.
    async fn count_within(&self, most: usize) -> Result<u64, Error> {
        if let Some(ids) = &self.filter.ids {
            return Ok(self.page_of(ids, None, usize::MAX).runs.len() as u64);
        }
        if self.filter.cost == Cost::None {
            return Ok(self.flows.count());
        }
        let mut items = ItemWriter::new(self.place);
        let mut merged = Merged::new(&self.flows, self.by, self.direction, self.beginning(None));
        let (mut count, mut effort) = (0, Effort::default());
        while let Some((flow, at)) = merged.peek() {
            if self.is_over(at.at) {
                break;
            }
            effort.spend(self.filter.cost).await;
            if effort.0 > most {
                let expected = "possible with this filter, for which too many runs would have to be looked at one by one; \
                                narrow the list by flowId or createdAt";
                return Err(Error::invalid_parameter("count", "true", expected));
            }
            let runs = self.flows.get(flow);
            let run = runs.get(at.id.class, at.id.number);
            let alike = run.as_ref().map_or(0..0, |run| self.alike(runs, run));
            let passed = merged.advance(alike);
            if run.is_some_and(|run| self.filter.takes(runs, &run, &mut items)) {
                count += passed;
            }
        }
        Ok(count)
    }

    /// The first `limit` runs behind `after`, or fewer if that takes too long.
    pub(crate) async fn page_behind(&self, after: Option<&query::Place>, limit: usize) -> Page {
        let after = after.and_then(|place| {
            let SortKey::Number(at) = place.key else { return None };
            Some(Place { at: at as Millis, id: RunId::of(place.id)? })
        });
        self.page(after, limit).await
    }

    /// The place of a run in the list.
    pub(crate) fn place_of(&self, run: &Run) -> query::Place {
        place_of(Place { at: self.at(run), id: run.id })
    }

    fn at(&self, run: &Run) -> Millis {
        if self.by == SortTime::Created { run.created } else { run.updated }
    }

    async fn page(&self, after: Option<Place>, limit: usize) -> Page {
        let mut page = Page::default();
        if let Some(ids) = &self.filter.ids {
            return self.page_of(ids, after, limit);
        }
        page.runs.reserve(limit.min(Self::FEW));
        let mut items = ItemWriter::new(self.place);
        let mut merged = Merged::new(&self.flows, self.by, self.direction, self.beginning(after));
        let (mut effort, mut last) = (Effort::default(), None);
        while let Some((flow, at)) = merged.peek() {
            if self.is_over(at.at) {
                return page;
            }
            if page.runs.len() == limit || effort.0 >= Self::MOST_CHECKED {
                page.next = last.map(place_of);
                return page;
            }
            effort.spend(self.filter.cost).await;
            last = Some(at);
            let runs = self.flows.get(flow);
            let Some(run) = runs.get(at.id.class, at.id.number) else {
                merged.advance(0..0);
                continue;
            };
            if self.filter.takes(runs, &run, &mut items) {
                merged.advance(0..0);
                page.runs.push((flow, run));
            } else {
                merged.advance(self.alike(runs, &run));
            }
        }
        page
    }

    /// The page of runs that the filter names.
    fn page_of(&self, ids: &BTreeSet<RunId>, after: Option<Place>, limit: usize) -> Page {
        let mut found: Vec<(Place, usize, Run)> = Vec::new();
        let mut items = ItemWriter::new(self.place);
        for id in ids {
            let Some(flow) = self.flows.position(id.flow) else { continue };
            let runs = self.flows.get(flow);
            let Some(run) =
                runs.get(id.class, id.number).filter(|run| self.filter.takes(runs, run, &mut items))
            else {
                continue;
            };
            found.push((Place { at: self.at(&run), id: *id }, flow, run));
        }
        found.sort_by_key(|(place, ..)| *place);
        if self.direction == Direction::Descending {
            found.reverse();
        }
        let is_behind = |place: &Place| match (after, self.direction) {
            (None, _) => true,
            (Some(after), Direction::Ascending) => *place > after,
            (Some(after), Direction::Descending) => *place < after,
        };
        let mut found: Vec<_> = found.into_iter().filter(|(place, ..)| is_behind(place)).collect();
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|(place, ..)| place_of(*place));
        Page { runs: found.into_iter().map(|(_, flow, run)| (flow, run)).collect(), next }
    }

    /// The place behind which the list begins, in view of the bounds of the creation time.
    fn beginning(&self, after: Option<Place>) -> Option<Place> {
        if self.by != SortTime::Created {
            return after;
        }
        let id = RunId { flow: Tag::LEAST, class: Class::Scheduled, number: 0 };
        match self.direction {
            Direction::Descending if self.filter.created.1 < Millis::MAX => {
                let bound = Place { at: self.filter.created.1 + 1, id };
                Some(after.map_or(bound, |after| after.min(bound)))
            }
            Direction::Ascending if self.filter.created.0 > Millis::MIN => {
                let bound = Place { at: self.filter.created.0 - 1, id: RunId { flow: Tag::GREATEST, ..id } };
                Some(after.map_or(bound, |after| after.max(bound)))
            }
            _ => after,
        }
    }

    /// Whether no later run of the list can match.
    fn is_over(&self, at: Millis) -> bool {
        self.by == SortTime::Created
            && match self.direction {
                Direction::Descending => at < self.filter.created.0,
                Direction::Ascending => at > self.filter.created.1,
            }
    }

    /// The numbers of scheduled runs that match like `run`, so that only one of them needs to be looked at.
    fn alike(&self, runs: &FlowRuns, run: &Run) -> Range<u64> {
        let RunId { class, number, .. } = run.id;
        if self.filter.cost != Cost::Status
            || class != Class::Scheduled
            || !run.status.is_final()
            || run.put.is_some()
        {
            return 0..0;
        }
        // All runs of a piece end alike, and those that have ended stand beside each other.
        let (from, to) = runs.calendar.piece_of(number);
        from.max(runs.calendar.first())..to.min(runs.calendar.ended(runs.now))
    }
}

fn place_of(place: Place) -> query::Place {
    query::Place { key: SortKey::number(place.at as f64), id: place.id.uuid() }
}

#[cfg(test)]
mod tests;
