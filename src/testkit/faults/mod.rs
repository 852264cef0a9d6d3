//! Faults: rules that strike requests on purpose, so that a client can be seen to cope.
//!
//! [`rule`] says which requests and how often, [`action`] what happens to them, [`delay`] and [`limiter`] are two things
//! that can happen, [`dice`] is chance. [`Faults`] holds the rules that are in force and decides what strikes a request;
//! `web::faults` does it. Rules are tried in their order. The first that strikes ends the search, unless all it does is
//! to delay: then the search goes on, and delays add up.

pub(crate) mod action;
pub(crate) mod delay;
pub(crate) mod dice;
pub(crate) mod limiter;
pub(crate) mod rule;
#[cfg(test)]
mod tests;

pub use action::Effect;
pub use delay::Delay;
pub use limiter::Per;
pub use rule::FaultRule;

use action::Action;
pub(crate) use action::{Answer, Damage, Fixed, on_demand};
pub(crate) use delay::MAX_DELAY_MS;

use crate::base::document::format::{self, Format};
use crate::base::document::refusal::Refused;
use crate::base::files::{self, FixtureError};
use crate::base::time::Millis;
use crate::store::ids::Env;
use crate::testkit::expectation::{Member, Problems, Subject, Veil};
use crate::testkit::matching::received::Received;
use dice::Dice;
use limiter::Limiter;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// How many rules may be in force.
pub(crate) const MAX_RULES: usize = 1000;

/// The rules that are in force.
pub(crate) struct Faults {
    /// Whether there are any: all that a request without faults asks.
    any: AtomicBool,
    /// Never changed, but replaced: requests hold on to the one that they found.
    rules: RwLock<Arc<Rules>>,
    seed: u64,
    /// What was in force at the start.
    initial: Vec<FaultRule>,
    /// How many requests asked for an error or a delay by a header.
    asked: AtomicU64,
}

/// A rule that is to be in force.
pub(crate) struct Wanted {
    /// Where it stands in the document that it comes from, if it comes from one.
    path: String,
    rule: FaultRule,
}

impl From<FaultRule> for Wanted {
    fn from(rule: FaultRule) -> Self {
        Self { path: String::new(), rule }
    }
}

/// The rules that were in force at a moment, in the order in which they are tried.
#[derive(Default)]
pub(crate) struct Rules {
    rules: Vec<Arc<Rule>>,
    /// How many got an id from here.
    named: u64,
}

/// A rule that is in force.
struct Rule {
    id: String,
    rule: FaultRule,
    matched: AtomicU64,
    fired: AtomicU64,
    strikes: Dice,
    delays: Dice,
    limiter: Limiter,
}

/// A rule with what it has done so far.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fault {
    /// What it is called.
    pub id: String,
    /// What it says.
    pub rule: FaultRule,
    /// How many requests it matched.
    pub matched: u64,
    /// How many it struck.
    pub fired: u64,
}

/// What strikes a request.
#[derive(Default)]
pub(crate) struct Strike {
    /// How long the answer is held back.
    pub(crate) delay: Duration,
    /// What happens to it, if anything.
    pub(crate) act: Option<Act>,
    /// The ids of the rules that struck, in their order.
    pub(crate) ids: Vec<String>,
}

/// A rule's action on a request.
pub(crate) struct Act {
    rule: Arc<Rule>,
    /// For who exceeds a rate limit: how many seconds to wait.
    pub(crate) retry_after: Option<u64>,
}

impl Act {
    pub(crate) fn action(&self) -> &Action {
        &self.rule.rule.action
    }
}

impl Faults {
    /// The rules that are in force at the start. `seed` fixes what chance decides.
    ///
    /// # Errors
    /// [`Refused`] for rules that cannot all be in force.
    pub(crate) fn new(seed: u64, initial: Vec<Wanted>) -> Result<Self, Refused> {
        let rules = initial.iter().map(|wanted| wanted.rule.clone()).collect();
        let faults = Self { initial: rules, ..Self::empty(seed) };
        faults.replace(initial)?;
        Ok(faults)
    }

