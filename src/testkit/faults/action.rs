//! [`FaultAction`]: what a fault does to a request: who answers, how the answer is damaged, and how long it is delayed.
//!
//! Decided: `error`, `status`, `rateLimit` and `reset` replace the answer of the service, and the request does not reach
//! it, as if a gateway failed; with `"effect": "before"`, the service processes the request and its answer is discarded.
//! Damage (`reset` after bytes, `truncate`, `malformedJson`, `drip`) applies to the answer of the service, or to that of
//! `error` or `status`. A delay comes after the service has processed the request: a client that gives up waiting does
//! not know that its request took effect. The time in state `initializing` counts from the effect.

use super::delay::Delay;
use super::fixed::FixedAnswer;
use super::limiter::{Per, RateLimit};
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::error::OnDemand;
use crate::services::entities::settle::MAX_INITIALIZING_MS;
use serde_json::{Map, Value};
use std::time::Duration;

/// The effect of a fault.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FaultAction {
    pub(super) delay: Option<Delay>,
    /// How long an entity that the request puts into use is `initializing` before it is `enabled`.
    pub(super) initializing_for: Option<Duration>,
    pub(crate) answer: FaultAnswer,
    pub(crate) damage: Option<Damage>,
    pub(super) effect: Option<Effect>,
}

/// The answer to a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum FaultAnswer {
    /// The answer of the service.
    #[default]
    Service,
    /// An error of the catalogue.
    Error(OnDemand),
    /// The answer that the rule spells out.
    Fixed(FixedAnswer),
    /// 429 for requests beyond the limit; for others the answer of the service.
    RateLimit(RateLimit),
    /// None: the connection is reset.
    Reset,
}

/// How an answer is damaged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Damage {
    /// The connection is reset after so many bytes of the body.
    ResetAfter(u64),
    /// The connection is closed after so many bytes of the body, or after half of it. `Content-Length` is that of the whole.
    Truncate(Option<u64>),
    /// The last character of the JSON is missing.
    MalformedJson,
    /// The body is sent at so many bytes per second.
    Drip(u64),
}

/// Whether a request that does not get the service's answer reaches the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// It does: the service processes it before its answer is discarded.
    Before,
    /// It does not.
    None,
}

/// The largest number of bytes in an action, per second or in all.
const MAX_BYTES_PER_SECOND: u64 = 1 << 30;

/// The key of an action for the time in state `initializing`, in milliseconds.
const INITIALIZING_FOR_MS: &str = "initializingForMs";

/// The keys of an action. There may be one of each group.
const ANSWERS: &str = "error, status, rateLimit or reset";
const DAMAGES: &str = "reset with afterBytes, truncate, malformedJson or drip";

impl FaultAction {
    /// Whether the request reaches the service.
    pub(crate) fn reaches_service(&self) -> bool {
        match self.effect {
            Some(effect) => effect == Effect::Before,
            None => self.answer == FaultAnswer::Service,
        }
    }

    /// Whether the client gets the answer of the service as it is, so that later rules apply too.
    pub(super) fn leaves_answer(&self) -> bool {
        self.answer == FaultAnswer::Service && self.damage.is_none()
    }

