//! The rules in force at a moment, and which of them affect a request.

use super::action::{FaultAction, FaultAnswer};
use super::delay::MAX_DELAY_MS;
use super::dice::Dice;
use super::limiter::Limiter;
use super::rule::{FaultRule, MAX_BYTES, MAX_RULES, NewRule};
use super::saved::{SavedFaults, SavedRule};
use crate::base::document::problems::Problems;
use crate::base::document::refusal::Refused;
use crate::base::time::Millis;
use crate::services::world::Part;
use crate::testkit::matching::difference::Redact;
use crate::testkit::matching::parsed::ParsedRequest;
use crate::testkit::matching::received::Received;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The rules in force at a moment, in the order in which they are tried.
#[derive(Default)]
pub(crate) struct ActiveRules {
    rules: Vec<Arc<ActiveRule>>,
    /// The number of ids that were generated.
    named: u64,
}

/// A rule in force.
struct ActiveRule {
    id: String,
    rule: FaultRule,
    /// The size of the rule's document, in bytes.
    bytes: usize,
    matched: AtomicU64,
    fired: AtomicU64,
    chances: Dice,
    delays: Dice,
    limiter: Limiter,
}

/// A rule in force, and what it has done so far.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fault {
    /// The id of the rule.
    pub id: String,
    /// The rule.
    pub rule: FaultRule,
    /// The number of requests that it matched.
    pub matched: u64,
    /// The number of requests that it affected.
    pub fired: u64,
}

/// A rule that matches a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Matching {
    /// The id of the rule.
    pub(crate) id: String,
    /// If the rule limits the rate: whether the request may pass, or the number of seconds to wait.
    pub(crate) limit: Option<Result<(), u64>>,
}

/// The effect of the rules on a request.
#[derive(Default)]
pub(crate) struct AppliedFaults {
    /// The delay of the answer.
    pub(crate) delay: Duration,
    /// How long an entity that the request puts into use is `initializing`; the first rule decides.
    pub(crate) initializing_for: Option<Duration>,
    /// The action that replaces or damages the answer, if there is one.
    pub(crate) applied: Option<AppliedRule>,
    /// The ids of the rules that affect the request, in their order.
    pub(crate) ids: Vec<String>,
}

/// The action of a rule on a request.
pub(crate) struct AppliedRule {
    rule: Arc<ActiveRule>,
    /// Beyond a rate limit: the number of seconds to wait.
    pub(crate) retry_after: Option<u64>,
}

impl AppliedRule {
    pub(crate) fn action(&self) -> &FaultAction {
        &self.rule.rule.action
    }
}

impl ActiveRules {
    /// Whether there are no rules.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules with their counts.
    pub(super) fn list(&self) -> Vec<Fault> {
        self.rules.iter().map(|rule| rule.state()).collect()
    }

    /// The rule with that id.
    pub(super) fn get(&self, id: &str) -> Option<Fault> {
        self.rules.iter().find(|rule| rule.id == id).map(|rule| rule.state())
    }

    /// The rules without the one with that id; `None` if there is none.
    pub(super) fn without(&self, id: &str) -> Option<Self> {
        let rules: Vec<_> = self.rules.iter().filter(|rule| rule.id != id).cloned().collect();
        (rules.len() < self.rules.len()).then_some(Self { rules, named: self.named })
    }

    /// The rules without those of `part`. Without everything, generated ids start again.
    pub(super) fn outside(&self, part: &Part) -> Self {
        if *part == Part::All {
            return Self::default();
        }
        Self {
            rules: self.rules.iter().filter(|rule| !rule.rule.is_of(part)).cloned().collect(),
            named: self.named,
        }
    }

    /// These rules, none of which is of `part`, and the `initial` rules of `part`. Each of the latter is tried before the
    /// rules that it was tried before at the start. A rule whose id is taken by now gets a new one.
    pub(super) fn restored(mut self, initial: &Self, part: &Part, seed: u64) -> Self {
        self.named = self.named.max(initial.named);
        let mut place = 0;
        for ActiveRule { id, rule, .. } in initial.rules.iter().map(|rule| &**rule) {
            if rule.is_of(part) {
                let id = if self.has(id) { self.new_id() } else { id.clone() };
                self.rules.insert(place, Arc::new(ActiveRule::new(id, rule.clone(), seed)));
                place += 1;
            } else if self.rules.get(place).is_some_and(|other| other.id == *id) {
                place += 1;
            }
        }
        self
    }

