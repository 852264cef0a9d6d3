//! Needless reads: the same entity again and again, a whole list for one entity. Reference: "Listing",
//! "Operations on /connections".

use super::{fingerprint, number, tenant};
use crate::base::operation::{Operation, Verb};
use crate::store::query::CONTINUATION;
use crate::testkit::contract::bounded::Bounded;
use crate::testkit::contract::exchange::{Exchange, Moment};
use crate::testkit::contract::rules::{Findings, RuleId};
use std::time::Duration;

/// How many reads in a row are polling.
const POLLS: u32 = 4;
/// The shortest time between two reads of the same entity.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
/// The most entities that are remembered of a test.
const MAX_MET: usize = 256;
/// The number of times that a test fetches the whole list for one entity before it counts as a habit.
const HABIT: u32 = 2;

/// What a test has read.
pub(super) struct Reading {
    /// The read that is being repeated.
    run: Option<Run>,
    /// The entities that it created or used.
    met: Bounded<u64, ()>,
    /// Whether the last request fetched the end of the whole list.
    has_whole_list: bool,
    /// How often it used one entity of that list, and none before.
    found_one: u32,
}

struct Run {
    request: u64,
    length: u32,
    last_began: Moment,
    last_ended: Moment,
}

impl Default for Reading {
    fn default() -> Self {
        Self { run: None, met: Bounded::new(MAX_MET), has_whole_list: false, found_one: 0 }
    }
}

impl Reading {
    pub(super) fn look_at(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        self.check_polling(exchange, found);
        self.check_finding(exchange, found);
    }

    fn check_polling(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        if exchange.verb() != Some(Verb::Get) && exchange.operation != Some(Operation::TestConnection) {
            self.run = None;
            return;
        }
        if matches!(exchange.status(), None | Some(408 | 429 | 500..)) {
            return; // who asks again after that has seen nothing yet
        }
        let (request, began) = (fingerprint(exchange), exchange.began());
        let before = self.run.take().filter(|run| {
            let follows = run.last_ended.is_before(began) && run.last_began.until(began) < SHORTEST_INTERVAL;
            run.request == request && follows
        });
        let length = before.map_or(0, |run| run.length).saturating_add(1);
        if length >= POLLS {
            found.add(RuleId::PollingTooFast, format!("the {length}th read in a row, each within a second"));
        }
        self.run = Some(Run { request, length, last_began: began, last_ended: exchange.ended() });
    }

    fn check_finding(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        let had_whole_list = std::mem::replace(&mut self.has_whole_list, ends_whole_list(exchange));
        if !exchange.succeeded() {
            return;
        }
        let created = match exchange.operation.and_then(Operation::entity) {
            Some((kind, Verb::Create)) => created_id(exchange.answer()).map(|id| (kind, id)),
            _ => None,
        };
        let Some((kind, id)) = created.or_else(|| exchange.entity()) else { return };
        let entity = number(&(tenant(exchange), kind, id));
        let was_met = self.met.get(&entity).is_some();
        self.met.insert(entity, ());
        if had_whole_list && !was_met && created.is_none() {
            self.found_one = self.found_one.saturating_add(1);
            if self.found_one >= HABIT {
                let detail = format!("{} is the only one that was used of a whole list", exchange.shown(id));
                found.add(RuleId::ListToFindOne, detail);
            }
        }
    }
}

/// Whether the answer has the last of all entities of a kind, and more than one.
fn ends_whole_list(exchange: &Exchange<'_>) -> bool {
    let Some(parameters) = &exchange.parameters else { return false };
    let filters = parameters.all("property").any(|property| property.contains(['=', '<', '>', '~']));
    let counts = parameters.last("count").is_some_and(|count| count.eq_ignore_ascii_case("true"));
    exchange.verb() == Some(Verb::List)
        && exchange.succeeded()
        && !filters
        && !counts
        && exchange.answer().ends_with(r#""_links":{}}"#)
        && (parameters.last(CONTINUATION).is_some()
            || exchange.answer().matches(r#""etag":"#).nth(1).is_some())
}

/// The id in the answer to a creation, `{"id":"...","etag":"..."}`.
pub(super) fn created_id(answer: &str) -> Option<&str> {
    answer.strip_prefix(r#"{"id":""#)?.split('"').next()
}
