//! [`Faults`]: the rules in force, which control calls change.

use super::active::{ActiveRules, Fault};
use super::rule::{NewRule, read};
use super::saved::SavedFaults;
use crate::base::document::format::{self, Format};
use crate::base::document::refusal::Refused;
use crate::base::error::excerpt;
use crate::base::files::{self, FixtureError};
use crate::services::world::Part;
use crate::store::ids::Env;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The rules in force.
pub(crate) struct Faults {
    /// Whether there are any, so that other requests need not take the lock.
    any: AtomicBool,
    /// Replaced as a whole: a request keeps the rules that it found.
    rules: RwLock<Arc<ActiveRules>>,
    seed: u64,
    /// The rules that were in force at the start.
    initial: Arc<ActiveRules>,
    /// The number of requests that asked for an error or a delay with a header.
    asked: AtomicU64,
}

impl Faults {
    /// The rules in force at the start. `seed` determines the random numbers.
    ///
    /// # Errors
    /// [`Refused`] for rules that cannot all be in force.
    pub(crate) fn new(seed: u64, initial: Vec<NewRule>) -> Result<Self, Refused> {
        let faults = Self::empty(seed);
        faults.replace(initial, &Part::All)?;
        Ok(Self { initial: faults.current(), ..faults })
    }

    /// Loads the rules in `file`. Without a seed in `env`, the random numbers are the same at every start, so that a test
    /// that failed by chance can be repeated.
    ///
    /// # Errors
    /// [`FixtureError`] for a file that cannot be read, and for rules that cannot be used.
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
            initial: Arc::default(),
            asked: AtomicU64::new(0),
        }
    }

    /// Adds rules for `part` after the others: all of them or none.
    ///
    /// # Errors
    /// [`Refused`] for a rule that does nothing or is for another part, an id that is in use, and more than 1000
    /// rules.
    pub(crate) fn add(&self, rules: Vec<NewRule>, part: &Part) -> Result<Vec<Fault>, Refused> {
        let rules = confined(rules, part)?;
        self.change(|current| current.with(rules, self.seed)).map(warn)
    }

    /// Replaces the rules of `part`.
    ///
    /// # Errors
    /// [`Refused`] for a rule that does nothing or is for another part, an id that is in use, and more than 1000
    /// rules.
    pub(crate) fn replace(&self, rules: Vec<NewRule>, part: &Part) -> Result<Vec<Fault>, Refused> {
        let rules = confined(rules, part)?;
        self.change(|current| current.outside(part).with(rules, self.seed)).map(warn)
    }

    /// Restores the initial rules of `part`, at their places. Their counts start at zero.
    pub(crate) fn reset(&self, part: &Part) {
        _ = self.change(|current| Ok((current.outside(part).restored(&self.initial, part, self.seed), ())));
    }

    /// Removes a rule.
    ///
    /// # Errors
    /// [`Refused`] if no rule has that id.
    pub(crate) fn remove(&self, id: &str) -> Result<(), Refused> {
        self.change(|current| Ok((current.without(id).ok_or_else(|| no_such_rule(id))?, ())))
    }

    /// Lists the rules of `part` in their order.
    pub(crate) fn list(&self, part: &Part) -> Vec<Fault> {
        let mut rules = self.current().list();
        rules.retain(|fault| fault.rule.is_of(part));
        rules
    }

    /// The rule with that id.
    ///
    /// # Errors
    /// [`Refused`] if no rule has that id.
    pub(crate) fn get(&self, id: &str) -> Result<Fault, Refused> {
        self.current().get(id).ok_or_else(|| no_such_rule(id))
    }

    /// Counts a request that asks for an error or a delay with a header.
    pub(crate) fn count_asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of requests that asked for an error or a delay with a header.
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Whether there are any rules.
    pub(crate) fn any(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// The rules in force now.
    pub(crate) fn current(&self) -> Arc<ActiveRules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rules in force with their counts.
    pub(crate) fn saved(&self) -> SavedFaults {
        self.current().saved()
    }

    /// Puts these rules in force, with their counts.
    pub(crate) fn set(&self, saved: SavedFaults) {
        _ = self.change(|_| Ok((ActiveRules::restored_from(saved, self.seed), ())));
    }

    fn change<T>(
        &self, change: impl FnOnce(&ActiveRules) -> Result<(ActiveRules, T), Refused>,
    ) -> Result<T, Refused> {
        let mut rules = self.rules.write().unwrap_or_else(PoisonError::into_inner); // replaced whole or not at all
        let (next, answer) = change(&rules)?;
        self.any.store(!next.is_empty(), Ordering::Relaxed);
        *rules = Arc::new(next);
        Ok(answer)
    }
}

/// Logs the warnings about new rules. The line has the rule's id and not its path, which could hold a credential.
fn warn(rules: Vec<Fault>) -> Vec<Fault> {
    for fault in rules.iter().filter(|fault| fault.rule.warning().is_some()) {
        tracing::warn!(rule = fault.id, "no operation has the path of this fault rule");
    }
    rules
}

/// The rules that apply only to `part`.
fn confined(mut rules: Vec<NewRule>, part: &Part) -> Result<Vec<NewRule>, Refused> {
    let problems: Vec<_> = rules.iter_mut().filter_map(|rule| rule.confine(part).err()).collect();
    if problems.is_empty() { Ok(rules) } else { Err(Refused::invalid(problems)) }
}

fn no_such_rule(id: &str) -> Refused {
    Refused::not_found(format!("there is no rule with the id {}", excerpt(id)))
}
