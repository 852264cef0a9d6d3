//! [`Schedule`]: when the runs of a flow are due, read from the flow's JSON.
//!
//! Reference: "When runs happen", "Flow specs" (`scheduleSpec`), "Destinations" (selectors, data set exports). Numbers may be
//! written as strings; a start time is in seconds, from 10^11 on in milliseconds. The caller has checked what the client
//! wrote: a value that cannot be read counts as absent.
//!
//! Decided: a segment export runs as often as its most frequent selector whose end has not passed, from the first start to
//! the last end of its selectors. A selector that follows the evaluation of its segment starts at midnight.

use super::flow_parts::FlowParts;
use super::shape::Shape;
use crate::base::time::{self, Millis};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Reverse;

/// When the runs of a flow are due, whether or not the flow is enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Schedule {
    /// The start time as the client wrote it, in milliseconds; it may be in the past.
    pub(crate) start: Millis,
    pub(crate) rhythm: Rhythm,
    /// Whether the first run reads everything that is there, not only what is new since the start time.
    pub(crate) backfill: bool,
    /// The longer intervals that follow when the rhythm has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) later: Option<[Option<Phase>; Phase::MOST_LATER]>,
}

/// Runs that are due every `ms` milliseconds until `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Phase {
    pub(crate) ms: Millis,
    pub(crate) end: Option<Millis>,
}

impl Phase {
    /// The most that can follow the first: selectors have five frequencies.
    pub(crate) const MOST_LATER: usize = 4;
}

/// How often runs are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) enum Rhythm {
    /// Never: runs are made on demand, or by events.
    Never,
    /// At the start time.
    Once,
    /// At the start time and then every `ms` milliseconds, until `end`.
    Every { ms: Millis, end: Option<Millis> },
}

pub(super) const MINUTE: Millis = 60_000;
pub(super) const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

/// The longest interval: a century.
const LONGEST: Millis = 36_525 * DAY;

impl Schedule {
    /// No run is ever due.
    pub(crate) const NEVER: Self = Self { start: 0, rhythm: Rhythm::Never, backfill: true, later: None };

    /// The intervals at which runs are due, one after the other.
    pub(super) fn phases(&self) -> impl Iterator<Item = Phase> + use<> {
        let first = match self.rhythm {
            Rhythm::Every { ms, end } => Some(Phase { ms, end }),
            Rhythm::Never | Rhythm::Once => None,
        };
        first.into_iter().chain(self.later.into_iter().flatten().flatten())
    }

    /// Whether runs are due again and again.
    pub(crate) fn is_recurring(&self) -> bool {
        matches!(self.rhythm, Rhythm::Every { .. })
    }

    /// The schedule of a flow. `at` stands in for an absent start time.
    pub(super) fn of_flow(flow: &FlowParts<'_>, shape: Shape, at: Millis) -> Self {
        match shape {
            Shape::Streaming => Self::NEVER,
            Shape::StreamingExport => Self::every_clock_hour(at),
            Shape::SegmentExport => Self::of_selectors(flow, at),
            Shape::Table | Shape::Files | Shape::Rest | Shape::DatasetExport => {
                Self::of_params(flow.schedule, shape, at)
            }
        }
    }

    fn of_params(params: &Value, shape: Shape, at: Millis) -> Self {
        let unit = params["frequency"].as_str().or(params["timeUnit"].as_str()).unwrap_or_default();
        let (unit, least) = match unit.to_ascii_lowercase().as_str() {
            "once" => (None, 1),
            "minute" => (Some(MINUTE), 15),
            "hour" => (Some(HOUR), 1),
            "day" => (Some(DAY), 1),
            "week" => (Some(7 * DAY), 1),
            _ => return Self::NEVER,
        };
        let interval = number(&params["interval"]);
        let rhythm = match unit {
            None => Rhythm::Once,
            Some(_) if shape == Shape::DatasetExport && interval == Some(0) => Rhythm::Never, // on demand
            Some(unit) => {
                let interval = interval.filter(|&interval| interval >= 1).unwrap_or(least);
                Rhythm::Every {
                    ms: unit.saturating_mul(interval).min(LONGEST),
                    end: moment(&params["endTime"]),
                }
            }
        };
        let start = moment(&params["startTime"]).unwrap_or(at);
        Self { start, rhythm, backfill: truth(&params["backfill"]).unwrap_or(true), later: None }
    }