    /// The rules with `more` after them.
    ///
    /// # Errors
    /// [`Refused`] for a rule that does nothing, an id that another rule has, more than [`MAX_RULES`], and rules with more
    /// than [`MAX_BYTES`].
    pub(super) fn with(&self, more: Vec<NewRule>, seed: u64) -> Result<(Self, Vec<Fault>), Refused> {
        let mut problems = Problems::default();
        let mut next = Self { rules: self.rules.clone(), named: self.named };
        let mut added = Vec::new();
        if self.rules.len() + more.len() > MAX_RULES {
            problems.add("", format!("there would be more than {MAX_RULES} rules"));
            return problems.or(None);
        }
        for NewRule { path, rule } in more {
            if let Err(reason) = rule.action.check() {
                problems.add(format!("{path}/action"), reason);
            }
            if let Some(id) = &rule.id
                && next.has(id)
            {
                problems.add(
                    format!("{path}/id"),
                    format!("another rule is called {id}; DELETE that, or PUT all rules"),
                );
            }
            let rule = ActiveRule::new(rule.id.clone().unwrap_or_else(|| next.new_id()), rule, seed);
            added.push(rule.state());
            next.rules.push(Arc::new(rule));
        }
        if next.rules.iter().map(|rule| rule.bytes).sum::<usize>() > MAX_BYTES {
            problems.add("", format!("the rules would take more than {MAX_BYTES} bytes; delete some first"));
        }
        problems.or(Some((next, added)))
    }

    /// The rules with their counts, to be put in force again.
    pub(super) fn saved(&self) -> SavedFaults {
        let saved = |rule: &Arc<ActiveRule>| {
            let Fault { rule: of_client, matched, fired, .. } = rule.state();
            let (chances, delays) = (rule.chances.throws(), rule.delays.throws());
            SavedRule { rule: of_client.into(), matched, fired, chances, delays }
        };
        SavedFaults { rules: self.rules.iter().map(saved).collect(), named: self.named }
    }

    /// The rules that were saved. Rate limits begin anew.
    pub(super) fn restored_from(SavedFaults { rules, named }: SavedFaults, seed: u64) -> Self {
        let restored = |saved: SavedRule| {
            let rule = saved.rule.rule;
            Arc::new(ActiveRule {
                matched: AtomicU64::new(saved.matched),
                fired: AtomicU64::new(saved.fired),
                chances: Dice::at(saved.chances),
                delays: Dice::at(saved.delays),
                ..ActiveRule::new(rule.id.clone().unwrap_or_default(), rule, seed)
            })
        };
        Self { rules: rules.into_iter().map(restored).collect(), named }
    }

    /// The number of matches of all rules, which grows with each request that a rule counts.
    pub(crate) fn matches(&self) -> u64 {
        self.rules.iter().map(|rule| rule.matched.load(Ordering::Relaxed)).sum()
    }

    fn has(&self, id: &str) -> bool {
        self.rules.iter().any(|rule| rule.id == id)
    }

    fn new_id(&mut self) -> String {
        loop {
            self.named += 1;
            let id = format!("fault-{}", self.named);
            if !self.has(&id) {
                return id;
            }
        }
    }

    /// Whether a rule that may affect the request depends on its body.
    pub(crate) fn ask_for_body(&self, subject: &ParsedRequest<'_>) -> bool {
        self.rules.iter().any(|rule| {
            rule.rule.pattern.asks_for_body() && !rule.is_used_up() && rule.rule.pattern.may_match(subject)
        })
    }

    /// Decides what happens to a request that comes at `now`, and counts it.
    pub(crate) fn apply(&self, request: &dyn Received, now: Millis) -> AppliedFaults {
        let subject = ParsedRequest::of(request);
        self.first_that(|rule| rule.affects(&subject, request, now))
    }

