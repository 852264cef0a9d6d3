//! The newest of many events. Reading them costs their number, however many others there are.

use super::event::RunEvent;
use super::progress::Due;
use crate::services::runs::flow_runs::FlowRuns;
use crate::services::runs::run_id::{Class, RunId};
use std::collections::BinaryHeap;
use std::ops::Range;

/// A flow with events, and which of them are wanted.
pub(crate) struct Happened {
    pub(crate) runs: FlowRuns,
    pub(crate) due: Due,
    pub(crate) wants_starts: bool,
    pub(crate) wants_ends: bool,
}

impl Happened {
    /// The numbers of the runs whose start or end is wanted.
    fn wanted(&self, ends: bool) -> Range<u64> {
        match (ends, self.wants_starts, self.wants_ends) {
            (false, true, _) => self.due.starts.clone(),
            (true, _, true) => self.due.ends.clone(),
            _ => 0..0,
        }
    }

    fn wanted_extras(&self) -> impl DoubleEndedIterator<Item = RunEvent> {
        self.due
            .extras
            .iter()
            .copied()
            .filter(|event| if event.ends { self.wants_ends } else { self.wants_starts })
    }

    /// The start or the end of a scheduled run.
    fn event(&self, number: u64, ends: bool) -> RunEvent {
        let at = if ends { self.runs.calendar.end(number) } else { self.runs.calendar.start(number) };
        RunEvent { at, run: RunId { flow: self.runs.tag(), class: Class::Scheduled, number }, ends }
    }
}

/// The newest `most` of all events, oldest first, each with its flow as an index; and how many older ones there are.
pub(crate) fn newest(flows: &[Happened], most: usize) -> (Vec<(usize, RunEvent)>, u64) {
    // The last event of each row: the starts and the ends of scheduled runs of each flow, and the events of other runs.
    let mut heads: BinaryHeap<(RunEvent, usize, Row)> = BinaryHeap::new();
    let mut count = 0;
    for (index, flow) in flows.iter().enumerate() {
        for ends in [false, true] {
            let numbers = flow.wanted(ends);
            count += numbers.end.saturating_sub(numbers.start);
            if let Some(last) = numbers.clone().next_back() {
                heads.push((flow.event(last, ends), index, Row::Scheduled(numbers.start)));
            }
        }
        for event in flow.wanted_extras() {
            count += 1;
            heads.push((event, index, Row::Single));
        }
    }
    let mut events = Vec::new();
    while events.len() < most {
        let Some((event, index, row)) = heads.pop() else { break };
        events.push((index, event));
        if let Row::Scheduled(first) = row
            && event.run.number > first
        {
            heads.push((flows[index].event(event.run.number - 1, event.ends), index, row));
        }
    }
    events.reverse();
    let skipped = count - events.len() as u64;
    (events, skipped)
}

