//! [`Action`]: what a fault does. Three things that combine: who gives the answer, what happens to it on its way, and how
//! long it is held back.
//!
//! Decided: what takes the place of an answer (`error`, `status`, `rateLimit`, `reset`) keeps the request from the
//! service, as a gateway that fails does; `"effect": "before"` has the service do its work first, and throws its answer
//! away. What damages an answer (`reset` after bytes, `truncate`, `malformedJson`, `drip`) needs one to damage, the
//! service's unless `error` or `status` gives it. A delay holds the answer back when the service has done its work: a
//! client that gives up waiting does not know that its request took effect.

use super::delay::Delay;
use super::limiter::{Per, RateLimit};
use crate::base::error::OnDemand;
use crate::base::headers;
use crate::testkit::expectation::{Member, Problems};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use std::fmt;

/// What a fault does.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Action {
    pub(super) delay: Option<Delay>,
    pub(crate) answer: Answer,
    pub(crate) damage: Option<Damage>,
    pub(super) effect: Option<Effect>,
}

/// Who gives the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Answer {
    /// The service.
    #[default]
    Service,
    /// An error of the catalogue.
    Error(OnDemand),
    /// This.
    Fixed(Fixed),
    /// 429 for those who send too much; the service for the others.
    RateLimit(RateLimit),
    /// Nobody: the connection is reset.
    Reset,
}

/// An answer that a rule spells out.
#[derive(Clone, PartialEq)]
pub(crate) struct Fixed {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<Value>,
}

/// What happens to an answer on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Damage {
    /// The connection is reset behind so many bytes of the body.
    ResetAfter(u64),
    /// The connection is closed behind so many bytes of the body, or behind half of it; the head announces all.
    Truncate(Option<u64>),
    /// The JSON lacks its last character.
    MalformedJson,
    /// So many bytes of the body a second.
    Drip(u64),
}

/// Whether a request that does not get the service's answer reaches the service all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// It does: what it asks for is done before the answer is lost.
    Before,
    /// It does not: nothing changes.
    None,
}

/// How many headers a rule may answer with.
const MAX_HEADERS: usize = 50;
/// The most bytes a second that a body drips with.
const MAX_BYTES_PER_SECOND: u64 = 1 << 30;

/// What an action is, in a document; of the first row there may be one, and of the second.
const ANSWERS: &str = "error, status, rateLimit or reset";
const DAMAGES: &str = "reset with afterBytes, truncate, malformedJson or drip";

impl Action {
    /// Whether the service is asked for an answer.
    pub(crate) fn reaches_service(&self) -> bool {
        match self.effect {
            Some(effect) => effect == Effect::Before,
            None => self.answer == Answer::Service,
        }
    }

    /// Whether later rules are asked too: this one only takes its time.
    pub(super) fn only_delays(&self) -> bool {
        self.answer == Answer::Service && self.damage.is_none()
    }