    /// The rules that a request matches, which are to [`strike`](Self::strike). Rate limits count it.
    pub(crate) fn matching(&self, request: &dyn Received, now: Millis) -> Vec<Matching> {
        let subject = ParsedRequest::of(request);
        let matching = self.rules.iter().filter(|rule| rule.rule.pattern.matches(&subject));
        let limit = |rule: &ActiveRule| match &rule.rule.action.answer {
            FaultAnswer::RateLimit(limit) => Some(rule.limiter.pass(*limit, request, now)),
            _ => None,
        };
        matching.map(|rule| Matching { id: rule.id.clone(), limit: limit(rule) }).collect()
    }

    /// Decides what happens to a request that these rules match, and counts it.
    pub(crate) fn strike(&self, matching: &[Matching]) -> AppliedFaults {
        self.first_that(|rule| {
            let of_rule = matching.iter().find(|matching| matching.id == rule.id)?;
            rule.strikes(|| of_rule.limit)
        })
    }

    /// The effect of the rules for which `affects` has a result, until one of them answers.
    fn first_that(&self, affects: impl Fn(&ActiveRule) -> Option<Option<u64>>) -> AppliedFaults {
        let mut faults = AppliedFaults::default();
        for rule in &self.rules {
            let Some(retry_after) = affects(rule) else { continue };
            faults.ids.push(rule.id.clone());
            let action = &rule.rule.action;
            if let Some(delay) = action.delay {
                let delay = faults.delay.saturating_add(delay.next(&rule.delays));
                faults.delay = delay.min(Duration::from_millis(MAX_DELAY_MS));
            }
            faults.initializing_for = faults.initializing_for.or(action.initializing_for);
            if !action.leaves_answer() {
                faults.applied = Some(AppliedRule { rule: Arc::clone(rule), retry_after });
                break;
            }
        }
        faults
    }
}

impl ActiveRule {
    fn new(id: String, rule: FaultRule, seed: u64) -> Self {
        Self {
            chances: Dice::new(seed, &format!("{id} strikes")),
            delays: Dice::new(seed, &format!("{id} delays")),
            id,
            bytes: rule.size(),
            rule,
            matched: AtomicU64::new(0),
            fired: AtomicU64::new(0),
            limiter: Limiter::default(),
        }
    }

    /// The rule with its counts.
    fn state(&self) -> Fault {
        Fault {
            id: self.id.clone(),
            rule: FaultRule { id: Some(self.id.clone()), ..self.rule.clone() },
            matched: self.matched.load(Ordering::Relaxed),
            fired: self.fired.load(Ordering::Relaxed),
        }
    }

    fn is_used_up(&self) -> bool {
        self.fired.load(Ordering::Relaxed) >= self.rule.times
    }

    /// Counts the request and returns `Some` if the rule affects it. For a rate limit, the value is the number of
    /// seconds after which the next request may pass.
    fn affects(
        &self, subject: &ParsedRequest<'_>, request: &dyn Received, now: Millis,
    ) -> Option<Option<u64>> {
        if !self.rule.pattern.matches(subject) {
            return None;
        }
        self.strikes(|| match &self.rule.action.answer {
            FaultAnswer::RateLimit(limit) => Some(self.limiter.pass(*limit, request, now)),
            _ => None,
        })
    }

    /// Counts a request that the rule matches; returns as [`affects`](Self::affects) does. `limit` is the answer of the rate
    /// limit, if the rule has one.
    fn strikes(&self, limit: impl FnOnce() -> Option<Result<(), u64>>) -> Option<Option<u64>> {
        let rule = &self.rule;
        let before = self.matched.fetch_add(1, Ordering::Relaxed);
        if before < rule.after || self.is_used_up() {
            return None;
        }
        // A number is drawn for each match, so that the result depends on the order of matches alone.
        if rule.probability < 1.0 && self.chances.throw() >= rule.probability {
            return None;
        }
        let retry_after = match limit() {
            Some(limit) => Some(limit.err()?),
            None => None,
        };
        let fire = |fired| (fired < rule.times).then_some(fired + 1);
        self.fired.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fire).ok()?;
        Some(retry_after)
    }
}

impl Fault {
    /// The document of the rule with its id and counts, as `GET /_flowmock/faults` lists it.
    pub(crate) fn document(&self, redact: &dyn Redact) -> Value {
        let mut members = self.rule.document(redact);
        members.insert("matched".to_owned(), self.matched.into());
        members.insert("fired".to_owned(), self.fired.into());
        members.into()
    }
}
