//! [`Merged`]: the runs of several flows as one list, newest or oldest first, from any place on.

use super::flow_runs::{FlowRuns, Place, Row, SortTime};
use crate::store::Direction;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

/// A walk through the runs of several flows.
pub(crate) struct Merged<'a> {
    flows: &'a [FlowRuns],
    direction: Direction,
    heads: BinaryHeap<Head>,
}

/// The next run of a row.
struct Head {
    place: Place,
    descending: bool,
    flow: usize,
    row: Row,
    index: u64,
}

impl<'a> Merged<'a> {
    /// The runs behind `after`, or all of them. Costs the number of flows.
    pub(crate) fn new(
        flows: &'a [FlowRuns], by: SortTime, direction: Direction, after: Option<Place>,
    ) -> Self {
        let rows = flows.iter().enumerate().flat_map(|(flow, runs)| runs.rows(by).map(|row| (flow, row)));
        let heads = rows.filter_map(|(flow, row)| {
            let runs = &flows[flow];
            let index = match (direction, after) {
                (Direction::Ascending, None) => 0,
                (Direction::Ascending, Some(place)) => row.before(runs, place, true),
                (Direction::Descending, None) => row.len().checked_sub(1)?,
                (Direction::Descending, Some(place)) => row.before(runs, place, false).checked_sub(1)?,
            };
            let place = row.place(runs, index)?;
            Some(Head { place, descending: direction == Direction::Descending, flow, row, index })
        });
        Self { flows, direction, heads: heads.collect() }
    }
}

impl Merged<'_> {
    /// The next run: its flow, as an index, and its place.
    pub(crate) fn peek(&self) -> Option<(usize, Place)> {
        self.heads.peek().map(|head| (head.flow, head.place))
    }

    /// Goes on behind the next run and, if its number is among `alike`, the others of its row with these numbers, which must
    /// stand beside it.
    pub(crate) fn advance(&mut self, alike: Range<u64>) {
        let Some(mut head) = self.heads.peek_mut() else { return };
        let number = head.place.id.number;
        let (before, behind) = match alike.contains(&number) {
            true => (number - alike.start, alike.end - number),
            false => (0, 1),
        };
        let next = match self.direction {
            Direction::Ascending => head.index.checked_add(behind),
            Direction::Descending => head.index.checked_sub(before + 1),
        };
        let runs = &self.flows[head.flow];
        match next.and_then(|index| Some((index, head.row.place(runs, index)?))) {
            Some((index, place)) => (head.index, head.place) = (index, place),
            None => {
                std::collections::binary_heap::PeekMut::pop(head);
            }
        }
    }
}

/// The flow, as an index, and the run's place.
impl Iterator for Merged<'_> {
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
