//! [`Merged`]: the runs of several flows as one list, newest or oldest first, from any place on. The runs of a flow are not
//! looked at before the list comes to them, if the place of the first is known without.

use super::flow_runs::{FlowRuns, Place, Row, SortTime};
use crate::store::Direction;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::ops::Range;

/// The runs of several flows, by index.
pub(crate) trait Flows {
    /// The number of flows.
    fn len(&self) -> usize;

    /// The runs of a flow.
    fn get(&self, index: usize) -> &FlowRuns;

    /// The place of the flow's first run behind `after`, if it is known without the flow's runs.
    fn first(&self, index: usize, by: SortTime, direction: Direction, after: Option<Place>) -> First;
}

/// The place of a flow's first run in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// Only the flow's runs tell.
    Unknown,
    /// The flow has no run there.
    None,
    At(Place),
}

impl Flows for [FlowRuns] {
    fn len(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> &FlowRuns {
        &self[index]
    }

    fn first(&self, _: usize, _: SortTime, _: Direction, _: Option<Place>) -> First {
        First::Unknown
    }
}

/// A walk through the runs of several flows.
pub(crate) struct Merged<'a, F: ?Sized> {
    flows: &'a F,
    by: SortTime,
    direction: Direction,
    after: Option<Place>,
    heads: BinaryHeap<Head>,
}

/// The next run of a row, or of a flow whose rows have not been made.
struct Head {
    place: Place,
    descending: bool,
    flow: usize,
    /// With the index of the run.
    row: Option<(Row, u64)>,
}

impl<'a, F: Flows + ?Sized> Merged<'a, F> {
    /// The runs behind `after`, or all of them. Costs the number of flows.
    pub(crate) fn new(flows: &'a F, by: SortTime, direction: Direction, after: Option<Place>) -> Self {
        let mut merged = Self { flows, by, direction, after, heads: BinaryHeap::new() };
        let descending = direction == Direction::Descending;
        let mut known = Vec::new();
        for flow in 0..flows.len() {
            match flows.first(flow, by, direction, after) {
                First::Unknown => merged.add_rows(flow),
                First::None => {}
                First::At(place) => known.push(Head { place, descending, flow, row: None }),
            }
        }
        merged.heads.extend(known);
        merged.settle();
        merged
    }

    /// Adds the rows of a flow.
    fn add_rows(&mut self, flow: usize) {
        let runs = self.flows.get(flow);
        let (direction, after) = (self.direction, self.after);
        let heads = runs.rows(self.by).into_iter().filter_map(|row| {
            let index = match (direction, after) {
                (Direction::Ascending, None) => 0,
                (Direction::Ascending, Some(place)) => row.before(runs, place, true),
                (Direction::Descending, None) => row.len().checked_sub(1)?,
                (Direction::Descending, Some(place)) => row.before(runs, place, false).checked_sub(1)?,
            };
            let place = row.place(runs, index)?;
            let descending = direction == Direction::Descending;
            Some(Head { place, descending, flow, row: Some((row, index)) })
        });
        self.heads.extend(heads);
    }

    /// Makes the rows of flows until the next run is in a row.
    fn settle(&mut self) {
        while self.heads.peek().is_some_and(|head| head.row.is_none()) {
            if let Some(Head { flow, .. }) = self.heads.pop() {
                self.add_rows(flow);
            }
        }
    }

    /// The next run: its flow, as an index, and its place.
    pub(crate) fn peek(&self) -> Option<(usize, Place)> {
        self.heads.peek().map(|head| (head.flow, head.place))
    }

    /// Goes on behind the next run and, if its number is among `alike`, the others of its row with these numbers, which must
    /// stand beside it. Returns the number of runs that it passed.
    pub(crate) fn advance(&mut self, alike: Range<u64>) -> u64 {
        let passed = self.pass(alike);
        self.settle();
        passed
    }

    fn pass(&mut self, alike: Range<u64>) -> u64 {
        let Some(mut head) = self.heads.peek_mut() else { return 0 };
        let (number, flow) = (head.place.id.number, head.flow);
        let (before, behind) = match alike.contains(&number) {
            true => (number - alike.start, alike.end - number),
            false => (0, 1),
        };
        let passed = if self.direction == Direction::Ascending { behind } else { before + 1 };
        let next = head.row.as_ref().and_then(|(row, index)| {
            let index = match self.direction {
                Direction::Ascending => index.checked_add(passed),
                Direction::Descending => index.checked_sub(passed),
            }?;
            Some((index, row.place(self.flows.get(flow), index)?))
        });
        match (next, &mut head.row) {
            (Some((next, place)), Some((_, index))) => {
                *index = next;
                head.place = place;
            }
            _ => _ = PeekMut::pop(head),
        }
        passed
    }
}

/// The flow, as an index, and the run's place.
impl<F: Flows + ?Sized> Iterator for Merged<'_, F> {
    type Item = (usize, Place);

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.peek()?;
        self.advance(0..0);
        Some(item)
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.place.cmp(&other.place);
        if self.descending { order } else { order.reverse() }
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Head {}
