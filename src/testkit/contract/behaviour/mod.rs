//! What shows over several requests, and what has to be remembered for it, which is bounded.
//!
//! Three memories, by who may explain whose requests: a [`Behaviour`] is one test's (or what a consumer does outside
//! of named tests), so that tests in parallel do not mix; [`Knowledge`] is all that one consumer was told, since what a
//! fixture reads a test may use; the [`Ledger`] is everybody's.
//!
//! Requests may be missing: more came than could be examined. Then all that they might explain is forgotten, as no
//! rule may accuse on half of a story.

pub(crate) mod leftovers;
pub(crate) mod pages;
pub(crate) mod reading;
pub(crate) mod retries;
pub(crate) mod tokens;
pub(crate) mod versions;

use super::exchange::{Exchange, Header};
use super::model::Offence;
use super::rules::{Findings, RuleId};
use crate::base::headers::{ERROR, IF_MATCH, IMS_ORG, SANDBOX_NAME};
use crate::base::operation::Api;
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use crate::testkit::matching::received::Received;
use std::hash::{DefaultHasher, Hash, Hasher};

use leftovers::Leftovers;
use pages::Pages;
use reading::Reading;
use retries::Retries;
use tokens::Habit;
pub(crate) use tokens::Tokens;
use versions::{Refused, Versions};

/// What is remembered of one test.
#[derive(Default)]
pub(crate) struct Behaviour {
    refused: Refused,
    retries: Retries,
    pages: Pages,
    reading: Reading,
    places: Places,
}

/// What is remembered of one consumer.
#[derive(Default)]
pub(crate) struct Knowledge {
    versions: Versions,
    habit: Habit,
    /// Whether it ever followed a next link, whatever the list.
    follows_links: bool,
}

/// What is remembered of all consumers together.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) tokens: Tokens,
    pub(crate) leftovers: Leftovers,
}

impl Behaviour {
    /// Looks at the next request of this test, and remembers it. `offence` is what a report would say of it if it broke
    /// a rule later on, by what did not follow; `is_named` says whether the client told which test it belongs to.
    pub(crate) fn look_at(
        &mut self, exchange: &Exchange<'_>, is_named: bool,
        (knowledge, ledger): (&mut Knowledge, &mut Ledger), offence: &dyn Fn(&str) -> Offence,
        found: &mut Findings,
    ) {
        ledger.tokens.look_at(exchange, &mut knowledge.habit, found);
        self.places.note(exchange);
        if exchange.api != Some(Api::FlowService) {
            return;
        }
        // Without a test's name, what asks for an error may be a test of its own: what follows goes on from nothing of it.
        let goes_on = is_named || exchange.header(ERROR) == Header::Absent;
        self.refused.look_at(exchange, goes_on, &mut knowledge.versions, found);
        self.retries.look_at(exchange, goes_on, found);
        self.pages.look_at(exchange, &mut knowledge.follows_links, offence, found);
        self.reading.look_at(exchange, found);
    }

    /// What this test has broken by what it has not done so far: rules, and the requests that others should have
    /// followed.
    pub(crate) fn left_undone(&self, knowledge: &Knowledge) -> Vec<(RuleId, &Offence)> {
        if knowledge.follows_links {
            return Vec::new();
        }
        self.pages.not_followed().map(|offence| (RuleId::PageNotFollowed, offence)).collect()
    }
}

impl Behaviour {
    /// Whether it may have been in that part of the world.
    pub(crate) fn was_in(&self, part: &Part) -> bool {
        self.places.meet(part)
    }
}

/// The tenants that a test named.
#[derive(Default)]
struct Places {
    tenants: Vec<Tenant>,
    /// Whether there were more than are remembered.
    more: bool,
}

impl Places {
    const MAX: usize = 8;

    fn note(&mut self, exchange: &Exchange<'_>) {
        let (ims_org, sandbox) = (exchange.header(IMS_ORG).text(), exchange.header(SANDBOX_NAME).text());
        let is_this = |tenant: &Tenant| *tenant.ims_org == *ims_org && *tenant.sandbox == *sandbox;
        if self.tenants.iter().any(is_this) {
            return;
        }
        if self.tenants.len() < Self::MAX {
            self.tenants.push(Tenant::new(ims_org, sandbox));
        } else {
            self.more = true;
        }
    }

    fn meet(&self, part: &Part) -> bool {
        self.more || *part == Part::All || self.tenants.iter().any(|tenant| part.has(tenant))
    }
}

impl Knowledge {
    /// What is known of who may have been told anything until `until`, in milliseconds since the epoch.
    pub(crate) fn unsure(until: i64) -> Self {
        let mut knowledge = Self::default();
        knowledge.versions.miss(until);
        knowledge
    }

    /// Whether it ever followed a next link.
    pub(crate) fn follows_links(&self) -> bool {
        self.follows_links
    }

    /// What comes follows from nothing before. What the consumer was told it may still know: a seed's etags for example.
    pub(crate) fn begin_anew(&mut self) {
        self.habit = Habit::default();
    }

    /// Requests are missing, until `now` in milliseconds since the epoch: they may have been told anything.
    pub(crate) fn miss(&mut self, now: i64) {
        self.versions.miss(now);
        self.habit = Habit::default();
        self.follows_links = true;
    }
}

/// The tenant that a request names; `None` if it names none.
fn tenant(exchange: &Exchange<'_>) -> Option<Tenant> {
    let (ims_org, sandbox) = (exchange.header(IMS_ORG).text(), exchange.header(SANDBOX_NAME).text());
    (!ims_org.is_empty() && !sandbox.is_empty()).then(|| Tenant::new(ims_org, sandbox))
}

/// A number for a request that only the same request to the same tenant has, whatever its token and its request id.
fn fingerprint(exchange: &Exchange<'_>) -> u64 {
    let record = exchange.record;
    let headers = [IMS_ORG, SANDBOX_NAME, ERROR, IF_MATCH].map(|name| exchange.header(name).text());
    number(&(record.method(), record.path(), record.query(), headers, record.body()))
}

fn number(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
