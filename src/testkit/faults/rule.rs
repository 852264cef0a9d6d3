//! [`FaultRule`]: which requests a fault affects, how often, and what it does to them.

use super::action::{Damage, Effect, FaultAction, FaultAnswer, initializing_for, on_demand};
use super::delay::Delay;
use super::fixed::FixedAnswer;
use super::limiter::Per;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::document::refusal::{Problem, Refused};
use crate::services::world::Part;
use crate::testkit::matching::difference::{Redact, Unredacted};
use crate::testkit::matching::methods::{builder_methods, pattern_methods};
use crate::testkit::matching::pattern::Pattern;
use serde_json::{Map, Value};
use std::time::Duration;

/// A rule for a fault: which requests it affects, how often, and what happens to them.
///
/// ```
/// use flowmock::FaultRule;
///
/// // The third and the fourth creation in prod find the service unavailable.
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
    /// `u64::MAX` if there is no limit.
    pub(super) times: u64,
    pub(super) probability: f64,
    pub(crate) action: FaultAction,
}

/// The largest number of rules in force.
pub(crate) const MAX_RULES: usize = 1000;

/// The size of all rules together, in bytes of their documents.
pub(super) const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The longest id, in bytes.
const MAX_ID_BYTES: usize = 64;

impl FaultRule {
    /// A rule that affects every request, and does nothing yet.
    pub fn new() -> Self {
        Self {
            id: None,
            pattern: Pattern::default(),
            after: 0,
            times: u64::MAX,
            probability: 1.0,
            action: FaultAction::default(),
        }
    }

    pattern_methods!();

    builder_methods! {
        /// Leaves the first `matches` matching requests alone.
        after(matches: u64) => self.after = matches;
        /// Affects at most so many requests.
        times(times: u64) => self.times = times;
        /// Affects each matching request with that probability, from 0 to 1. The result is reproducible: the random numbers
        /// are determined by the server's seed and the rule's id.
        probability(probability: f64) => self.probability = if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) };
        /// Answers 429 with `Retry-After` to requests beyond that number per second, from 0.001 to 1,000,000. The time is that
        /// of the server's clock.
        rate_limit(per_second: f64, per: Per) => self.action.answer = FaultAnswer::rate_limit(per_second, per);
        /// Resets the connection instead of answering; over HTTP/2, the stream.
        reset() => self.action.answer = FaultAnswer::Reset;
        /// Resets the connection after so many bytes of the answer's body.
        reset_after(bytes: u64) => self.action.damage = Some(Damage::ResetAfter(bytes));
        /// Closes the connection after half of the answer's body. `Content-Length` is that of the whole.
        truncate() => self.action.damage = Some(Damage::Truncate(None));
        /// Closes the connection after so many bytes of the answer's body, at the latest before the last one.
        /// `Content-Length` is that of the whole.
        truncate_after(bytes: u64) => self.action.damage = Some(Damage::Truncate(Some(bytes)));
        /// Removes the last character of the answer's JSON.
        malformed_json() => self.action.damage = Some(Damage::MalformedJson);
        /// Sends the answer's body slowly, at so many bytes per second.
        drip(bytes_per_second: u64) => self.action.damage = Some(Damage::drip(bytes_per_second));
        /// Delays the answer.
        delay(delay: Delay) => self.action.delay = Some(delay);
        /// Leaves a connection that the request creates, publishes or enables in state `initializing` for that time of the
        /// server's clock, at most an hour, before it is `enabled`.
        initializing_for(time: Duration) => self.action.initializing_for = Some(initializing_for(time));
        /// Sets whether a request that does not get the service's answer reaches the service. Default: [`Effect::None`] for
        /// errors, fixed answers, rate limits and a reset before the answer. Damage always comes after the service.
        effect(effect: Effect) => self.action.effect = Some(effect);
    }

    /// Sets the id of the rule, which no other rule may have. Default: `fault-1`, `fault-2` and so on.
    ///
    /// # Panics
    /// If it is not 1 to 64 letters, digits, dots, hyphens and underscores.
    #[track_caller]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(checked_id(id).unwrap_or_else(|reason| panic!("the id {id:?} {reason}")));
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
        self.action.answer = FaultAnswer::Error(error);
        self
    }

    /// Answers with that status and no body.
    ///
    /// # Panics
    /// If it is not 200 to 599.
    #[track_caller]
    pub fn status(mut self, status: u16) -> Self {
        let fixed = FixedAnswer::new(status).unwrap_or_else(|reason| panic!("{status} {reason}"));
        self.action.answer = FaultAnswer::Fixed(fixed);
        self
    }

    /// Adds a header to the answer of [`FaultRule::status`].
    ///
    /// # Panics
    /// If there is no such answer yet, or this is not a header, or one that the server sets.
    #[track_caller]
    pub fn answer_header(mut self, name: &str, value: &str) -> Self {
        let added = self.fixed().and_then(|fixed| fixed.add_header(name, value));
        added.unwrap_or_else(|reason| panic!("the header {name:?} {reason}"));
        self
    }

    /// Adds a body to the answer of [`FaultRule::status`]: a string as text, any other value as JSON.
    ///
    /// # Panics
    /// If there is no such answer yet, or one with that status has no body.
    #[track_caller]
    pub fn answer_body(mut self, body: impl Into<Value>) -> Self {
        let set = self.fixed().and_then(|fixed| fixed.set_body(body.into()));
        set.unwrap_or_else(|reason| panic!("the body: {reason}"));
        self
    }

    fn fixed(&mut self) -> Result<&mut FixedAnswer, String> {
        match &mut self.action.answer {
            FaultAnswer::Fixed(fixed) => Ok(fixed),
            _ => Err("needs status, which has to be called first".to_owned()),
        }
    }

    /// Reads a rule from JSON, as `POST /_flowmock/faults` takes it.
    ///
    /// # Errors
    /// [`Refused`] with everything that is wrong with the document.
    pub fn from_json(document: &Value) -> Result<Self, Refused> {
        let mut problems = Problems::default();
        let rule = Self::read(Member::root(document), &mut problems);
        problems.or(rule)
    }

    /// The document that [`FaultRule::from_json`] reads. It contains credentials as they are.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.document(&Unredacted).into()
    }

    /// The document that [`FaultRule::from_json`] reads, with the expected values of requests as `redact` shows them.
    pub(super) fn document(&self, redact: &dyn Redact) -> Map<String, Value> {
        let mut members = Map::new();
        if let Some(id) = &self.id {
            members.insert("id".to_owned(), id.as_str().into());
        }
        let mut pattern = Map::new();
        self.pattern.write(&mut pattern, redact);
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

    /// The size of its document, in bytes.
    pub(super) fn size(&self) -> usize {
        self.to_json().to_string().len()
    }

    /// Whether the rule applies only to `part`, by the organisation and the sandbox that it names.
    pub(super) fn is_of(&self, part: &Part) -> bool {
        let (ims_org, sandbox) = (self.pattern.ims_org(), self.pattern.sandbox());
        match part {
            Part::All => true,
            Part::Organisation(only) => ims_org == Some(only),
            Part::Sandbox(only) => ims_org == Some(&*only.ims_org) && sandbox == Some(&*only.sandbox),
        }
    }

    /// Reads a rule.
    pub(super) fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
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
        // If the value cannot be read, that is a problem already and any other value will do.
        if let Some(after) = members.take("after") {
            rule.after = after.whole(0..=u64::MAX, problems).unwrap_or_default();
        }
        if let Some(times) = members.take("times") {
            rule.times = times.whole(1..=u64::MAX, problems).unwrap_or_default();
        }
        if let Some(probability) = members.take("probability") {
            rule.probability = probability.number(0.0..=1.0, problems).unwrap_or_default();
        }
        // The counts in a list of rules are ignored, so that the list can be sent back.
        _ = (members.take("matched"), members.take("fired"));
        let action = members.take("action");
        members.end(problems);
        rule.action = match action {
            Some(action) => FaultAction::read(action, problems)?,
            None => return members.refuse("needs action, which says what happens", problems),
        };
        Some(rule)
    }
}