    /// The runs of a streaming destination, which are due at every full hour.
    fn every_clock_hour(at: Millis) -> Self {
        let start = at.div_euclid(HOUR).saturating_add(1).saturating_mul(HOUR);
        Self { start, rhythm: Rhythm::Every { ms: HOUR, end: None }, backfill: true, later: None }
    }

    fn of_selectors(flow: &FlowParts<'_>, at: Millis) -> Self {
        let schedules: Vec<Self> =
            flow.selectors().filter_map(|selector| Self::of_selector(selector, at)).collect();
        let Some(start) = schedules.iter().map(|schedule| schedule.start).min() else { return Self::NEVER };
        let mut every: Vec<Phase> = schedules.iter().flat_map(Self::phases).collect();
        // A selector matters until its end if those that last longer run less often.
        every.sort_unstable_by_key(|phase| (Reverse(phase.end.unwrap_or(Millis::MAX)), phase.ms));
        let mut phases: Vec<Phase> = Vec::new();
        for phase in every {
            if phases.last().is_none_or(|longer| phase.ms < longer.ms) {
                phases.push(phase);
            }
        }
        let mut phases = phases.into_iter().rev();
        let Some(Phase { ms, end }) = phases.next() else {
            return Self { start, rhythm: Rhythm::Once, backfill: true, later: None };
        };
        let mut later = [None; Phase::MOST_LATER];
        later.iter_mut().zip(phases).for_each(|(place, phase)| *place = Some(phase));
        let later = later[0].is_some().then_some(later);
        Self { start, rhythm: Rhythm::Every { ms, end }, backfill: true, later }
    }

    fn of_selector(selector: &Value, at: Millis) -> Option<Self> {
        let schedule = &selector["value"]["schedule"];
        let ms = match schedule["frequency"].as_str()? {
            "ONCE" => None,
            "EVERY_3_HOURS" => Some(3 * HOUR),
            "EVERY_6_HOURS" => Some(6 * HOUR),
            "EVERY_8_HOURS" => Some(8 * HOUR),
            "EVERY_12_HOURS" => Some(12 * HOUR),
            _ => Some(DAY),
        };
        let hour = schedule["startTime"].as_str().unwrap_or("00:00");
        let date =
            |key: &str, hour: &str| time::parse(&format!("{}T{hour}:00Z", schedule[key].as_str()?)).ok();
        let start = date("startDate", hour).unwrap_or(at);
        let end = date("endDate", "00:00").map(|midnight| midnight.saturating_add(DAY - 1));
        let rhythm = ms.map_or(Rhythm::Once, |ms| Rhythm::Every { ms, end });
        Some(Self { start, rhythm, backfill: true, later: None })
    }
}

/// A time in seconds, or in milliseconds from 10^11 on.
pub(super) fn moment(value: &Value) -> Option<Millis> {
    const FIRST_IN_MILLISECONDS: i64 = 100_000_000_000;
    let number = number(value)?;
    let ms = if number >= FIRST_IN_MILLISECONDS { number } else { number.saturating_mul(1000) };
    Some(ms.clamp(0, time::LAST))
}

/// An integer, or a string with one.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse::<f64>().ok().map(|number| number as i64),
        _ => value.as_i64().or_else(|| value.as_f64().map(|number| number as i64)),
    }
}

