//! [`Schedule`]: the `scheduleParams` of a flow of a batch source. Reference: "Flows" (checks at creation, PATCH), "More
//! disagreements"; `flows-errors.csv`, 1317-400, 1340-400, 1360-400 to 1364-400, 1393-400, 1397-400.
//!
//! Decided: values are read from numbers and from text, and are stored as they were written. `once` with an `interval`, any
//! interval and a start time in the past are refused with `--strict` alone, since printed calls have them.

use crate::base::error::{Error, ProviderCode, excerpt};
use crate::base::json::kind_of;
use crate::base::time::{self, Millis};
use serde_json::Value;

/// The pointer to the schedule.
pub(super) const POINTER: &str = "/scheduleParams";

/// From this number on, a time is in milliseconds instead of seconds.
const FIRST_IN_MILLISECONDS: f64 = 1e11;

/// How often a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frequency {
    Once,
    Minute,
    Hour,
    Day,
    Week,
}

impl Frequency {
    const ALL: [(&str, Self); 5] = [
        ("once", Self::Once),
        ("minute", Self::Minute),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
    ];

    /// The frequency with that name, in any letter case.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, frequency)| frequency)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    fn least_interval(self) -> f64 {
        if self == Self::Minute { 15.0 } else { 1.0 }
    }
}

/// A schedule that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Schedule {
    pub(crate) frequency: Frequency,
    /// In milliseconds since the epoch.
    pub(crate) start: Millis,
    /// In units of the frequency.
    pub(crate) interval: f64,
    pub(crate) backfill: bool,
    /// The end, in milliseconds since the epoch.
    pub(crate) end: Option<Millis>,
}

/// Which rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// Those of the creation.
    Creation { is_strict: bool, now: Millis },
    /// Those of the result of a PATCH, in which an interval may be left over and the start may have passed.
    Form,
}

impl Schedule {
    /// Reads and checks the schedule of a flow whose spec has one.
    ///
    /// # Errors
    /// FLOW-1100-400 with the codes in the module's documentation.
    pub(super) fn read(json: Option<&Value>, rules: Rules) -> Result<Self, Error> {
        let members = match json {
            Some(Value::Object(members)) if !members.is_empty() => members,
            Some(other) if !other.is_object() => {
                let detail = format!("scheduleParams must be an object, not {}", kind_of(other));
                return Err(Error::bad_request(detail, POINTER));
            }
            _ => {
                let detail = "scheduleParams is absent or empty; a flow of this flow spec needs startTime and frequency";
                return Err(refuse(ProviderCode::ScheduleMissing, detail.to_owned(), ""));
            }
        };
        let frequency = members.get("frequency");
        let named = frequency.and_then(Value::as_str).and_then(Frequency::from_name);
        let frequency = named.ok_or_else(|| {
            let sent = frequency.map_or_else(|| "is absent".to_owned(), |sent| format!("is {}", shown(sent)));
            let detail = format!("scheduleParams.frequency {sent}; it is once, minute, hour, day or week");
            refuse(ProviderCode::FrequencyUnknown, detail, "/frequency")
        })?;
        let start = match members.get("startTime") {
            None => {
                let detail =
                    "scheduleParams.startTime is absent; it is in seconds since the epoch".to_owned();
                return Err(refuse(ProviderCode::ParameterEmpty, detail, "/startTime"));
            }
            Some(start) => time_of(start, "startTime")?,
        };
        let end = members.get("endTime").map(|end| time_of(end, "endTime")).transpose()?;
        let backfill = members.get("backfill").map(backfill_of).transpose()?;
        let interval = members.get("interval");
        if let Rules::Creation { is_strict: true, .. } = rules {
            check_interval(interval, frequency)?;
        }
        if frequency == Frequency::Once && backfill.is_some() {
            let detail =
                "scheduleParams.backfill has no use with the frequency once; leave it out".to_owned();
            return Err(refuse(ProviderCode::BackfillWithOnce, detail, "/backfill"));
        }
        if let Rules::Creation { is_strict: true, now } = rules
            && start < now
        {
            let detail = "scheduleParams.startTime is in the past (--strict)".to_owned();
            return Err(refuse(ProviderCode::StartInPast, detail, "/startTime"));
        }
        let interval = interval.and_then(number_of).filter(|interval| *interval >= 1.0);
        let interval = interval.unwrap_or(frequency.least_interval());
        Ok(Self { frequency, start, interval, backfill: backfill.unwrap_or(true), end })
    }
}