/// Where an event comes from.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Row {
    /// Scheduled runs from this number on.
    Scheduled(u64),
    Single,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Millis;
    use crate::services::notifications::progress::Progress;
    use crate::services::runs::book::FlowBook;
    use crate::services::runs::outcome::{Durations, Outcome};
    use crate::services::runs::plan::{Plan, tests};
    use crate::services::runs::shape::Shape;
    use crate::services::runs::shared::Shared;
    use proptest::prelude::*;
    use std::sync::Arc;

    const MINUTE: Millis = 60_000;

    fn runs(flow: u128, book: &FlowBook, minutes: Millis, now: Millis) -> FlowRuns {
        let plan = Plan::begin(tests::facts(flow, Shape::Table), &tests::every(15, 0), 0, true);
        let base = Durations { copy: minutes * MINUTE, gap: 0, promotion: 0 };
        FlowRuns::new(Arc::new(plan), Some(Arc::new(book.clone())), &Default::default(), base, now, None)
    }

    fn happened(runs: FlowRuns, progress: &mut Progress) -> Happened {
        let due = progress.advance(&runs);
        Happened { runs, due, wants_starts: true, wants_ends: true }
    }

    fn told(events: &[(usize, RunEvent)]) -> Vec<(usize, Millis, u64, bool)> {
        events.iter().map(|(flow, event)| (*flow, event.at / MINUTE, event.run.number, event.ends)).collect()
    }

    #[test]
    fn the_newest_events_of_two_years_are_read_without_the_others() {
        let two_years = 2 * 365 * 24 * 60 * MINUTE;
        let flow = happened(runs(1, &FlowBook::default(), 5, two_years), &mut Progress::default());
        let (events, skipped) = newest(&[flow], 3);
        let last = (two_years / MINUTE / 15) as u64;
        let at = two_years / MINUTE;
        assert_eq!(
            told(&events),
            [(0, at - 15, last - 1, false), (0, at - 10, last - 1, true), (0, at, last, false)]
        );
        assert_eq!(skipped, 2 * last - 2);
    }

    #[test]
    fn a_run_that_ends_comes_before_its_successor() {
        let flow = happened(runs(1, &FlowBook::default(), 15, 15 * MINUTE), &mut Progress::default());
        let (events, skipped) = newest(&[flow], 100);
        assert_eq!(told(&events), [(0, 0, 0, false), (0, 15, 0, true), (0, 15, 1, false)]);
        assert_eq!(skipped, 0);
    }

    #[test]
    fn a_stuck_run_ends_when_a_test_ends_it() {
        let mut book = FlowBook::default();
        book.plan_outcome(1, Shared::new(Outcome { stuck: true, ..Outcome::default() })).unwrap();
        let mut progress = Progress::at(&runs(1, &book, 1, 14 * MINUTE));
        let stuck = happened(runs(1, &book, 1, 50 * MINUTE), &mut progress);
        assert_eq!(told(&newest(&[stuck], 100).0), [(0, 15, 1, false)]);
        book.end_scheduled(1, 50 * MINUTE, None).unwrap();
        let ended = happened(runs(1, &book, 1, 50 * MINUTE), &mut progress);
        assert_eq!(told(&newest(&[ended], 100).0), [(0, 50, 1, true), (0, 50, 2, false)]);
        assert!(progress.advance(&runs(1, &book, 1, 50 * MINUTE)).is_empty());
    }

    proptest! {
        #[test]
        fn whoever_looks_often_is_told_the_same_as_whoever_looks_once(
            looks in prop::collection::vec(0..400_i64, 0..20), minutes in 0..40_i64,
        ) {
            let mut looks = looks;
            looks.push(400);
            looks.sort_unstable();
            let book = FlowBook::default();
            let at = |minute: Millis| [1, 2].map(|flow| runs(flow, &book, minutes, minute * MINUTE));
            let mut often = [Progress::default(), Progress::default()];
            let mut told_often = Vec::new();
            for minute in looks {
                let mut flows = Vec::new();
                for (runs, progress) in at(minute).into_iter().zip(&mut often) {
                    flows.push(happened(runs, progress));
                }
                told_often.extend(told(&newest(&flows, usize::MAX).0));
            }
            let once: Vec<_> = at(400).into_iter().map(|runs| happened(runs, &mut Progress::default())).collect();
            prop_assert_eq!(told_often, told(&newest(&once, usize::MAX).0));
        }

        #[test]
        fn no_event_comes_before_the_next_that_was_announced(look in 0..400_i64, minutes in 0..40_i64) {
            let book = FlowBook::default();
            let now = runs(1, &book, minutes, look * MINUTE);
            let mut progress = Progress::at(&now);
            let next = progress.next(&now);
            prop_assert!(next > now.now);
            prop_assert!(progress.advance(&runs(1, &book, minutes, next - 1)).is_empty());
            prop_assert!(!progress.advance(&runs(1, &book, minutes, next)).is_empty());
        }
    }
}