/// Reads rules: one, an array of them, or `{"faults": [...]}`. Each comes with its place in the document.
///
/// # Errors
/// [`Refused`] with everything that is wrong with the document.
pub(crate) fn read(document: &Value) -> Result<Vec<NewRule>, Refused> {
    let mut problems = Problems::default();
    let root = Member::root(document);
    let list = if document.get("faults").is_some() {
        root.object(&mut problems).and_then(|mut members| {
            let faults = members.take("faults");
            _ = members.take("warnings"); // ignored, so that an answer can be sent back
            members.end(&mut problems);
            faults
        })
    } else {
        Some(root)
    };
    let rules = list.and_then(|list| {
        let members = match list.value() {
            Value::Array(_) => list.elements(0..=MAX_RULES, &mut problems)?,
            _ => vec![list],
        };
        let mut read = |member: Member<'_>| {
            let path = member.path().to_owned();
            Some(NewRule { path, rule: FaultRule::read(member, &mut problems)? })
        };
        // Collected in two steps, so that every rule is read and every problem reported.
        let rules: Vec<_> = members.into_iter().map(&mut read).collect();
        rules.into_iter().collect()
    });
    problems.or(rules)
}

/// A rule to add.
#[derive(Clone)]
pub(crate) struct NewRule {
    /// Its place in its document, if it has one.
    pub(super) path: String,
    pub(super) rule: FaultRule,
}

impl NewRule {
    /// The document that [`read`] reads.
    pub(crate) fn document(&self, redact: &dyn Redact) -> Map<String, Value> {
        self.rule.document(redact)
    }

    /// Confines the rule to `part`. A rule that names no organisation and no sandbox gets the names of `part`.
    ///
    /// # Errors
    /// For a rule that names another organisation or sandbox.
    pub(super) fn confine(&mut self, part: &Part) -> Result<(), Problem> {
        let (ims_org, sandbox) = match part {
            Part::All => return Ok(()),
            Part::Organisation(ims_org) => (ims_org.as_str(), None),
            Part::Sandbox(tenant) => (&*tenant.ims_org, Some(&*tenant.sandbox)),
        };
        let pattern = &mut self.rule.pattern;
        let problem =
            |member: &str, reason: String| Problem::new(format!("{}/match/{member}", self.path), reason);
        let other = |member| {
            problem(member, format!("is not the {member} of the query, which the rule would be for"))
        };
        if pattern.ims_org().is_some_and(|named| named != ims_org) {
            return Err(other("imsOrgId"));
        }
        if let Some(sandbox) = sandbox
            && pattern.sandbox().is_some_and(|named| named != sandbox)
        {
            return Err(other("sandbox"));
        }
        pattern.set_ims_org(ims_org).map_err(|reason| problem("imsOrgId", reason))?;
        sandbox.map_or(Ok(()), |name| pattern.set_sandbox(name)).map_err(|reason| problem("sandbox", reason))
    }
}

impl From<FaultRule> for NewRule {
    fn from(rule: FaultRule) -> Self {
        Self { path: String::new(), rule }
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
