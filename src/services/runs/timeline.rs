//! [`Timeline`]: the slots of a flow, at which its runs are due, through all changes of its schedule and state.
//!
//! Slots are kept as stretches, each an arithmetic progression, so a flow that runs every minute for years is one stretch.
//! A change closes the last stretch and begins another one; a stretch without a slot is not kept, and one that continues the
//! one before is joined to it. Slots have numbers, from 0 on, which later changes never move.
//!
//! Decided: a change takes effect behind the moment at which it was made, so a slot at that very moment stays. Each slot
//! reads the source from the slot before it, so slots that pass while a flow is disabled become one window. A flow that runs
//! once and was disabled at its start time runs when it is enabled. Beyond [`Timeline::MOST_STRETCHES`] the oldest
//! stretches, and with them their runs, are forgotten; the numbers of the others stay.

use super::schedule::{MINUTE, Phase, Rhythm, Schedule};
use crate::base::time::{self, Millis};
use serde::{Deserialize, Serialize};

/// The slots of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub(crate) struct Timeline {
    stretches: Vec<Stretch>,
    /// The number of slots that were forgotten.
    forgotten: u64,
    /// The beginning of the first slot's window.
    opening: Millis,
    schedule: Schedule,
    /// The time from which the schedule counts: its start time, or the time of the change if that was later.
    anchor: Millis,
    /// Whether the flow is enabled.
    active: bool,
}

/// Slots at equal distances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Stretch {
    /// The number of the first slot.
    pub(super) number: u64,
    pub(super) first: Millis,
    pub(super) every: Millis,
    /// The number of slots, at least 1.
    pub(super) count: u64,
}

/// A timeline as it stands in state documents.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Unchecked {
    stretches: Vec<Stretch>,
    #[serde(default)]
    forgotten: u64,
    opening: Millis,
    schedule: Schedule,
    anchor: Millis,
    active: bool,
}

impl Stretch {
    fn slot(&self, number: u64) -> Millis {
        self.first + self.every * (number - self.number) as Millis
    }

    fn last(&self) -> Millis {
        self.slot(self.end() - 1)
    }

    /// The number behind the last slot's.
    pub(super) fn end(&self) -> u64 {
        self.number + self.count
    }

    /// The number of slots at or before `at`.
    fn until(&self, at: Millis) -> u64 {
        if at < self.first { 0 } else { self.count.min(((at - self.first) / self.every) as u64 + 1) }
    }
}

impl Timeline {
    /// The most stretches that are kept.
    pub(crate) const MOST_STRETCHES: usize = 10_000;

    /// The timeline of a flow that was created, or a draft that was published, at `at`. A start time in the past means `at`.
    pub(crate) fn begin(at: Millis, active: bool, schedule: Schedule) -> Self {
        let anchor = schedule.start.max(at);
        let mut timeline =
            Self { stretches: Vec::new(), forgotten: 0, opening: 0, schedule, anchor, active: false };
        timeline.change(at - 1, active, schedule);
        timeline.stretches.shrink_to_fit(); // plans live long
        timeline
    }

    /// The timeline after a change at `at`: the flow was enabled or disabled, or its schedule changed. `self` if neither.
    pub(crate) fn then(&self, at: Millis, active: bool, schedule: Schedule) -> Self {
        let mut next = self.clone();
        if (active, schedule) != (self.active, self.schedule) {
            next.cut(at);
            if schedule.start != self.schedule.start {
                next.anchor = schedule.start.max(at);
            }
            next.change(at, active, schedule);
            next.stretches.shrink_to_fit();
        }
        next
    }

    /// The number of slots, including forgotten ones and those to come.
    pub(crate) fn len(&self) -> u64 {
        self.stretches.last().map_or(self.forgotten, Stretch::end)
    }

    /// The number of the first slot that is not forgotten.
    pub(crate) fn first(&self) -> u64 {
        self.forgotten
    }

    /// The time of a slot.
    pub(crate) fn slot(&self, number: u64) -> Option<Millis> {
        self.stretch_of(number).map(|stretch| stretch.slot(number))
    }

    /// The beginning and the end of the source time that a slot's run reads.
    pub(crate) fn window(&self, number: u64) -> Option<(Millis, Millis)> {
        let end = self.slot(number)?;
        let before = number.checked_sub(1).and_then(|before| self.slot(before));
        Some((before.unwrap_or(self.opening).min(end), end))
    }