/// Checks the interval as strictly as the catalogue says.
///
/// # Errors
/// FLOW-1100-400 with 1361-400, 1362-400 or 1363-400.
pub(super) fn check_interval(interval: Option<&Value>, frequency: Frequency) -> Result<(), Error> {
    let name = frequency.name();
    let (code, detail) = match (frequency, interval) {
        (Frequency::Once, None) => return Ok(()),
        (Frequency::Once, Some(_)) => (
            ProviderCode::IntervalWithOnce,
            "scheduleParams.interval has no use with the frequency once".to_owned(),
        ),
        (_, interval) => match interval.and_then(number_of) {
            Some(number) if number.fract() == 0.0 && number >= frequency.least_interval() => return Ok(()),
            Some(number) if number.fract() == 0.0 && number != 0.0 => {
                let least = frequency.least_interval();
                let detail =
                    format!("scheduleParams.interval is below {least}, the least with the frequency {name}");
                (ProviderCode::IntervalTooShort, detail)
            }
            _ => {
                let detail = format!(
                    "scheduleParams.interval must be a whole number above 0 with the frequency {name}"
                );
                (ProviderCode::IntervalInvalid, detail)
            }
        },
    };
    Err(refuse(code, detail + " (--strict)", "/interval"))
}

/// FLOW-1100-400 with that code, about the part of the schedule at `pointer`.
pub(super) fn refuse(code: ProviderCode, detail: String, pointer: &str) -> Error {
    Error::provider(code, detail).at(format!("{POINTER}{pointer}"))
}

/// Whether a key of a schedule has the same value in both, in whatever form it is written. An absent `backfill` is `true`.
pub(super) fn is_same(key: &str, one: Option<&Value>, other: Option<&Value>) -> bool {
    let is_equal =
        |same: &dyn Fn(&Value, &Value) -> bool| one.zip(other).is_some_and(|(one, other)| same(one, other));
    let backfill = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some(true),
        Some(value) => truth_of(value),
    };
    one == other
        || match key {
            "startTime" | "endTime" => is_equal(&|one, other| {
                time_of(one, key)
                    .ok()
                    .is_some_and(|time| time_of(other, key).is_ok_and(|other| other == time))
            }),
            "interval" => {
                is_equal(&|one, other| number_of(one).is_some_and(|number| number_of(other) == Some(number)))
            }
            "frequency" => is_equal(&|one, other| {
                let named = |value: &Value| value.as_str().and_then(Frequency::from_name);
                named(one).is_some_and(|frequency| named(other) == Some(frequency))
            }),
            "backfill" => backfill(one).is_some_and(|value| backfill(other) == Some(value)),
            _ => false,
        }
}

/// A number, or a text that is one.
pub(super) fn number_of(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

/// A time, in milliseconds since the epoch.
///
/// # Errors
/// FLOW-1100-400 with 1340-400.
pub(crate) fn time_of(value: &Value, key: &str) -> Result<Millis, Error> {
    let number = number_of(value).filter(|number| *number >= 0.0 && number.fract() == 0.0);
    let at =
        number.map(|number| if number < FIRST_IN_MILLISECONDS { number * 1000.0 } else { number } as Millis);
    at.filter(|at| *at <= time::LAST).ok_or_else(|| {
        let detail = format!("scheduleParams.{key} {} is no time in seconds since the epoch", shown(value));
        refuse(ProviderCode::TimeInvalid, detail, &format!("/{key}"))
    })
}

fn backfill_of(value: &Value) -> Result<bool, Error> {
    truth_of(value).ok_or_else(|| {
        let detail = format!("scheduleParams.backfill must be true or false, not {}", shown(value));
        Error::bad_request(detail, format!("{POINTER}/backfill"))
    })
}

/// A boolean, or a text that is one, in any letter case.
pub(super) fn truth_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// A value in a message.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| excerpt(&value.to_string()), excerpt)
}
