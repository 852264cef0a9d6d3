//! [`FlowBook`]: what calls and tests have added to the runs that a flow's plan implies: outcomes, ends, runs on demand, and
//! hours of events.
//!
//! The runs of a flow form one sequence, in the order of their starts: scheduled ones and those made by calls. An outcome
//! that is planned for a place in that sequence goes to the run that takes the place, whichever it is.

use super::extra::{Extra, Hour, Hours, Put};
use super::full::room;
use super::outcome::Outcome;
use super::shared::Shared;
use crate::base::time::Millis;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(crate) use super::defaults::Defaults;
pub(crate) use super::full::Full;

/// What was added to the runs of a flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct FlowBook {
    /// The changes of single scheduled runs, by number.
    marks: BTreeMap<u64, Mark>,
    /// The outcomes of coming runs, by place in the sequence.
    planned: BTreeMap<u64, Shared<Outcome>>,
    /// The outcomes of scheduled runs from a number on.
    steps: Vec<Step>,
    /// The runs that calls made, oldest first; a run's number is its index.
    extras: Vec<Extra>,
    hours: Hours,
}

/// The changes of a scheduled run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Mark {
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Shared<Outcome>>,
    /// When a test ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Millis>,
    /// The whole run, as a provider has put it.
    #[serde(skip_serializing_if = "Option::is_none")]
    put: Option<Shared<Put>>,
}

/// The outcome of a flow's runs from one on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Step {
    /// The number of the first scheduled run that has it.
    from: u64,
    /// `None` means the sandbox's default.
    outcome: Option<Shared<Outcome>>,
}

impl FlowBook {
    const MOST_MARKS: usize = 10_000;
    const MOST_PLANNED: usize = 1000;
    const MOST_STEPS: usize = 1000;
    const MOST_EXTRAS: usize = 10_000;