    /// The rules in `file`, which are in force from the start. Without a seed in `env` chance is the same at every
    /// start: a test that failed by chance can be repeated.
    ///
    /// # Errors
    /// [`FixtureError`] for a file that cannot be read, or rules that cannot be used.
    pub(crate) fn load(env: &Env, file: Option<&Path>) -> Result<Self, FixtureError> {
        let seed = if env.is_seeded() {
            env.key("faults").first_chunk().copied().map_or(0, u64::from_be_bytes)
        } else {
            0
        };
        let Some(file) = file else { return Ok(Self::empty(seed)) };
        let format = Format::by_name(&file.to_string_lossy()).unwrap_or(Format::Json);
        let document = format::parse_with_nulls(&files::read_file(file)?, format)
            .map_err(|reason| FixtureError::whole(file.to_owned(), reason))?;
        read(&document).and_then(|rules| Self::new(seed, rules)).map_err(|refused| {
            let reasons: Vec<_> = refused.problems().iter().map(ToString::to_string).collect();
            FixtureError::whole(file.to_owned(), reasons.join("; "))
        })
    }

    fn empty(seed: u64) -> Self {
        Self {
            any: AtomicBool::new(false),
            rules: RwLock::default(),
            seed,
            initial: Vec::new(),
            asked: AtomicU64::new(0),
        }
    }

    /// Adds rules behind the others: all or none.
    ///
    /// # Errors
    /// [`Refused`] for a rule that does nothing, an id that is another's, and more than 1000 rules.
    pub(crate) fn add(&self, rules: Vec<Wanted>) -> Result<Vec<Fault>, Refused> {
        self.change(|current| current.with(rules, self.seed))
    }

    /// Puts rules in the place of all others.
    ///
    /// # Errors
    /// [`Refused`] for a rule that does nothing, an id that is another's, and more than 1000 rules.
    pub(crate) fn replace(&self, rules: Vec<Wanted>) -> Result<Vec<Fault>, Refused> {
        self.change(|_| Rules::default().with(rules, self.seed))
    }

    /// Takes all rules away.
    pub(crate) fn clear(&self) {
        _ = self.replace(Vec::new()); // nothing can be wrong with no rules
    }

    /// Goes back to the rules that were in force at the start; counts begin anew.
    pub(crate) fn reset(&self) {
        _ = self.replace(self.initial.iter().cloned().map(Wanted::from).collect()); // they were taken before
    }

    /// Takes a rule away.
    ///
    /// # Errors
    /// [`Refused`] if there is none with that id.
    pub(crate) fn remove(&self, id: &str) -> Result<(), Refused> {
        self.change(|current| {
            let rules: Vec<_> = current.rules.iter().filter(|rule| rule.id != id).cloned().collect();
            if rules.len() == current.rules.len() {
                return Err(no_such_rule(id));
            }
            Ok((Rules { rules, named: current.named }, ()))
        })
    }

    /// The rules in their order.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.current().rules.iter().map(|rule| rule.state()).collect()
    }

    /// The rule with that id.
    ///
    /// # Errors
    /// [`Refused`] if there is none.
    pub(crate) fn get(&self, id: &str) -> Result<Fault, Refused> {
        let current = self.current();
        let rule = current.rules.iter().find(|rule| rule.id == id);
        rule.map(|rule| rule.state()).ok_or_else(|| no_such_rule(id))
    }

    /// Counts a request that asks for an error or a delay by a header.
    pub(crate) fn count_asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests asked for an error or a delay by a header.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether there are any rules.
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// The rules that are in force now.
    pub(crate) fn current(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&Rules) -> Result<(Rules, T), Refused>) -> Result<T, Refused> {
        let mut rules = self.rules.write().unwrap_or_else(PoisonError::into_inner); // replaced whole or not at all
        let (next, answer) = change(&rules)?;
        self.any.store(!next.rules.is_empty(), Ordering::Relaxed);
        *rules = Arc::new(next);
        Ok(answer)
    }
}

