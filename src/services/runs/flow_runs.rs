//! [`FlowRuns`]: the runs of one flow at one moment, each found by its place in constant or logarithmic time.

use super::book::{Defaults, FlowBook};
use super::calendar::{Calendar, partition_point};
use super::extra::{Extra, Hour};
use super::outcome::{Durations, Outcome, Status, plain_success};
use super::plan::Plan;
use super::run_id::{Class, RunId, Tag};
use crate::base::time::Millis;
use std::sync::Arc;

pub(crate) use super::run::{Origin, Run};

/// The runs of a flow at one moment.
pub(crate) struct FlowRuns {
    pub(crate) plan: Arc<Plan>,
    pub(crate) book: Option<Arc<FlowBook>>,
    pub(crate) calendar: Calendar,
    pub(crate) now: Millis,
    pub(crate) base: Durations<Millis>,
    tag: Tag,
    /// When the flow was deleted.
    deleted: Option<Millis>,
    /// The scheduled runs are those from the calendar's first up to this number.
    started: u64,
}

/// The time by which runs are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortTime {
    Created,
    Updated,
}

/// A run's place in a list of all runs: ascending by time, ties by flow, class and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) at: Millis,
    pub(crate) id: RunId,
}

/// The runs of a flow of one class, in ascending order.
pub(crate) struct Row {
    class: Class,
    by: SortTime,
    entries: Entries,
}

enum Entries {
    /// Scheduled runs from the first number to behind the last.
    Scheduled(u64, u64),
    /// The time and the number of each run.
    Listed(Vec<(Millis, u64)>),
}

impl FlowRuns {
    /// The runs at `now`. `deleted` is the time at which the flow was deleted: runs that were not over then are gone.
    pub(crate) fn new(
        plan: Arc<Plan>, book: Option<Arc<FlowBook>>, defaults: &Defaults, base: Durations<Millis>,
        now: Millis, deleted: Option<Millis>,
    ) -> Self {
        let calendar = Calendar::new(&plan, book.as_deref(), defaults, base);
        let started = match deleted {
            Some(at) => calendar.ended(at.min(now)),
            None => calendar.started(now),
        };
        let tag = Tag::of(plan.facts.flow);
        Self { plan, book, calendar, now, base, tag, deleted, started }
    }

    /// The number of the first scheduled run that has not started.
    pub(crate) fn started(&self) -> u64 {
        self.started
    }

    /// The flow's tag.
    pub(crate) fn tag(&self) -> Tag {
        self.tag
    }

    /// The run in that place.
    pub(crate) fn get(&self, class: Class, number: u64) -> Option<Run> {
        match class {
            Class::Scheduled => {
                let is_there = (self.calendar.first()..self.started).contains(&number);
                is_there.then(|| self.scheduled(number))
            }
            Class::Extra => {
                let extra = self.extras().get(usize::try_from(number).ok()?)?;
                self.has_extra(extra).then(|| self.extra(number, extra))
            }
            Class::Hour => {
                let hours = self.hours();
                let index = hours.binary_search_by_key(&number, |hour| hour.number).ok()?;
                self.has_hour(&hours[index]).then(|| self.hour(&hours[index]))
            }
        }
    }

    /// The newest run; `None` if there is none.
    pub(crate) fn newest(&self) -> Option<Run> {
        let rows = self.rows(SortTime::Created);
        let last = rows.iter().filter_map(|row| row.place(self, row.len().checked_sub(1)?)).max()?;
        self.get(last.id.class, last.id.number)
    }

    /// The number of runs.
    pub(crate) fn count(&self) -> u64 {
        self.rows(SortTime::Created).iter().map(Row::len).sum()
    }

    /// The runs of each class, ordered by that time.
    pub(crate) fn rows(&self, by: SortTime) -> [Row; 3] {
        let listed = |mut entries: Vec<(Millis, u64)>| {
            entries.sort_unstable();
            Entries::Listed(entries)
        };
        let extras = (0..).zip(self.extras()).filter(|(_, extra)| self.has_extra(extra));
        let extras = extras.map(|(number, extra)| match by {
            SortTime::Created => (extra.created, number),
            SortTime::Updated => (self.extra_updated(extra), number),
        });
        let hours = self.hours().iter().filter(|hour| self.has_hour(hour)).map(|hour| match by {
            SortTime::Created => (hour.first, hour.number),
            SortTime::Updated => (self.hour_updated(hour), hour.number),
        });
        [
            (Class::Scheduled, Entries::Scheduled(self.calendar.first(), self.started)),
            (Class::Extra, listed(extras.collect())),
            (Class::Hour, listed(hours.collect())),
        ]
        .map(|(class, entries)| Row { class, by, entries })
    }

