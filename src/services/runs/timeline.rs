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

use super::schedule::{MINUTE, Rhythm, Schedule};
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
        let stretch = match schedule.rhythm {
            Rhythm::Never => None,
            // A start time that has passed means now, whatever kept the flow from running then.
            Rhythm::Once => (number == 0).then(|| (self.anchor.max(at), 1, 1)),
            Rhythm::Every { ms, end } => {
                let passed = if at < self.anchor { 0 } else { (at - self.anchor) / ms + 1 };
                let first = self.anchor.saturating_add(passed.saturating_mul(ms));
                let last = end.unwrap_or(time::LAST).min(time::LAST);
                (first <= last).then(|| (first, ms, ((last - first) / ms) as u64 + 1))
            }
        };
        if let Some((first, every, count)) = stretch {
            self.add(Stretch { number, first, every, count });
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
        let every = match schedule.rhythm {
            Rhythm::Every { ms, end } => ms >= MINUTE && end.is_none_or(is_time),
            _ => true,
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn every(start: Millis, minutes: Millis) -> Schedule {
        let rhythm = Rhythm::Every { ms: minutes * MINUTE, end: None };
        Schedule { start: start * MINUTE, rhythm, backfill: true }
    }

    /// The slots of the first `until` minutes, in minutes.
    fn slots(timeline: &Timeline, until: Millis) -> Vec<Millis> {
        let slots = (timeline.first()..timeline.len()).map(|number| timeline.slot(number).unwrap() / MINUTE);
        slots.take_while(|&slot| slot < until).collect()
    }

    fn begin(at: Millis, schedule: Schedule) -> Timeline {
        Timeline::begin(at * MINUTE, true, schedule)
    }

    fn then(timeline: &Timeline, at: Millis, active: bool, schedule: Schedule) -> Timeline {
        timeline.then(at * MINUTE, active, schedule)
    }

    #[test]
    fn a_start_time_in_the_past_means_now_and_one_in_the_future_is_kept() {
        assert_eq!(slots(&begin(100, every(7, 15)), 150), [100, 115, 130, 145]);
        assert_eq!(slots(&begin(100, every(110, 15)), 150), [110, 125, 140]);
        let once = Schedule { rhythm: Rhythm::Once, ..every(7, 1) };
        assert_eq!(slots(&begin(100, once), 9999), [100]);
        assert_eq!(begin(100, Schedule::NEVER).len(), 0);
    }

    #[test]
    fn an_end_time_ends_the_schedule() {
        let rhythm = Rhythm::Every { ms: 15 * MINUTE, end: Some(130 * MINUTE) };
        assert_eq!(slots(&begin(100, Schedule { rhythm, ..every(100, 15) }), 9999), [100, 115, 130]);
        let over = Rhythm::Every { ms: 15 * MINUTE, end: Some(99 * MINUTE) };
        assert_eq!(begin(100, Schedule { rhythm: over, ..every(1, 15) }).len(), 0);
    }

    #[test]
    fn slots_that_pass_while_a_flow_is_disabled_become_one_window() {
        let schedule = every(100, 15);
        let enabled = begin(100, schedule);
        let disabled = then(&enabled, 115, false, schedule);
        assert_eq!(slots(&disabled, 9999), [100, 115]); // a slot at the moment of the change stays
        let again = then(&disabled, 150, true, schedule);
        assert_eq!(slots(&again, 180), [100, 115, 160, 175]);
        assert_eq!(again.window(2), Some((115 * MINUTE, 160 * MINUTE)));
        assert_eq!(again.window(3), Some((160 * MINUTE, 175 * MINUTE)));
    }

    #[test]
    fn a_pause_between_two_slots_leaves_no_trace() {
        let schedule = every(100, 15);
        let enabled = begin(100, schedule);
        let paused = then(&then(&enabled, 117, false, schedule), 128, true, schedule);
        assert_eq!(paused, enabled);
        assert_eq!(then(&enabled, 500, true, schedule), enabled);
    }

    #[test]
    fn a_new_interval_counts_from_the_old_start_time() {
        let changed = then(&begin(100, every(7, 15)), 120, true, every(7, 60));
        assert_eq!(slots(&changed, 300), [100, 115, 160, 220, 280]);
        let moved = then(&begin(100, every(200, 15)), 120, true, every(180, 15));
        assert_eq!(slots(&moved, 220), [180, 195, 210]);
    }

    #[test]
    fn a_flow_that_missed_its_only_run_runs_when_it_is_enabled() {
        let once = Schedule { rhythm: Rhythm::Once, ..every(110, 1) };
        let disabled = then(&begin(100, once), 105, false, once);
        assert!(slots(&disabled, 9999).is_empty());
        let enabled = then(&disabled, 150, true, once);
        assert_eq!(slots(&enabled, 9999), [150]);
        let again = then(&then(&enabled, 200, false, once), 300, true, once);
        assert_eq!(slots(&again, 9999), [150]);
    }

    #[test]
    fn the_first_window_reaches_back_to_the_beginning_or_to_the_start_time() {
        assert_eq!(begin(100, every(7, 15)).window(0), Some((0, 100 * MINUTE)));
        let new_only = Schedule { backfill: false, ..every(7, 15) };
        assert_eq!(begin(100, new_only).window(0), Some((7 * MINUTE, 100 * MINUTE)));
    }

    #[test]
    fn the_oldest_stretches_are_forgotten_and_the_numbers_of_the_others_stay() {
        let schedule = every(0, 1);
        let mut timeline = begin(0, schedule);
        let rounds = Timeline::MOST_STRETCHES as Millis + 5;
        for round in 0..rounds {
            timeline = then(&timeline, 10 * round + 1, false, schedule);
            timeline = then(&timeline, 10 * round + 5, true, schedule);
        }
        assert_eq!(timeline.stretches.len(), Timeline::MOST_STRETCHES);
        let number = timeline.len() - timeline.stretches.last().unwrap().count;
        assert_eq!(timeline.slot(number), Some((10 * rounds - 4) * MINUTE));
        assert!(timeline.first() > 0 && timeline.slot(timeline.first() - 1).is_none());
        let (begin, end) = timeline.window(timeline.first()).unwrap();
        assert!(0 < begin && begin < end);
    }

    #[test]
    fn it_survives_json_and_a_broken_one_is_refused() {
        let schedule = every(100, 15);
        let timeline = then(&begin(100, schedule), 120, true, every(100, 60));
        let mut json = serde_json::to_value(&timeline).unwrap();
        assert_eq!(serde_json::from_value::<Timeline>(json.clone()).unwrap(), timeline);
        for (pointer, wrong) in [
            ("/stretches/0/every", 0),
            ("/stretches/1/number", 7),
            ("/stretches/1/count", i64::MAX),
            ("/anchor", -1),
        ] {
            let right = std::mem::replace(json.pointer_mut(pointer).unwrap(), wrong.into());
            assert!(serde_json::from_value::<Timeline>(json.clone()).is_err(), "{pointer}");
            *json.pointer_mut(pointer).unwrap() = right;
        }
    }
}