    /// # Errors
    /// What is wrong with the parts together.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.only_delays() && self.delay.is_none() {
            return Err(format!("does nothing; it needs delayMs, {ANSWERS}, or {DAMAGES}"));
        }
        if self.answer == Answer::Service && self.effect == Some(Effect::None) {
            return Err("effect none leaves no answer; add error or status".to_owned());
        }
        if self.answer == Answer::Reset && self.damage.is_some() {
            return Err("a connection that is reset before the answer leaves nothing to damage".to_owned());
        }
        Ok(())
    }

    pub(super) fn read(member: &Member<'_>, problems: &mut Problems) -> Option<Self> {
        let mut members = member.object(problems)?;
        let mut action = Self::default();
        let (mut answers, mut damages) = (Vec::new(), Vec::new());
        if let Some(delay) = members.take("delayMs") {
            action.delay = Delay::read(&delay, problems);
        }
        if let Some(error) = members.take("error") {
            answers.push(
                error
                    .text(problems)
                    .and_then(|name| error.check(on_demand(name), problems))
                    .map(Answer::Error),
            );
        }
        let (status, headers, body) = (members.take("status"), members.take("headers"), members.take("body"));
        match status {
            Some(status) => {
                answers
                    .push(Fixed::read(&status, headers.as_ref(), body.as_ref(), problems).map(Answer::Fixed));
            }
            None => {
                for member in [headers, body].into_iter().flatten() {
                    member.refuse::<()>("goes with status", problems);
                }
            }
        }
        if let Some(limit) = members.take("rateLimit") {
            answers.push(RateLimit::read(&limit, problems).map(Answer::RateLimit));
        }
        if let Some(reset) = members.take("reset") {
            match reset.value {
                Value::Object(_) => {
                    damages.push(bytes(&reset, "afterBytes", 0, problems).map(Damage::ResetAfter))
                }
                _ => answers.push(reset.switch(problems).map(|()| Answer::Reset)),
            }
        }
        if let Some(truncate) = members.take("truncate") {
            damages.push(match truncate.value {
                Value::Object(_) => {
                    bytes(&truncate, "afterBytes", 0, problems).map(|bytes| Damage::Truncate(Some(bytes)))
                }
                _ => truncate.switch(problems).map(|()| Damage::Truncate(None)),
            });
        }
        if let Some(malformed) = members.take("malformedJson") {
            damages.push(malformed.switch(problems).map(|()| Damage::MalformedJson));
        }
        if let Some(drip) = members.take("drip") {
            damages.push(bytes(&drip, "bytesPerSecond", 1, problems).map(Damage::Drip));
        }
        if let Some(effect) = members.take("effect") {
            action.effect = match effect.value.as_str() {
                Some("before") => Some(Effect::Before),
                Some("none") => Some(Effect::None),
                _ => effect.refuse("must be before or none", problems),
            };
        }
        members.end(problems);
        for (found, known) in [(answers.len(), ANSWERS), (damages.len(), DAMAGES)] {
            if found > 1 {
                return member.refuse(format!("has more than one of {known}"), problems);
            }
        }
        // What could not be read has been said; whether the parts fit together is not worth saying then.
        if let Some(answer) = answers.pop() {
            action.answer = answer?;
        }
        if let Some(damage) = damages.pop() {
            action.damage = Some(damage?);
        }
        member.check(action.check(), problems)?;
        Some(action)
    }

    /// What [`Action::read`] reads.
    pub(super) fn document(&self) -> Value {
        let mut members = Map::new();
        let mut add = |key: &str, value: Value| members.insert(key.to_owned(), value);
        if let Some(delay) = self.delay {
            add("delayMs", delay.document());
        }
        match &self.answer {
            Answer::Service => {}
            Answer::Error(error) => _ = add("error", error.name().into()),
            Answer::Fixed(fixed) => {
                add("status", fixed.status.as_u16().into());
                if !fixed.headers.is_empty() {
                    add("headers", fixed.headers_document());
                }
                if let Some(body) = &fixed.body {
                    add("body", body.clone());
                }
            }
            Answer::RateLimit(limit) => _ = add("rateLimit", limit.document()),
            Answer::Reset => _ = add("reset", true.into()),
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

impl Damage {
    pub(super) fn drip(bytes_per_second: u64) -> Self {
        Self::Drip(bytes_per_second.clamp(1, MAX_BYTES_PER_SECOND))
    }
}

impl Answer {
    pub(super) fn rate_limit(per_second: f64, per: Per) -> Self {
        Self::RateLimit(RateLimit::new(per_second, per))
    }
}

impl Fixed {
    /// An answer with that status.
    ///
    /// # Errors
    /// If no answer may have it.
    pub(super) fn new(status: u16) -> Result<Self, String> {
        let status = StatusCode::from_u16(status).ok().filter(|status| (200..600).contains(&status.as_u16()));
        let status = status.ok_or_else(|| "must be a status, 200 to 599".to_owned())?;
        Ok(Self { status, headers: Vec::new(), body: None })
    }

    /// # Errors
    /// If it is no header, or one that is not the rule's to set.
    pub(super) fn add_header(&mut self, name: &str, value: &str) -> Result<(), String> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| "is no header's name".to_owned())?;
        let value = HeaderValue::from_str(value).map_err(|_| "is no header's value".to_owned())?;
        let ours = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION, header::UPGRADE];
        if ours.contains(&name) || name == headers::REQUEST_ID {
            return Err("is for the server to set".to_owned());
        }
        if self.headers.len() == MAX_HEADERS {
            return Err(format!("is one too many; at most {MAX_HEADERS} headers are sent"));
        }
        self.headers.push((name, value));
        Ok(())
    }

    /// # Errors
    /// If an answer with that status has none.
    pub(super) fn set_body(&mut self, body: Value) -> Result<(), String> {
        if matches!(self.status.as_u16(), 204 | 205 | 304) {
            return Err(format!("an answer with status {} has no body", self.status.as_u16()));
        }
        self.body = Some(body);
        Ok(())
    }

    fn read(
        status: &Member<'_>, headers: Option<&Member<'_>>, body: Option<&Member<'_>>, problems: &mut Problems,
    ) -> Option<Self> {
        let number = status.value.as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
        let mut fixed = status.check(Self::new(number), problems)?;
        let headers = headers.map(|member| member.entries(MAX_HEADERS, problems));
        for (name, member) in headers.unwrap_or_default() {
            // A header may have several values, such as Set-Cookie.
            let values = match member.value {
                Value::Array(_) => member.elements(MAX_HEADERS, problems).unwrap_or_default(),
                _ => vec![member],
            };
            for member in values {
                if let Some(value) = member.text(problems) {
                    member.check(fixed.add_header(name, value), problems);
                }
            }
        }
        if let Some(body) = body {
            body.check(fixed.set_body(body.value.clone()), problems);
        }
        Some(fixed)
    }

    fn headers_document(&self) -> Value {
        let mut members: Map<String, Value> = Map::new();
        for (name, value) in &self.headers {
            let value = Value::from(String::from_utf8_lossy(value.as_bytes()));
            match members.get_mut(name.as_str()) {
                None => _ = members.insert(name.as_str().to_owned(), value),
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        members.into()
    }

    /// The bytes of the body, and what they are: a string is text, anything else is JSON.
    pub(crate) fn content(&self) -> (Bytes, Option<HeaderValue>) {
        match &self.body {
            None => (Bytes::new(), None),
            Some(Value::String(text)) => {
                (text.clone().into(), Some(HeaderValue::from_static("text/plain; charset=utf-8")))
            }
            Some(json) => (json.to_string().into(), Some(HeaderValue::from_static("application/json"))),
        }
    }
}

/// The status alone: the rest may be made to look like an answer with credentials.
impl fmt::Debug for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fixed").field("status", &self.status).finish_non_exhaustive()
    }
}

/// The error of that name.
///
/// # Errors
/// A sentence that says where the names are.
pub(crate) fn on_demand(name: &str) -> Result<OnDemand, String> {
    OnDemand::from_name(name).ok_or_else(|| {
        "is none of the errors; GET /_flowmock/errors lists them, each with its onDemand name".to_owned()
    })
}

/// The number of bytes that an object with one key says.
fn bytes(member: &Member<'_>, key: &'static str, least: u64, problems: &mut Problems) -> Option<u64> {
    let mut members = member.object(problems)?;
    let bytes = members.take(key);
    members.end(problems);
    match bytes {
        Some(bytes) => bytes.whole(least..=MAX_BYTES_PER_SECOND, problems),
        None => member.refuse(format!("needs {key}"), problems),
    }
}