    fn extras(&self) -> &[Extra] {
        self.book.as_ref().map_or(&[], |book| book.extras())
    }

    fn hours(&self) -> &[Hour] {
        self.book.as_ref().map_or(&[], |book| book.hours())
    }

    fn has_extra(&self, extra: &Extra) -> bool {
        extra.created <= self.now && self.deleted.is_none_or(|at| extra.end(self.base) <= at)
    }

    fn has_hour(&self, hour: &Hour) -> bool {
        hour.first <= self.now && self.deleted.is_none_or(|at| hour.end() <= at)
    }

    fn extra_updated(&self, extra: &Extra) -> Millis {
        let end = extra.end(self.base);
        if end <= self.now {
            end
        } else if extra.start <= self.now {
            extra.start
        } else {
            extra.created
        }
    }

    fn hour_updated(&self, hour: &Hour) -> Millis {
        if hour.end() <= self.now { hour.end() } else { hour.last.min(self.now) }
    }

    /// The time by which a scheduled run is listed.
    fn scheduled_at(&self, number: u64, by: SortTime) -> Millis {
        let end = self.calendar.end(number);
        if by == SortTime::Updated && end <= self.now { end } else { self.calendar.start(number) }
    }

    fn status(&self, start: Millis, end: Millis, outcome: &Outcome) -> Status {
        if end <= self.now {
            outcome.status(&self.plan)
        } else if start <= self.now {
            Status::InProgress
        } else {
            Status::Scheduled
        }
    }

    fn scheduled(&self, number: u64) -> Run {
        let (start, end) = (self.calendar.start(number), self.calendar.end(number));
        let outcome = self.calendar.outcome(number);
        let id = RunId { flow: self.tag, class: Class::Scheduled, number };
        Run {
            id,
            uuid: id.uuid(),
            status: self.status(start, end, &outcome),
            created: start,
            updated: if end <= self.now { end } else { start },
            start,
            end,
            window: self.plan.timeline.window(number).unwrap_or((0, start)),
            outcome,
            origin: Origin::Schedule,
            put: self.book.as_ref().and_then(|book| book.put(number)).cloned(),
        }
    }

    fn extra(&self, number: u64, extra: &Extra) -> Run {
        let end = extra.end(self.base);
        let id = RunId { flow: self.tag, class: Class::Extra, number };
        Run {
            id,
            uuid: id.uuid(),
            status: self.status(extra.start, end, &extra.outcome),
            created: extra.created,
            updated: self.extra_updated(extra),
            start: extra.start,
            end,
            window: extra.window,
            outcome: extra.outcome.clone(),
            origin: Origin::Call { params: extra.params.clone(), by: extra.by.clone() },
            put: extra.put.clone(),
        }
    }

    fn hour(&self, hour: &Hour) -> Run {
        let id = RunId { flow: self.tag, class: Class::Hour, number: hour.number };
        let (start, end) = (hour.start(), hour.end());
        Run {
            id,
            uuid: id.uuid(),
            status: if end <= self.now { Status::Success } else { Status::InProgress },
            created: hour.first,
            updated: self.hour_updated(hour),
            start,
            end,
            window: (start, end),
            outcome: plain_success(),
            origin: Origin::Events(hour.clone()),
            put: hour.put.clone(),
        }
    }
}

impl Row {
    pub(crate) fn len(&self) -> u64 {
        match &self.entries {
            Entries::Scheduled(first, end) => end.saturating_sub(*first),
            Entries::Listed(listed) => listed.len() as u64,
        }
    }

    /// The place of the run with that index.
    pub(crate) fn place(&self, runs: &FlowRuns, index: u64) -> Option<Place> {
        let (at, number) = match &self.entries {
            Entries::Scheduled(first, end) => {
                let number = first.checked_add(index).filter(|number| number < end)?;
                (runs.scheduled_at(number, self.by), number)
            }
            Entries::Listed(listed) => *listed.get(usize::try_from(index).ok()?)?,
        };
        Some(Place { at, id: RunId { flow: runs.tag, class: self.class, number } })
    }

    /// The number of runs before `place`; with `including`, also one at it.
    pub(crate) fn before(&self, runs: &FlowRuns, place: Place, including: bool) -> u64 {
        partition_point(0, self.len(), |index| {
            self.place(runs, index).is_some_and(|found| found < place || including && found == place)
        })
    }
}
