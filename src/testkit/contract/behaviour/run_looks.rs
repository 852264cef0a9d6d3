//! Polling for runs. Reference: "Runs", "Flows" (`lastRunDetails`).
//!
//! Decided: the documentation gives no rate, but its runs last a minute and longer, and recurring runs are at least 15
//! minutes apart. A pause of five seconds is far below both and still spares tests long waits. Looks are counted by
//! request, so a page behind a next link, another flow and another filter are looks of their own.

use super::fingerprint::fingerprint;
use crate::base::operation::Operation;
use crate::testkit::contract::exchange::{Exchange, Moment};
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use std::time::Duration;

/// Number of looks, each too soon after the one before, that count as polling.
const MIN_LOOKS: u32 = 4;
/// The shortest acceptable time between two looks.
const SHORTEST_INTERVAL: Duration = Duration::from_secs(5);
/// Number of different looks in a test's history.
const MAX_LOOKS: usize = 64;

/// Whether a request of this operation can show how a run goes on.
pub(super) fn shows_runs(operation: Option<Operation>) -> bool {
    matches!(operation, Some(Operation::ListRuns | Operation::GetRun | Operation::GetFlow))
}

/// The looks at runs of a test, by fingerprint.
pub(super) struct RunLooks {
    looks: FifoMap<u64, Look>,
}

/// A request that is repeated too soon.
struct Look {
    times: u32,
    last_began: Moment,
    last_ended: Moment,
}

impl Default for RunLooks {
    fn default() -> Self {
        Self { looks: FifoMap::new(MAX_LOOKS) }
    }
}

impl RunLooks {
    /// Counts a look at runs. A request that changes something gives a reason for another look, so it begins anew.
    pub(super) fn observe(&mut self, exchange: &Exchange<'_>, found: &mut Findings) {
        if exchange.operation.is_some_and(|operation| operation.method() != "GET") {
            self.looks = FifoMap::new(MAX_LOOKS);
            return;
        }
        // A repeated request after a failure is a retry.
        if !shows_runs(exchange.operation) || matches!(exchange.status(), None | Some(408 | 429 | 500..)) {
            return;
        }
        let (request, began) = (fingerprint(exchange), exchange.began());
        let too_soon = self.looks.remove(&request).filter(|look| {
            look.last_ended.is_before(began) && look.last_began.until(began) < SHORTEST_INTERVAL
        });
        let times = too_soon.map_or(0, |look| look.times).saturating_add(1);
        if times >= MIN_LOOKS {
            found.add(RuleId::RunsPolledTooFast, format!("the {times}th look, each within five seconds"));
        }
        self.looks.insert(request, Look { times, last_began: began, last_ended: exchange.ended() });
    }
}
