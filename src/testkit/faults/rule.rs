//! [`FaultRule`]: which requests a fault strikes, how often, and what it does to them.

use super::action::{Action, Answer, Damage, Effect, Fixed, on_demand};
use super::delay::Delay;
use super::limiter::Per;
use crate::base::document::refusal::Refused;
use crate::testkit::expectation::{Member, Pattern, Problems, Unveiled, Veil, pattern_methods};
use serde_json::{Map, Value};

/// A fault: which requests it strikes, how often, and what it does to them.
///
/// ```
/// use flowmock::FaultRule;
///
/// // Of all creations in prod the third and the fourth find the service unavailable.
/// let rule = FaultRule::new()
///     .id("flaky-prod")
///     .operation("createConnection")
///     .sandbox("prod")
///     .after(2)
///     .times(2)
///     .error("FLOW-1103-503");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct FaultRule {
    pub(super) id: Option<String>,
    pub(crate) pattern: Pattern,
    pub(super) after: u64,
    /// `u64::MAX` for as often as it matches.
    pub(super) times: u64,
    pub(super) probability: f64,
    pub(crate) action: Action,
}

/// The longest id.
const MAX_ID_BYTES: usize = 64;

impl FaultRule {
    /// A rule that strikes every request, and does nothing yet.
    pub fn new() -> Self {
        Self {
            id: None,
            pattern: Pattern::default(),
            after: 0,
            times: u64::MAX,
            probability: 1.0,
            action: Action::default(),
        }
    }

    pattern_methods!();

