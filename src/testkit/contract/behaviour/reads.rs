//! Excessive reads: polling an entity, or fetching a whole list to use one entity of it. Reference: "Listing",
//! "Operations on /connections".

use super::fingerprint::{fingerprint, hash};
use super::run_looks::shows_runs;
use crate::base::operation::{Operation, Verb};
use crate::store::query::CONTINUATION;
use crate::testkit::contract::exchange::{Exchange, Moment};
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use std::time::Duration;

/// Number of reads in a row that count as polling.
const MIN_POLLS: u32 = 4;
/// The shortest acceptable time between two reads of one entity.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);
/// Number of used entities in a test's history.
const MAX_USED: usize = 256;
/// Number of whole lists fetched for one entity each before the rule counts as broken.
const MIN_REPEATS: u32 = 2;

/// The reads of a test.
pub(super) struct Reads {
    /// The read that is repeated at the moment.
    run: Option<Run>,
    /// The entities that it created or used.
    used: FifoMap<u64, ()>,
    /// Whether the last request fetched the last page of the whole list.
    has_whole_list: bool,
    /// Number of whole lists of which it used a single new entity.
    found_one: u32,
}

struct Run {
    request: u64,
    length: u32,
    last_began: Moment,
    last_ended: Moment,
}

impl Default for Reads {
    fn default() -> Self {
        Self { run: None, used: FifoMap::new(MAX_USED), has_whole_list: false, found_one: 0 }
    }
}

impl Reads {
    pub(super) fn observe(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        self.check_polling(exchange, found);
        self.check_finding(exchange, found);
    }

    fn check_polling(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        let is_read =
            exchange.verb() == Some(Verb::Get) || exchange.operation == Some(Operation::TestConnection);
        if !is_read || shows_runs(exchange.operation) {
            self.run = None;
            return;
        }
        if matches!(exchange.status(), None | Some(408 | 429 | 500..)) {
            return; // a repeated request after a failure is a retry, not a poll
        }
        let (request, began) = (fingerprint(exchange), exchange.began());
        let before = self.run.take().filter(|run| {
            let follows = run.last_ended.is_before(began) && run.last_began.until(began) < SHORTEST_INTERVAL;
            run.request == request && follows
        });
        let length = before.map_or(0, |run| run.length).saturating_add(1);
        if length >= MIN_POLLS {
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
        let entity = hash(&(exchange.tenant(), kind, id));
        let was_used = self.used.get(&entity).is_some();
        self.used.insert(entity, ());
        if had_whole_list && !was_used && created.is_none() {
            self.found_one = self.found_one.saturating_add(1);
            if self.found_one >= MIN_REPEATS {
                let detail = format!("{} is the only one that was used of a whole list", exchange.shown(id));
                found.add(RuleId::ListToFindOne, detail);
            }
        }
    }
}

/// Whether a response is the last page of the unfiltered list, and has more than one entity or is not the first page.
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

/// The id in the response to a creation, `{"id":"...","etag":"..."}`.
pub(super) fn created_id(answer: &str) -> Option<&str> {
    answer.strip_prefix(r#"{"id":""#)?.split('"').next()
}
