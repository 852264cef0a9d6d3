//! [`Extra`]: a run that a call made: on demand, triggered again, or added by a test. [`Hour`]: a clock hour in which events
//! arrived at a streaming flow.

use super::outcome::{Durations, NEVER, Outcome};
use super::schedule::HOUR;
use super::shared::Shared;
use crate::base::time::{self, Millis};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A run that a call made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Extra {
    pub(crate) created: Millis,
    /// When it starts, at `created` or later.
    pub(crate) start: Millis,
    /// The number of scheduled runs that had started when it was made.
    pub(crate) behind: u64,
    pub(crate) outcome: Shared<Outcome>,
    /// The source time that it reads.
    pub(crate) window: (Millis, Millis),
    /// The `params` of the call, as they were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) params: Option<Shared<Value>>,
    /// The user and the client who made it; `None` for the service itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<Shared<(String, String)>>,
    /// When a test ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<Millis>,
    /// The whole run, as a provider has put it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) put: Option<Shared<Put>>,
}

impl Extra {
    /// When it ends; [`NEVER`] if it is stuck.
    pub(crate) fn end(&self, base: Durations<Millis>) -> Millis {
        match self.ended {
            Some(ended) => ended.max(self.start),
            None => match self.outcome.total(base) {
                NEVER => NEVER,
                total => self.start.saturating_add(total),
            },
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let Self { created, start, window, ended, .. } = self;
        let times = [*created, *start, window.0, window.1, ended.unwrap_or(0)];
        if times.into_iter().any(|at| !(0..=time::LAST).contains(&at)) || start < created {
            return Err(
                "a time of a run is outside of the years 1970 to 9999, or it starts before it is made"
                    .to_owned(),
            );
        }
        self.outcome.check()
    }
}

/// A run as a provider has put it. Its members replace those of the projection, except for the stamps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Put {
    pub(crate) at: Millis,
    /// The user and the client who put it.
    pub(crate) by: (String, String),
    /// The number of times that the run was put.
    pub(crate) version: u32,
    pub(crate) members: Map<String, Value>,
}

/// Events of a streaming flow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Events {
    /// The number of ingested events, those with warnings included.
    pub(crate) ok: u64,
    /// The number of refused events.
    pub(crate) failed: u64,
    /// The number of events that were ingested with warnings.
    pub(crate) warnings: u64,
    /// The size of all events.
    pub(crate) bytes: u64,
}

/// A clock hour in which events arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Hour {
    /// The number of hours since 1970.
    pub(crate) number: u64,
    /// When the first event and the last one arrived.
    pub(crate) first: Millis,
    pub(crate) last: Millis,
    pub(crate) events: Events,
    /// The whole run, as a provider has put it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) put: Option<Shared<Put>>,
}

impl Hour {
    /// When the hour began.
    pub(crate) fn start(&self) -> Millis {
        self.number as Millis * HOUR
    }

    /// When the hour was over.
    pub(crate) fn end(&self) -> Millis {
        self.start() + HOUR
    }
}

/// The hours in which events arrived, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hours(Vec<Hour>);

impl Hours {
    /// The most hours that are kept, about two years; the oldest are forgotten.
    const MOST: usize = 20_000;

    /// Adds events that arrived at `at`.
    pub(crate) fn record(&mut self, at: Millis, events: Events) {
        let at = at.clamp(0, time::LAST);
        let number = (at / HOUR) as u64;
        let index = self.0.partition_point(|hour| hour.number < number);
        if self.0.get(index).is_none_or(|hour| hour.number != number) {
            self.0.insert(index, Hour { number, first: at, last: at, events: Events::default(), put: None });
        }
        let hour = &mut self.0[index];
        (hour.first, hour.last) = (hour.first.min(at), hour.last.max(at));
        let Events { ok, failed, warnings, bytes } = &mut hour.events;
        for (sum, added) in
            [(ok, events.ok), (failed, events.failed), (warnings, events.warnings), (bytes, events.bytes)]
        {
            *sum = sum.saturating_add(added).min(super::outcome::LARGEST);
        }
        if self.0.len() > Self::MOST {
            self.0.remove(0);
        }
    }

    pub(crate) fn all(&self) -> &[Hour] {
        &self.0
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut Hour> {
        let index = self.0.binary_search_by_key(&number, |hour| hour.number).ok()?;
        self.0.get_mut(index)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let fits = |hour: &Hour| {
            let Events { ok, failed, warnings, bytes } = hour.events;
            let within = hour.number <= (time::LAST / HOUR) as u64
                && (hour.start()..hour.end()).contains(&hour.first)
                && (hour.first..hour.end()).contains(&hour.last);
            within && [ok, failed, warnings, bytes].into_iter().all(|count| count <= super::outcome::LARGEST)
        };
        let sorted = self.0.is_sorted_by(|one, next| one.number < next.number);
        if self.0.len() > Self::MOST || !sorted || !self.0.iter().all(fits) {
            return Err("the hours of a flow are out of order, too many, or their times lie outside of them"
                .to_owned());
        }
        Ok(())
    }
}