    /// Checks that the parts fit together.
    ///
    /// # Errors
    /// The reason why they do not.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.leaves_answer() && self.delay.is_none() && self.initializing_for.is_none() {
            let needed = format!("delayMs, {INITIALIZING_FOR_MS}, {ANSWERS}, or {DAMAGES}");
            return Err(format!("does nothing; it needs {needed}"));
        }
        if self.initializing_for.is_some() && !self.reaches_service() {
            return Err(format!(
                "{INITIALIZING_FOR_MS} has no effect on a request that does not reach the service; leave out {ANSWERS}, or \
                 add effect before"
            ));
        }
        if self.answer == FaultAnswer::Service && self.effect == Some(Effect::None) {
            return Err("effect none leaves no answer; add error or status".to_owned());
        }
        if self.answer == FaultAnswer::Reset && self.damage.is_some() {
            return Err("a connection that is reset before the answer leaves nothing to damage".to_owned());
        }
        Ok(())
    }

    /// Reads an action.
    pub(super) fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        let mut members = member.object(problems)?;
        let mut action = Self::default();
        let (mut answers, mut damages) = (Vec::new(), Vec::new());
        if let Some(delay) = members.take("delayMs") {
            action.delay = Delay::read(delay, problems);
        }
        if let Some(initializing_for) = members.take(INITIALIZING_FOR_MS) {
            let ms = initializing_for.whole(0..=MAX_INITIALIZING_MS, problems);
            action.initializing_for = Some(Duration::from_millis(ms.unwrap_or_default()));
        }
        if let Some(error) = members.take("error") {
            answers.push(read_error(&error, problems).map(FaultAnswer::Error));
        }
        let (status, headers, body) = (members.take("status"), members.take("headers"), members.take("body"));
        match status {
            Some(status) => {
                answers.push(FixedAnswer::read(status, headers, body, problems).map(FaultAnswer::Fixed));
            }
            None => {
                for member in [headers, body].into_iter().flatten() {
                    member.refuse::<()>("needs status", problems);
                }
            }
        }
        if let Some(limit) = members.take("rateLimit") {
            answers.push(RateLimit::read(limit, problems).map(FaultAnswer::RateLimit));
        }
        match members.take("reset") {
            Some(reset) if reset.value().is_object() => {
                damages.push(read_bytes(reset, "afterBytes", 0, problems).map(Damage::ResetAfter));
            }
            Some(reset) => answers.push(reset.switch(problems).map(|()| FaultAnswer::Reset)),
            None => {}
        }
        if let Some(truncate) = members.take("truncate") {
            damages.push(if truncate.value().is_object() {
                read_bytes(truncate, "afterBytes", 0, problems).map(|bytes| Damage::Truncate(Some(bytes)))
            } else {
                truncate.switch(problems).map(|()| Damage::Truncate(None))
            });
        }
        if let Some(malformed) = members.take("malformedJson") {
            damages.push(malformed.switch(problems).map(|()| Damage::MalformedJson));
        }
        if let Some(drip) = members.take("drip") {
            damages.push(read_bytes(drip, "bytesPerSecond", 1, problems).map(Damage::Drip));
        }
        let effects = [("before", Effect::Before), ("none", Effect::None)];
        action.effect = members.take("effect").and_then(|member| member.one_of(&effects, problems));
        members.end(problems);
        for (found, known) in [(answers.len(), ANSWERS), (damages.len(), DAMAGES)] {
            if found > 1 {
                return members.refuse(format!("has more than one of {known}"), problems);
            }
        }
        // Whether the parts fit together is only checked if all of them could be read.
        if let Some(answer) = answers.pop() {
            action.answer = answer?;
        }
        if let Some(damage) = damages.pop() {
            action.damage = Some(damage?);
        }
        match action.check() {
            Ok(()) => Some(action),
            Err(reason) => members.refuse(reason, problems),
        }
    }

    /// The document that [`FaultAction::read`] reads.
    pub(super) fn document(&self) -> Value {
        let mut members = Map::new();
        let mut add = |key: &str, value: Value| members.insert(key.to_owned(), value);
        if let Some(delay) = self.delay {
            add("delayMs", delay.document());
        }
        if let Some(initializing_for) = self.initializing_for {
            add(INITIALIZING_FOR_MS, (initializing_for.as_millis() as u64).into());
        }
        match &self.answer {
            FaultAnswer::Service => {}
            FaultAnswer::Error(error) => _ = add("error", error.name().into()),
            FaultAnswer::Fixed(fixed) => {
                add("status", fixed.status.as_u16().into());
                if !fixed.headers.is_empty() {
                    add("headers", fixed.headers_document());
                }
                if let Some(body) = &fixed.body {
                    add("body", body.clone());
                }
            }
            FaultAnswer::RateLimit(limit) => _ = add("rateLimit", limit.document()),
            FaultAnswer::Reset => _ = add("reset", true.into()),
        }
        let object = |key: &str, value: u64| Value::Object(Map::from_iter([(key.to_owned(), value.into())]));
        match self.damage {
            None => {}
            Some(Damage::ResetAfter(bytes)) => _ = add("reset", object("afterBytes", bytes)),
            Some(Damage::Truncate(None)) => _ = add("truncate", true.into()),
            Some(Damage::Truncate(Some(bytes))) => _ = add("truncate", object("afterBytes", bytes)),
            Some(Damage::MalformedJson) => _ = add("malformedJson", true.into()),
            Some(Damage::Drip(bytes)) => _ = add("drip", object("bytesPerSecond", bytes)),
        }
        match self.effect {
            None => {}
            Some(Effect::Before) => _ = add("effect", "before".into()),
            Some(Effect::None) => _ = add("effect", "none".into()),
        }
        members.into()
    }
}

/// The time in state `initializing`, in whole milliseconds and at most an hour.
pub(super) fn initializing_for(time: Duration) -> Duration {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(ms.min(MAX_INITIALIZING_MS))
}

impl Damage {
    pub(super) fn drip(bytes_per_second: u64) -> Self {
        Self::Drip(bytes_per_second.clamp(1, MAX_BYTES_PER_SECOND))
    }
}

impl FaultAnswer {
    pub(super) fn rate_limit(per_second: f64, per: Per) -> Self {
        Self::RateLimit(RateLimit::new(per_second, per))
    }
}

/// The error called `name`.
///
/// # Errors
/// If there is none, a sentence that says where to find the names.
pub(crate) fn on_demand(name: &str) -> Result<OnDemand, String> {
    OnDemand::from_name(name).ok_or_else(|| {
        "is not one of the errors; GET /_flowmock/errors lists them, each with its onDemand name".to_owned()
    })
}

/// Reads the name of an error.
fn read_error(member: &Member<'_>, problems: &mut Problems) -> Option<OnDemand> {
    let status = match member.value() {
        Value::Number(number) => number.as_u64(),
        Value::String(name) => name.parse().ok(),
        _ => None,
    };
    if let Some(status @ 200..=599) = status {
        let remedy = format!("for a response with that status alone, write \"status\": {status}");
        return member.refuse(format!("must be the name of an error, not a status; {remedy}"), problems);
    }
    let name = member.text(problems)?;
    member.check(on_demand(name), problems)
}

/// Reads an object whose only key is a number of bytes.
fn read_bytes(member: Member<'_>, key: &'static str, least: u64, problems: &mut Problems) -> Option<u64> {
    let mut members = member.object(problems)?;
    let bytes = members.required(key, problems);
    members.end(problems);
    bytes?.whole(least..=MAX_BYTES_PER_SECOND, problems)
}