    /// The number of the first slot behind `at`; with `including`, at or behind it.
    pub(super) fn first_behind(&self, at: Millis, including: bool) -> u64 {
        let at = if including { at.saturating_sub(1) } else { at };
        let index = self.stretches.partition_point(|stretch| stretch.first <= at);
        let last = index.checked_sub(1).map(|last| &self.stretches[last]);
        last.map_or(self.forgotten, |stretch| stretch.number + stretch.until(at))
    }

    /// Whether the flow is enabled.
    pub(crate) fn is_active(&self) -> bool {
        self.active
    }

    pub(crate) fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    pub(super) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    pub(super) fn stretch_of(&self, number: u64) -> Option<&Stretch> {
        let index = self.stretches.partition_point(|stretch| stretch.number <= number);
        self.stretches[..index].last().filter(|stretch| number < stretch.end())
    }

    /// Removes the slots behind `at`.
    fn cut(&mut self, at: Millis) {
        while let Some(last) = self.stretches.last_mut() {
            last.count = last.until(at);
            if last.count > 0 {
                break;
            }
            self.stretches.pop();
        }
    }

    /// Adds the slots behind `at`, where none are yet.
    fn change(&mut self, at: Millis, active: bool, schedule: Schedule) {
        (self.active, self.schedule) = (active, schedule);
        let number = self.len();
        if number == 0 {
            self.opening = if schedule.backfill { 0 } else { schedule.start.min(self.anchor) };
        }
        if !active {
            return;
        }
        if schedule.rhythm == Rhythm::Once && number == 0 {
            // A start time that has passed means now, whatever kept the flow from running then.
            self.add(Stretch { number, first: self.anchor.max(at), every: 1, count: 1 });
        }
        let mut behind = at;
        for Phase { ms, end } in schedule.phases() {
            let passed = if behind < self.anchor { 0 } else { (behind - self.anchor) / ms + 1 };
            let first = self.anchor.saturating_add(passed.saturating_mul(ms));
            let last = end.unwrap_or(time::LAST).min(time::LAST);
            if first <= last {
                let count = ((last - first) / ms) as u64 + 1;
                self.add(Stretch { number: self.len(), first, every: ms, count });
            }
            behind = behind.max(last);
        }
    }

    fn add(&mut self, stretch: Stretch) {
        if let Some(last) = self.stretches.last_mut() {
            let continues = last.last() + stretch.every == stretch.first;
            // The distance within a single slot is free.
            if continues && (last.every == stretch.every || last.count == 1) {
                (last.every, last.count) = (stretch.every, last.count + stretch.count);
                return;
            }
        }
        if self.stretches.len() == Self::MOST_STRETCHES {
            let oldest = self.stretches.remove(0);
            (self.forgotten, self.opening) = (oldest.end(), oldest.last());
        }
        self.stretches.push(stretch);
    }
}

impl From<Timeline> for Unchecked {
    fn from(timeline: Timeline) -> Self {
        let Timeline { stretches, forgotten, opening, schedule, anchor, active } = timeline;
        Self { stretches, forgotten, opening, schedule, anchor, active }
    }
}

impl TryFrom<Unchecked> for Timeline {
    type Error = &'static str;

    fn try_from(unchecked: Unchecked) -> Result<Self, Self::Error> {
        let Unchecked { stretches, forgotten, opening, schedule, anchor, active } = unchecked;
        if stretches.len() > Self::MOST_STRETCHES {
            return Err("a timeline has at most 10000 stretches");
        }
        let is_time = |at: Millis| (0..=time::LAST).contains(&at);
        let every = schedule.phases().all(|phase| phase.ms >= MINUTE && phase.end.is_none_or(is_time));
        if !every || ![opening, schedule.start, anchor].into_iter().all(is_time) || forgotten > 1 << 36 {
            return Err("a time of the timeline is outside of the years 1970 to 9999");
        }
        let (mut number, mut before) = (forgotten, -1);
        for stretch in &stretches {
            let most = (time::LAST as u64).checked_div(stretch.every.max(0) as u64).map(|most| most + 1);
            let fits =
                stretch.every >= 1 && stretch.count >= 1 && most.is_some_and(|most| stretch.count <= most);
            if !fits || stretch.number != number || stretch.first <= before || !is_time(stretch.first) {
                return Err("the stretches of a timeline must follow each other in number and time");
            }
            (number, before) = (stretch.end(), stretch.last());
            if !is_time(before) || number > 1 << 37 {
                return Err("a stretch of the timeline has too many slots");
            }
        }
        Ok(Self { stretches, forgotten, opening, schedule, anchor, active })
    }
}