impl Rules {
    /// These and more.
    fn with(&self, more: Vec<Wanted>, seed: u64) -> Result<(Self, Vec<Fault>), Refused> {
        let mut problems = Problems::default();
        let mut next = Self { rules: self.rules.clone(), named: self.named };
        let mut added = Vec::new();
        if self.rules.len() + more.len() > MAX_RULES {
            problems.add("", format!("there would be more than {MAX_RULES} rules"));
            return problems.or(None);
        }
        for Wanted { path, rule } in more {
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
            let rule = Rule::new(rule.id.clone().unwrap_or_else(|| next.new_id()), rule, seed);
            added.push(rule.state());
            next.rules.push(Arc::new(rule));
        }
        problems.or(Some((next, added)))
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

    /// Whether a rule that may strike the request looks into its body.
    pub(crate) fn ask_for_body(&self, subject: &Subject<'_>) -> bool {
        self.rules.iter().any(|rule| {
            rule.rule.pattern.asks_for_body() && !rule.is_used_up() && rule.rule.pattern.may_match(subject)
        })
    }

    /// What strikes a request that comes at `now`.
    pub(crate) fn strike(&self, request: &dyn Received, now: Millis) -> Strike {
        let subject = Subject::of(request);
        let mut strike = Strike::default();
        for rule in &self.rules {
            let Some(retry_after) = rule.strikes(&subject, request, now) else { continue };
            strike.ids.push(rule.id.clone());
            let action = &rule.rule.action;
            if let Some(delay) = action.delay {
                let delay = strike.delay.saturating_add(delay.next(&rule.delays));
                strike.delay = delay.min(Duration::from_millis(MAX_DELAY_MS));
            }
            if !action.only_delays() {
                strike.act = Some(Act { rule: Arc::clone(rule), retry_after });
                break;
            }
        }
        strike
    }
}

impl Rule {
    fn new(id: String, rule: FaultRule, seed: u64) -> Self {
        Self {
            strikes: Dice::new(seed, &format!("{id} strikes")),
            delays: Dice::new(seed, &format!("{id} delays")),
            id,
            rule,
            matched: AtomicU64::new(0),
            fired: AtomicU64::new(0),
            limiter: Limiter::default(),
        }
    }

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

    /// Whether it strikes, and if it is a rate limit, after how many seconds the next request may pass. Counts.
    fn strikes(&self, subject: &Subject<'_>, request: &dyn Received, now: Millis) -> Option<Option<u64>> {
        let rule = &self.rule;
        if !rule.pattern.matches(subject) {
            return None;
        }
        let before = self.matched.fetch_add(1, Ordering::Relaxed);
        if before < rule.after || self.is_used_up() {
            return None;
        }
        // The dice are thrown for each match, so that the same matches have the same luck.
        if rule.probability < 1.0 && self.strikes.throw() >= rule.probability {
            return None;
        }
        let retry_after = match &rule.action.answer {
            Answer::RateLimit(limit) => Some(self.limiter.pass(*limit, request, now).err()?),
            _ => None,
        };
        let fire = |fired| (fired < rule.times).then_some(fired + 1);
        self.fired.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fire).ok()?;
        Some(retry_after)
    }
}

impl Fault {
    /// The rule with its id and its counts, as `GET /_flowmock/faults` lists it.
    pub(crate) fn document(&self, veil: &dyn Veil) -> Value {
        let mut members = self.rule.document(veil);
        members.insert("matched".to_owned(), self.matched.into());
        members.insert("fired".to_owned(), self.fired.into());
        members.into()
    }
}

fn no_such_rule(id: &str) -> Refused {
    Refused::not_found(format!("there is no rule with the id {}", crate::base::error::excerpt(id)))
}

/// Reads rules: one, an array of them, or `{"faults": [...]}`.
///
/// # Errors
/// [`Refused`] with everything that is wrong.
pub(crate) fn read(document: &Value) -> Result<Vec<Wanted>, Refused> {
    let mut problems = Problems::default();
    let root = Member::root(document);
    let list = match document {
        Value::Object(members) if members.contains_key("faults") => {
            root.object(&mut problems).and_then(|mut members| {
                let faults = members.take("faults");
                members.end(&mut problems);
                faults
            })
        }
        _ => Some(root),
    };
    let wanted = list.and_then(|list| {
        let rules = match list.value {
            Value::Array(rules) if rules.is_empty() => Vec::new(),
            Value::Array(_) => list.elements(MAX_RULES, &mut problems)?,
            _ => vec![list],
        };
        // Each is read, so that all that is wrong is said.
        let all: Vec<_> = rules
            .into_iter()
            .map(|member| {
                let rule = FaultRule::read(&member, &mut problems)?;
                Some(Wanted { path: member.path, rule })
            })
            .collect();
        all.into_iter().collect()
    });
    problems.or(wanted)
}