    /// What the rule is called; no two have the same id. Default: `fault-1`, `fault-2` and so on.
    ///
    /// # Panics
    /// If it is not 1 to 64 letters, digits, dots, hyphens and underscores.
    #[track_caller]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(checked_id(id).unwrap_or_else(|reason| panic!("the id {id:?} {reason}")));
        self
    }

    /// Leaves the first matching requests alone, so many of them.
    pub fn after(mut self, matches: u64) -> Self {
        self.after = matches;
        self
    }

    /// Strikes so often, then no more.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Strikes with that probability, from 0 to 1. The same requests in the same order are struck each time: chance
    /// comes from a generator that the server's seed and the rule's id fix.
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) };
        self
    }

    /// Answers with an error: any code of the catalogue (`FLOW-1103-503`, `403010`), a provider's (`1308-400`), or
    /// `BadRequestError`.
    ///
    /// # Panics
    /// If there is no such error.
    #[track_caller]
    pub fn error(mut self, code: &str) -> Self {
        let error = on_demand(code).unwrap_or_else(|reason| panic!("{code:?} {reason}"));
        self.action.answer = Answer::Error(error);
        self
    }

    /// Answers with that status, without a body.
    ///
    /// # Panics
    /// If it is not 200 to 599.
    #[track_caller]
    pub fn status(mut self, status: u16) -> Self {
        let fixed = Fixed::new(status).unwrap_or_else(|reason| panic!("{status} {reason}"));
        self.action.answer = Answer::Fixed(fixed);
        self
    }

    /// Adds a header to the answer of [`FaultRule::status`].
    ///
    /// # Panics
    /// If there is no such answer yet, or this is no header, or one that the server sets.
    #[track_caller]
    pub fn answer_header(mut self, name: &str, value: &str) -> Self {
        let added = self.fixed().and_then(|fixed| fixed.add_header(name, value));
        added.unwrap_or_else(|reason| panic!("the header {name:?} {reason}"));
        self
    }

    /// Gives the answer of [`FaultRule::status`] a body: text from a string, JSON from any other value.
    ///
    /// # Panics
    /// If there is no such answer yet, or one with that status has no body.
    #[track_caller]
    pub fn answer_body(mut self, body: impl Into<Value>) -> Self {
        let set = self.fixed().and_then(|fixed| fixed.set_body(body.into()));
        set.unwrap_or_else(|reason| panic!("the body: {reason}"));
        self
    }

    fn fixed(&mut self) -> Result<&mut Fixed, String> {
        match &mut self.action.answer {
            Answer::Fixed(fixed) => Ok(fixed),
            _ => Err("goes with status, which has to be said first".to_owned()),
        }
    }

    /// Answers 429 with `Retry-After` to whoever sends more requests a second; 0.001 to 1,000,000 of them. The seconds
    /// are those of the server's clock.
    pub fn rate_limit(mut self, per_second: f64, per: Per) -> Self {
        self.action.answer = Answer::rate_limit(per_second, per);
        self
    }

    /// Resets the connection instead of an answer; over HTTP/2 the stream.
    pub fn reset(mut self) -> Self {
        self.action.answer = Answer::Reset;
        self
    }

    /// Resets the connection behind so many bytes of the answer's body.
    pub fn reset_after(mut self, bytes: u64) -> Self {
        self.action.damage = Some(Damage::ResetAfter(bytes));
        self
    }

    /// Closes the connection behind half of the answer's body, whose whole length is announced.
    pub fn truncate(mut self) -> Self {
        self.action.damage = Some(Damage::Truncate(None));
        self
    }

    /// Closes the connection behind so many bytes of the answer's body, whose whole length is announced. At least its
    /// last byte is missing.
    pub fn truncate_after(mut self, bytes: u64) -> Self {
        self.action.damage = Some(Damage::Truncate(Some(bytes)));
        self
    }

    /// Leaves out the last character of the answer's JSON.
    pub fn malformed_json(mut self) -> Self {
        self.action.damage = Some(Damage::MalformedJson);
        self
    }

    /// Sends the answer's body slowly: so many bytes a second.
    pub fn drip(mut self, bytes_per_second: u64) -> Self {
        self.action.damage = Some(Damage::drip(bytes_per_second));
        self
    }

    /// Holds the answer back.
    pub fn delay(mut self, delay: Delay) -> Self {
        self.action.delay = Some(delay);
        self
    }

    /// Whether a request that does not get the service's answer reaches the service. Default: [`Effect::None`] for
    /// errors, fixed answers, rate limits and a reset before the answer; what damages an answer comes behind the
    /// service.
    pub fn effect(mut self, effect: Effect) -> Self {
        self.action.effect = Some(effect);
        self
    }

    /// Reads a rule from JSON, as `POST /_flowmock/faults` takes it.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with it.
    pub fn from_json(document: &Value) -> Result<Self, Refused> {
        let mut problems = Problems::default();
        let rule = Self::read(&Member::root(document), &mut problems);
        problems.or(rule)
    }

    /// The rule as JSON, which [`FaultRule::from_json`] reads. Values that are credentials are in it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.document(&Unveiled).into()
    }

    /// What [`FaultRule::from_json`] reads, values in the requests that are meant as `veil` shows them.
    pub(super) fn document(&self, veil: &dyn Veil) -> Map<String, Value> {
        let mut members = Map::new();
        if let Some(id) = &self.id {
            members.insert("id".to_owned(), id.as_str().into());
        }
        let mut pattern = Map::new();
        self.pattern.write(&mut pattern, veil);
        if !pattern.is_empty() {
            members.insert("match".to_owned(), pattern.into());
        }
        if self.after > 0 {
            members.insert("after".to_owned(), self.after.into());
        }
        if self.times < u64::MAX {
            members.insert("times".to_owned(), self.times.into());
        }
        if self.probability < 1.0 {
            members.insert("probability".to_owned(), self.probability.into());
        }
        members.insert("action".to_owned(), self.action.document());
        members
    }

    pub(super) fn read(member: &Member<'_>, problems: &mut Problems) -> Option<Self> {
        let mut members = member.object(problems)?;
        let mut rule = Self::new();
        if let Some(id) = members.take("id") {
            rule.id = id.text(problems).and_then(|text| id.check(checked_id(text), problems));
        }
        if let Some(pattern) = members.take("match")
            && let Some(mut members) = pattern.object(problems)
        {
            rule.pattern = Pattern::read(&mut members, problems);
            members.end(problems);
        }
        // What cannot be read stays as it is: the problem is noted, and the rest is read for its own.
        if let Some(after) = members.take("after") {
            rule.after = after.whole(0..=u64::MAX, problems).unwrap_or_default();
        }
        if let Some(times) = members.take("times") {
            rule.times = times.whole(1..=u64::MAX, problems).unwrap_or_default();
        }
        if let Some(probability) = members.take("probability") {
            rule.probability = probability.number(0.0..=1.0, problems).unwrap_or_default();
        }
        // What a list of rules says of them may be sent back; the counts begin anew.
        _ = (members.take("matched"), members.take("fired"));
        let action = members.take("action");
        members.end(problems);
        rule.action = match action {
            Some(action) => Action::read(&action, problems)?,
            None => return member.refuse("needs action, which says what happens", problems),
        };
        Some(rule)
    }
}

impl Default for FaultRule {
    fn default() -> Self {
        Self::new()
    }
}

fn checked_id(id: &str) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    if (1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(is_allowed) {
        Ok(id.to_owned())
    } else {
        Err(format!("is not 1 to {MAX_ID_BYTES} letters, digits, dots, hyphens and underscores"))
    }
}
