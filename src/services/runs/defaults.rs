//! [`Defaults`]: the outcomes of a sandbox's runs for which nothing else is set.

use super::full::{Full, room};
use super::outcome::{Durations, Outcome, plain_success};
use super::plan::Plan;
use super::shared::Shared;
use crate::base::time::Millis;
use serde::{Deserialize, Serialize};

/// The outcomes of a sandbox's runs for which nothing else is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Defaults {
    /// The number of changes so far.
    generation: u64,
    changes: Vec<Change>,
}

/// A change of the default outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    at: Millis,
    generation: u64,
    outcome: Shared<Outcome>,
}

impl Defaults {
    const MOST_CHANGES: usize = 1000;

    /// The number of changes so far.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Sets the outcome of runs whose slots come after `now`, and of flows that are created from now on.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn set(&mut self, now: Millis, outcome: Shared<Outcome>) -> Result<(), Full> {
        self.changes.retain(|change| change.at <= now); // later ones are left if the clock was set back
        room(self.changes.len(), Self::MOST_CHANGES, "changes of a sandbox's default outcome")?;
        self.generation += 1;
        self.changes.push(Change { at: now, generation: self.generation, outcome });
        Ok(())
    }

    /// The outcome that applies now.
    pub(crate) fn current(&self) -> Shared<Outcome> {
        self.changes.last().map_or_else(plain_success, |change| change.outcome.clone())
    }

    /// Whether no outcome was ever set.
    pub(crate) fn is_empty(&self) -> bool {
        self.generation == 0
    }

    /// The longest time that a run takes with one of them; 0 if none was ever set.
    pub(super) fn longest(&self, base: Durations<Millis>) -> Millis {
        self.changes.iter().map(|change| change.outcome.total(base)).max().unwrap_or(0)
    }

    /// The outcome of a flow's run in that slot.
    pub(super) fn outcome(&self, plan: &Plan, slot: Millis) -> Shared<Outcome> {
        let applies = |change: &Change| {
            change.at < slot || (change.at == slot && change.generation <= plan.facts.generation)
        };
        let index = self.changes.partition_point(applies);
        self.changes[..index].last().map_or_else(plain_success, |change| change.outcome.clone())
    }

    /// The numbers of the flow's runs at which the default changes.
    pub(super) fn cuts(&self, plan: &Plan) -> impl Iterator<Item = u64> {
        self.changes
            .iter()
            .map(|change| plan.timeline.first_behind(change.at, change.generation <= plan.facts.generation))
    }

    /// Checks the defaults in a state document.
    ///
    /// # Errors
    /// The first thing that is out of bounds, as a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let order = |one: &Change, next: &Change| (one.at, one.generation) < (next.at, next.generation);
        let last = self.changes.last().map_or(0, |change| change.generation);
        if self.changes.len() > Self::MOST_CHANGES
            || !self.changes.is_sorted_by(order)
            || last > self.generation
            || self.generation > 1 << 53
        {
            return Err("the changes of the default outcome are out of order, or too many".to_owned());
        }
        self.changes.iter().try_for_each(|change| change.outcome.check())
    }
}
