//! [`Calendar`]: when the scheduled runs of a flow start and end, and with which outcome.
//!
//! A run starts at its slot, or when the run before it ends, whichever is later. Runs whose slots are equally far apart and
//! that take equally long are one piece, whose starts have a closed form: with slots `first + i * every`, a duration `d` and
//! the run before the piece ending at `ready`, run `i` starts at `max(first + i * max(every, d), ready + i * d)`. A calendar
//! has as many pieces as the flow has stretches, special outcomes and changes of the default.

use super::book::{Defaults, FlowBook};
use super::outcome::{Durations, NEVER, Outcome, plain_success};
use super::plan::Plan;
use super::shared::Shared;
use crate::base::time::Millis;

/// The times and outcomes of a flow's scheduled runs.
pub(crate) struct Calendar {
    pieces: Vec<Piece>,
    /// The number of the first run.
    first: u64,
}

/// Equally spaced runs with one outcome.
struct Piece {
    /// The number of the first run, and the one behind the last.
    from: u64,
    to: u64,
    /// The first slot, and the distance to the next.
    slot: Millis,
    every: Millis,
    /// When the run before the first one ends.
    ready: Millis,
    /// How long each run takes; [`NEVER`] if it is stuck.
    duration: Millis,
    outcome: Shared<Outcome>,
}

impl Piece {
    fn start(&self, number: u64) -> Millis {
        let place = (number - self.from) as Millis;
        let step = |ms: Millis| place.saturating_mul(ms);
        let on_time = self.slot.saturating_add(step(self.every.max(self.duration)));
        on_time.max(self.ready.saturating_add(step(self.duration)))
    }

    fn end(&self, number: u64) -> Millis {
        self.start(number).saturating_add(self.duration)
    }

    fn last(&self) -> u64 {
        self.to - 1
    }
}

impl Calendar {
    /// The calendar of the flow with that plan. `base` are the durations of runs that set none.
    pub(crate) fn new(
        plan: &Plan, book: Option<&FlowBook>, defaults: &Defaults, base: Durations<Millis>,
    ) -> Self {
        let timeline = &plan.timeline;
        let mut cuts: Vec<u64> = timeline.stretches().iter().map(|stretch| stretch.number).collect();
        cuts.extend(defaults.cuts(plan));
        if let Some(book) = book {
            cuts.extend(book.cuts());
            cuts.retain(|&cut| timeline.stretch_of(cut).is_some());
        }
        cuts.sort_unstable();
        cuts.dedup();
        let mut pieces: Vec<Piece> = Vec::with_capacity(cuts.len());
        let mut ready = Millis::MIN;
        for (index, &from) in cuts.iter().enumerate() {
            let Some(stretch) = timeline.stretch_of(from) else { continue };
            let Some(slot) = timeline.slot(from) else { continue };
            let to = cuts.get(index + 1).map_or(stretch.end(), |&next| next.min(stretch.end()));
            let outcome =
                book.and_then(|book| book.outcome(from)).unwrap_or_else(|| defaults.outcome(plan, slot));
            let start = slot.max(ready);
            let duration = match book.and_then(|book| book.ended(from)) {
                Some(ended) => ended.saturating_sub(start).max(0),
                None => outcome.total(base),
            };
            let piece = Piece { from, to, slot, every: stretch.every, ready, duration, outcome };
            ready = piece.end(piece.last());
            pieces.push(piece);
        }
        Self { pieces, first: timeline.first() }
    }

    /// The number of the first run that is not forgotten.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// When a run starts; [`NEVER`] for one that waits behind a stuck run.
    pub(crate) fn start(&self, number: u64) -> Millis {
        self.piece(number).map_or(NEVER, |piece| piece.start(number))
    }

    /// When a run ends; [`NEVER`] if it is stuck.
    pub(crate) fn end(&self, number: u64) -> Millis {
        self.piece(number).map_or(NEVER, |piece| piece.end(number))
    }

    /// The outcome of a run.
    pub(crate) fn outcome(&self, number: u64) -> Shared<Outcome> {
        self.piece(number).map_or_else(plain_success, |piece| piece.outcome.clone())
    }