    /// Gives the run at a place of the sequence an outcome. Only for runs that have not started.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn plan_outcome(&mut self, place: u64, outcome: Shared<Outcome>) -> Result<(), Full> {
        room(self.planned.len(), Self::MOST_PLANNED, "planned outcomes of a flow")?;
        self.planned.insert(place, outcome);
        Ok(())
    }

    /// The first place at or behind `place` for which no outcome is planned.
    pub(crate) fn first_unplanned(&self, place: u64) -> u64 {
        let mut gap = place;
        for &planned in self.planned.range(place..).map(|(planned, _)| planned) {
            if planned != gap {
                break;
            }
            gap += 1;
        }
        gap
    }

    /// Moves the outcome that is planned for a place to the next one, and those right behind it likewise.
    pub(crate) fn vacate(&mut self, place: u64) {
        for from in (place..self.first_unplanned(place)).rev() {
            if let Some(outcome) = self.planned.remove(&from) {
                self.planned.insert(from + 1, outcome);
            }
        }
    }

    /// The outcomes that are planned for places at or behind `place`.
    pub(crate) fn planned_from(&self, place: u64) -> impl Iterator<Item = (u64, &Outcome)> {
        self.planned.range(place..).map(|(place, outcome)| (*place, &**outcome))
    }

    /// The outcome of all runs that start from now on, if they have another than the sandbox's default.
    pub(crate) fn current_outcome(&self) -> Option<&Outcome> {
        self.steps.last()?.outcome.as_deref()
    }

    /// Gives all runs that start from now on an outcome, or takes it away. `started` is the number of the first scheduled run
    /// that has not started.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn set_outcome(&mut self, started: u64, outcome: Option<Shared<Outcome>>) -> Result<(), Full> {
        self.steps.retain(|step| step.from < started);
        if outcome.is_none() && self.steps.last().is_none_or(|step| step.outcome.is_none()) {
            return Ok(()); // nothing is there to be taken away
        }
        room(self.steps.len(), Self::MOST_STEPS, "changes of a flow's outcome")?;
        self.steps.push(Step { from: started, outcome });
        Ok(())
    }

    /// Forgets the planned outcomes of places at or behind `place`.
    pub(crate) fn forget_planned(&mut self, place: u64) {
        self.planned.retain(|&planned, _| planned < place);
    }

    /// Ends a scheduled run at `at`, with another outcome if one is given.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn end_scheduled(
        &mut self, number: u64, at: Millis, outcome: Option<Shared<Outcome>>,
    ) -> Result<(), Full> {
        let mark = self.mark(number)?;
        mark.ended = Some(at);
        mark.outcome = outcome.or(mark.outcome.take());
        Ok(())
    }

    /// Replaces the members of a scheduled run.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn put_scheduled(&mut self, number: u64, put: Shared<Put>) -> Result<(), Full> {
        self.mark(number)?.put = Some(put);
        Ok(())
    }

    /// Adds a run that a call made, and returns its number.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn add_extra(&mut self, extra: Extra) -> Result<u64, Full> {
        room(self.extras.len(), Self::MOST_EXTRAS, "runs of a flow made by calls")?;
        self.extras.push(extra);
        Ok(self.extras.len() as u64 - 1)
    }

    /// The outcome of a run that a call makes now: the planned one of its place, or that of all runs from now on. `started` is
    /// the number of the first scheduled run that has not started.
    pub(crate) fn next_outcome(&self, started: u64) -> Option<Shared<Outcome>> {
        let planned = self.planned.get(&self.next_place(started));
        planned.or_else(|| self.steps.last()?.outcome.as_ref()).cloned()
    }

    /// The place in the sequence of the next run. `started` is the number of the first scheduled run that has not started.
    pub(crate) fn next_place(&self, started: u64) -> u64 {
        started + self.extras.len() as u64
    }

    /// The runs that calls made; the index is the number.
    pub(crate) fn extras(&self) -> &[Extra] {
        &self.extras
    }

    pub(crate) fn extra_mut(&mut self, number: u64) -> Option<&mut Extra> {
        self.extras.get_mut(usize::try_from(number).ok()?)
    }

    /// The hours in which events arrived.
    pub(crate) fn hours(&self) -> &[Hour] {
        self.hours.all()
    }

    pub(crate) fn hours_mut(&mut self) -> &mut Hours {
        &mut self.hours
    }

    /// The scheduled run as a provider has put it.
    pub(crate) fn put(&self, number: u64) -> Option<&Shared<Put>> {
        self.marks.get(&number)?.put.as_ref()
    }

    /// The numbers of the scheduled runs at which outcomes change.
    pub(super) fn cuts(&self) -> impl Iterator<Item = u64> {
        let single =
            self.marks.keys().copied().chain(self.planned.keys().filter_map(|&place| self.scheduled(place)));
        let steps = self.steps.iter().map(|step| step.from);
        single.flat_map(|number| [number, number + 1]).chain(steps)
    }

    /// The outcome of a scheduled run, unless it has the sandbox's default.
    pub(super) fn outcome(&self, number: u64) -> Option<Shared<Outcome>> {
        let marked = self.marks.get(&number).and_then(|mark| mark.outcome.as_ref());
        let planned = || self.planned.get(&self.place(number));
        let step = || {
            let index = self.steps.partition_point(|step| step.from <= number);
            self.steps[..index].last()?.outcome.as_ref()
        };
        marked.or_else(planned).or_else(step).cloned()
    }

    /// When a test ended a scheduled run.
    pub(super) fn ended(&self, number: u64) -> Option<Millis> {
        self.marks.get(&number)?.ended
    }

    /// The number of the scheduled run at a place in the sequence; `None` if a call made that run.
    fn scheduled(&self, place: u64) -> Option<u64> {
        let before = self.calls_before(|behind, index| behind + index < place);
        let taken = self.extras.get(before).is_some_and(|extra| extra.behind + before as u64 == place);
        if taken { None } else { place.checked_sub(before as u64) }
    }

    /// The place in the sequence of a scheduled run.
    fn place(&self, number: u64) -> u64 {
        number + self.calls_before(|behind, _| behind <= number) as u64
    }

    /// The number of runs made by calls for which `is` holds, given the scheduled runs before it and its number.
    fn calls_before(&self, is: impl Fn(u64, u64) -> bool) -> usize {
        let (mut from, mut to) = (0, self.extras.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if is(self.extras[middle].behind, middle as u64) { from = middle + 1 } else { to = middle }
        }
        from
    }

    fn mark(&mut self, number: u64) -> Result<&mut Mark, Full> {
        if !self.marks.contains_key(&number) {
            room(self.marks.len(), Self::MOST_MARKS, "changed runs of a flow")?;
        }
        Ok(self.marks.entry(number).or_default())
    }

    /// Checks a book from a state document.
    ///
    /// # Errors
    /// The first thing that is out of bounds, as a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Self { marks, planned, steps, extras, hours } = self;
        let fits = marks.len() <= Self::MOST_MARKS
            && planned.len() <= Self::MOST_PLANNED
            && steps.len() <= Self::MOST_STEPS
            && extras.len() <= Self::MOST_EXTRAS;
        if !fits {
            return Err("the runs of a flow have more entries than fit".to_owned());
        }
        const LAST: u64 = super::run_id::RunId::LAST;
        let numbers = marks.keys().chain(planned.keys()).copied();
        let numbers =
            numbers.chain(steps.iter().map(|step| step.from)).chain(extras.iter().map(|extra| extra.behind));
        if numbers.into_iter().any(|number| number >= LAST)
            || !steps.is_sorted_by(|one, next| one.from < next.from)
        {
            return Err("the number of a run is too large, or the steps are out of order".to_owned());
        }
        let outcomes = marks.values().filter_map(|mark| mark.outcome.as_ref()).chain(planned.values());
        let outcomes = outcomes.chain(steps.iter().filter_map(|step| step.outcome.as_ref()));
        outcomes.into_iter().try_for_each(|outcome| outcome.check())?;
        extras.iter().try_for_each(Extra::check)?;
        hours.check()
    }
}
