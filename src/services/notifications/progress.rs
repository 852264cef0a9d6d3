//! [`Progress`]: up to where the events of a flow's runs were looked at.
//!
//! The runs of a flow are numbered, and start and end in the order of their numbers, so two numbers say which scheduled runs
//! have started and ended. What lies between them and the numbers of a later look has happened since, exactly once, whatever
//! was looked at in between. Nothing is walked but the runs that calls have made.

use super::event::RunEvent;
use crate::base::time::Millis;
use crate::services::runs::flow_runs::FlowRuns;
use crate::services::runs::outcome::NEVER;
use crate::services::runs::run_id::{Class, RunId};
use std::ops::Range;

/// Up to where the events of a flow's runs were looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    /// The number of the first scheduled run that has not started, and that has not ended.
    started: u64,
    ended: u64,
    /// How far each run is that a call made; the index is its number.
    extras: Vec<Stage>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It is not there, or waits for its time.
    Waiting,
    Started,
    Ended,
}

/// The events of a flow between two looks.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Due {
    /// The numbers of the scheduled runs that started and that ended.
    pub(crate) starts: Range<u64>,
    pub(crate) ends: Range<u64>,
    /// The events of runs that calls made, in their order.
    pub(crate) extras: Vec<RunEvent>,
}

impl Due {
    /// Whether nothing happened.
    pub(crate) fn is_empty(&self) -> bool {
        self.starts.is_empty() && self.ends.is_empty() && self.extras.is_empty()
    }
}

impl Progress {
    /// The progress at the moment of `runs`: everything up to then is past.
    pub(crate) fn at(runs: &FlowRuns) -> Self {
        let started = runs.started();
        let stages = (0..extras(runs)).map(|number| stage(runs, number).0);
        Self { started, ended: ended(runs), extras: stages.collect() }
    }

    /// Goes on to the moment of `runs`; returns what has happened in between.
    pub(crate) fn advance(&mut self, runs: &FlowRuns) -> Due {
        let (started, ended) = (runs.started(), ended(runs));
        let first = runs.calendar.first();
        let mut due = Due {
            starts: self.started.max(first)..started,
            ends: self.ended.max(first)..ended,
            extras: Vec::new(),
        };
        (self.started, self.ended) = (self.started.max(started), self.ended.max(ended));
        self.extras.resize(extras(runs).max(self.extras.len() as u64) as usize, Stage::Waiting);
        for (number, seen) in (0..).zip(&mut self.extras).filter(|(_, seen)| **seen != Stage::Ended) {
            let (now, start, end) = stage(runs, number);
            let run = RunId { flow: runs.tag(), class: Class::Extra, number };
            if *seen < Stage::Started && now >= Stage::Started {
                due.extras.push(RunEvent { at: start, run, ends: false });
            }
            if now == Stage::Ended {
                due.extras.push(RunEvent { at: end, run, ends: true });
            }
            *seen = now.max(*seen);
        }
        due.extras.sort_unstable();
        due
    }

    /// Goes back to the moment of `runs`, since the clock was set back: what falls due again happens again.
    pub(crate) fn rewind(&mut self, runs: &FlowRuns) {
        let then = Self::at(runs);
        self.started = self.started.min(then.started);
        self.ended = self.ended.min(then.ended);
        self.extras.truncate(then.extras.len());
        for (seen, then) in self.extras.iter_mut().zip(then.extras) {
            *seen = then.min(*seen);
        }
    }

    /// When the next event of the flow falls due, if nothing changes; [`NEVER`] if there is none.
    pub(crate) fn next(&self, runs: &FlowRuns) -> Millis {
        let scheduled = runs.calendar.start(self.started).min(runs.calendar.end(self.ended));
        let extras = (0..).zip(&self.extras).filter_map(|(number, seen)| {
            let run = runs.get(Class::Extra, number)?;
            match seen {
                Stage::Waiting => Some(run.start),
                Stage::Started => Some(run.end),
                Stage::Ended => None,
            }
        });
        extras.fold(scheduled, Millis::min)
    }
}

/// The number of the first scheduled run that has not ended.
fn ended(runs: &FlowRuns) -> u64 {
    runs.calendar.ended(runs.now).min(runs.started())
}

/// The number of runs that calls made.
fn extras(runs: &FlowRuns) -> u64 {
    runs.book.as_ref().map_or(0, |book| book.extras().len() as u64)
}

/// How far a run is that a call made, and when it starts and ends.
fn stage(runs: &FlowRuns, number: u64) -> (Stage, Millis, Millis) {
    match runs.get(Class::Extra, number) {
        None => (Stage::Waiting, NEVER, NEVER),
        Some(run) if run.end <= runs.now => (Stage::Ended, run.start, run.end),
        Some(run) if run.start <= runs.now => (Stage::Started, run.start, run.end),
        Some(run) => (Stage::Waiting, run.start, run.end),
    }
}