/// A boolean, or a string with one.
pub(super) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::String(text) => text.to_ascii_lowercase().parse().ok(),
        _ => value.as_bool(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::runs::timeline::Timeline;
    use serde_json::json;

    fn batch(params: Value) -> Schedule {
        Schedule::of_flow(&FlowParts::from(&json!({"scheduleParams": params})), Shape::Table, 7)
    }

    #[test]
    fn numbers_may_be_strings_and_start_times_seconds_or_milliseconds() {
        let every = |ms, end| Rhythm::Every { ms, end };
        let schedule = batch(json!({"startTime": "1612310466", "frequency": "minute", "interval": "15"}));
        let expected =
            Schedule { start: 1_612_310_466_000, rhythm: every(15 * MINUTE, None), ..Schedule::NEVER };
        assert_eq!(schedule, expected);
        let schedule = batch(json!({
            "startTime": 1_612_310_466_123_i64, "endTime": 1_612_400_000, "frequency": "week", "interval": 2,
            "backfill": "false",
        }));
        let rhythm = every(14 * DAY, Some(1_612_400_000_000));
        assert_eq!(schedule, Schedule { start: 1_612_310_466_123, rhythm, backfill: false, later: None });
        assert_eq!(batch(json!({"frequency": "once"})).start, 7);
        assert_eq!(batch(json!({})), Schedule::NEVER);
    }

    #[test]
    fn data_set_exports_name_a_unit_and_run_on_demand_with_interval_zero() {
        let export = |params: Value| {
            Schedule::of_flow(&FlowParts::from(&json!({"scheduleParams": params})), Shape::DatasetExport, 0)
                .rhythm
        };
        let every = Rhythm::Every { ms: 3 * HOUR, end: None };
        assert_eq!(export(json!({"interval": 3, "timeUnit": "hour"})), every);
        assert_eq!(export(json!({"interval": 0, "timeUnit": "day"})), Rhythm::Never);
    }

    #[test]
    fn a_segment_export_runs_as_often_as_its_most_frequent_selector() {
        let selector = |schedule: Value| json!({"type": "PLATFORM_SEGMENT", "value": {"schedule": schedule}});
        let selectors = [
            selector(json!({"frequency": "DAILY", "startDate": "2026-01-02", "endDate": "2026-01-03"})),
            selector(json!({
                "frequency": "EVERY_6_HOURS", "startDate": "2026-01-02", "startTime": "06:00", "endDate": "2026-02-01",
            })),
            json!({"value": {"id": "streaming"}}),
        ];
        let flow = json!({"transformations": [{"params": {"segmentSelectors": {"selectors": selectors}}}]});
        let schedule = Schedule::of_flow(&FlowParts::from(&flow), Shape::SegmentExport, 0);
        assert_eq!(schedule.start, time::parse("2026-01-02T00:00:00Z").unwrap());
        let end = time::parse("2026-02-01T23:59:59.999Z").unwrap();
        assert_eq!(schedule.rhythm, Rhythm::Every { ms: 6 * HOUR, end: Some(end) });
        assert_eq!(schedule.later, None);
        assert_eq!(Schedule::of_flow(&FlowParts::from(&json!({})), Shape::SegmentExport, 0), Schedule::NEVER);
    }
    #[test]
    fn a_selector_counts_until_its_end() {
        let selectors = [("EVERY_3_HOURS", "02"), ("EVERY_12_HOURS", "03"), ("DAILY", "05"), ("DAILY", "01")];
        let selectors = selectors.map(|(frequency, day)| {
            let schedule = json!({
                "frequency": frequency, "startDate": "2026-01-01", "endDate": format!("2026-01-{day}"),
            });
            json!({"value": {"schedule": schedule}})
        });
        let flow = json!({"transformations": [{"params": {"segmentSelectors": {"selectors": selectors}}}]});
        let schedule = Schedule::of_flow(&FlowParts::from(&flow), Shape::SegmentExport, 0);
        let phase = |hours: i64, day: &str| {
            let end = time::parse(&format!("2026-01-{day}T23:59:59.999Z")).unwrap();
            Phase { ms: hours * HOUR, end: Some(end) }
        };
        let expected = [phase(3, "02"), phase(12, "03"), phase(24, "05")];
        assert_eq!(schedule.phases().collect::<Vec<_>>(), expected);
        let json = serde_json::to_value(schedule).unwrap();
        assert_eq!(serde_json::from_value::<Schedule>(json).unwrap(), schedule);
        let timeline = Timeline::begin(schedule.start, true, schedule);
        let slots = (0..timeline.len()).filter_map(|number| timeline.slot(number));
        let hours: Vec<i64> = slots.map(|slot| (slot - schedule.start) / HOUR).collect();
        let expected: Vec<i64> = (0..16).map(|number| 3 * number).chain([48, 60, 72, 96]).collect();
        assert_eq!(hours, expected);
    }
}