    /// The number of the first run that has not started at `now`.
    pub(crate) fn started(&self, now: Millis) -> u64 {
        self.first_not(|piece, number| piece.start(number) <= now)
    }

    /// The number of the first run that has not ended at `now`.
    pub(crate) fn ended(&self, now: Millis) -> u64 {
        self.first_not(|piece, number| piece.end(number) <= now)
    }

    /// The number behind the last run with the outcome that run `number` has because both are in one piece.
    pub(crate) fn piece_of(&self, number: u64) -> (u64, u64) {
        self.piece(number).map_or((number, number + 1), |piece| (piece.from, piece.to))
    }

    /// The first run for which `is` does not hold, which must hold for those before it and no later one.
    fn first_not(&self, is: impl Fn(&Piece, u64) -> bool) -> u64 {
        let index = self.pieces.partition_point(|piece| is(piece, piece.from));
        let Some(piece) = index.checked_sub(1).map(|last| &self.pieces[last]) else { return self.first };
        partition_point(piece.from + 1, piece.to, |number| is(piece, number))
    }

    fn piece(&self, number: u64) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.from <= number);
        self.pieces[..index].last().filter(|piece| number < piece.to)
    }
}

/// The first number from `from` to `to` for which `is` does not hold; `to` if there is none.
pub(super) fn partition_point(mut from: u64, mut to: u64, is: impl Fn(u64) -> bool) -> u64 {
    while from < to {
        let middle = from + (to - from) / 2;
        if is(middle) { from = middle + 1 } else { to = middle }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::runs::plan::tests;
    use crate::services::runs::shape::Shape;

    const MINUTE: Millis = 60_000;

    fn plan() -> Plan {
        Plan::begin(tests::facts(1, Shape::Table), &tests::every(15, 0), 0, true)
    }

    fn lasting(copy: Millis) -> Durations<Millis> {
        Durations { copy, gap: 0, promotion: 0 }
    }

    fn times(calendar: &Calendar) -> Vec<(Millis, Millis)> {
        (0..4).map(|number| (calendar.start(number) / MINUTE, calendar.end(number) / MINUTE)).collect()
    }

    #[test]
    fn a_run_that_outlasts_its_interval_makes_the_next_one_wait() {
        let of =
            |minutes: Millis| Calendar::new(&plan(), None, &Defaults::default(), lasting(minutes * MINUTE));
        assert_eq!(times(&of(5)), [(0, 5), (15, 20), (30, 35), (45, 50)]);
        assert_eq!(times(&of(20)), [(0, 20), (20, 40), (40, 60), (60, 80)]);
        assert_eq!((of(20).started(40 * MINUTE), of(20).ended(40 * MINUTE)), (3, 2));
        assert_eq!((of(5).started(-1), of(5).ended(4 * MINUTE)), (0, 0));
    }

    #[test]
    fn a_long_run_is_followed_by_short_ones_until_they_have_caught_up() {
        let mut book = FlowBook::default();
        let long = Outcome {
            durations: Durations { copy: Some(40 * MINUTE), gap: None, promotion: None },
            ..Outcome::default()
        };
        book.plan_outcome(0, Shared::new(long)).unwrap();
        let calendar = Calendar::new(&plan(), Some(&book), &Defaults::default(), lasting(MINUTE));
        assert_eq!(times(&calendar), [(0, 40), (40, 41), (41, 42), (45, 46)]);
    }

    #[test]
    fn a_stuck_run_holds_up_the_others_until_it_ends() {
        let mut book = FlowBook::default();
        let stuck = Shared::new(Outcome { stuck: true, ..Outcome::default() });
        book.plan_outcome(1, stuck).unwrap();
        let new = |book: &FlowBook| Calendar::new(&plan(), Some(book), &Defaults::default(), lasting(MINUTE));
        let calendar = new(&book);
        assert_eq!((calendar.start(1), calendar.end(1), calendar.start(2)), (15 * MINUTE, NEVER, NEVER));
        assert_eq!((calendar.started(MINUTE * 1_000_000), calendar.ended(NEVER - 1)), (2, 1));
        book.end_scheduled(1, 32 * MINUTE, None).unwrap();
        assert_eq!(times(&new(&book)), [(0, 1), (15, 32), (32, 33), (45, 46)]);
    }
}
