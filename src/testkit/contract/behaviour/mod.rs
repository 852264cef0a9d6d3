//! The rules that take several requests to break, and the bounded history that they need.
//!
//! There are three kinds of history:
//!
//! - a [`TestHistory`] for each test, and one for a consumer's requests outside of named tests, so that parallel tests do
//!   not affect each other;
//! - a [`ConsumerHistory`] of everything that a consumer was told, since a test may use etags that a fixture has read;
//! - one [`ServerHistory`] for all consumers.
//!
//! Where requests are missing because the journal dropped them first, every history that they might have changed is
//! forgotten: no rule may accuse a client on an incomplete history.

pub(crate) mod chains;
pub(crate) mod etags;
pub(crate) mod fingerprint;
pub(crate) mod leftovers;
pub(crate) mod pages;
pub(crate) mod reads;
pub(crate) mod retries;
pub(crate) mod run_looks;
pub(crate) mod tokens;

use super::exchange::{Exchange, Header};
use super::findings::Findings;
use super::model::RecordedViolation;
use super::rule::RuleId;
use crate::base::headers::{ERROR, IMS_ORG, SANDBOX_NAME};
use crate::base::operation::Api;
use crate::base::tenant::Tenant;
use crate::services::world::Part;

use chains::{BaseConnections, Orphans};
use etags::{KnownEtags, StaleEtags};
use leftovers::Leftovers;
use pages::Pages;
use reads::Reads;
use retries::Retries;
use run_looks::RunLooks;
use tokens::TokenUse;
pub(crate) use tokens::Tokens;

/// The history of one test.
#[derive(Default)]
pub(crate) struct TestHistory {
    stale_etags: StaleEtags,
    retries: Retries,
    pages: Pages,
    reads: Reads,
    run_looks: RunLooks,
    base_connections: BaseConnections,
    tenants: VisitedTenants,
}

/// The history of one consumer.
#[derive(Default)]
pub(crate) struct ConsumerHistory {
    known_etags: KnownEtags,
    token_use: TokenUse,
    /// Whether it ever followed a next link, of any list.
    follows_links: bool,
}

/// The history of all consumers.
#[derive(Default)]
pub(crate) struct ServerHistory {
    pub(crate) tokens: Tokens,
    pub(crate) leftovers: Leftovers,
    pub(crate) orphans: Orphans,
}

impl TestHistory {
    /// Adds the next request of this test, and the rules that it breaks to `found`. `violation` makes the record of this
    /// request for rules that it turns out to break later. `is_named` says whether the client has named the test.
    pub(crate) fn observe(
        &mut self, exchange: &Exchange<'_>, is_named: bool,
        (history, server): (&mut ConsumerHistory, &mut ServerHistory),
        violation: &dyn Fn(&str) -> RecordedViolation, found: &mut Findings,
    ) {
        server.tokens.observe(exchange, &mut history.token_use, found);
        self.tenants.note(exchange);
        if !exchange.api.is_some_and(Api::has_sandboxes) {
            return;
        }
        // Without a test's name, a request for an error on demand may be a test of its own, and later requests unrelated.
        let is_part_of_test = is_named || exchange.header(ERROR) == Header::Absent;
        self.stale_etags.observe(exchange, is_part_of_test, &mut history.known_etags, found);
        self.retries.observe(exchange, is_part_of_test, found);
        self.pages.observe(exchange, &mut history.follows_links, violation, found);
        self.reads.observe(exchange, found);
        self.run_looks.observe(exchange, found);
        self.base_connections.observe(exchange, found);
    }

    /// The rules that this test breaks unless it still does something, each with the request that should have had a
    /// successor.
    pub(crate) fn omissions(&self, history: &ConsumerHistory) -> Vec<(RuleId, &RecordedViolation)> {
        if history.follows_links {
            return Vec::new();
        }
        self.pages.not_followed().map(|violation| (RuleId::PageNotFollowed, violation)).collect()
    }

    /// Whether the test may have used that part of the world.
    pub(crate) fn was_in(&self, part: &Part) -> bool {
        self.tenants.overlap(part)
    }
}

/// The tenants of a test's requests.
#[derive(Default)]
struct VisitedTenants {
    tenants: Vec<Tenant>,
    /// Whether there were more than `MAX`.
    more: bool,
}

impl VisitedTenants {
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

    fn overlap(&self, part: &Part) -> bool {
        self.more || *part == Part::All || self.tenants.iter().any(|tenant| part.has(tenant))
    }
}

impl ConsumerHistory {
    /// A history in which everything before `until`, in milliseconds since the epoch, is unknown.
    pub(crate) fn with_gap_until(until: i64) -> Self {
        let mut history = Self::default();
        history.known_etags.note_gap(until);
        history
    }

    /// Whether the consumer ever followed a next link.
    pub(crate) fn follows_links(&self) -> bool {
        self.follows_links
    }

    /// Forgets how the consumer asks for tokens, but not the etags that it was told: it may still use those of a seed.
    pub(crate) fn reset_token_use(&mut self) {
        self.token_use = TokenUse::default();
    }

    /// Notes that requests up to `now`, in milliseconds since the epoch, are missing.
    pub(crate) fn note_gap(&mut self, now: i64) {
        self.known_etags.note_gap(now);
        self.token_use = TokenUse::default();
        self.follows_links = true;
    }
}
