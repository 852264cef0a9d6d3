//! How a client retries failed requests. Reference: "Flow Service errors", "Operations on /connections".

use super::fingerprint::fingerprint;
use crate::base::operation::{Operation, Verb};
use crate::base::tenant::Tenant;
use crate::testkit::contract::exchange::{Exchange, Moment};
use crate::testkit::contract::fifo_map::FifoMap;
use crate::testkit::contract::findings::Findings;
use crate::testkit::contract::rule::RuleId;
use crate::testkit::journal::Outcome;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Number of failed requests in a test's history.
const MAX_FAILED: usize = 64;
/// The shortest time that counts as a pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// How much shorter than asked a wait may be measured: the clocks are read after and before it.
const TOLERANCE: Duration = Duration::from_millis(50);

/// The failed requests of a test, by fingerprint.
pub(super) struct Retries {
    failed: FifoMap<u64, Failure>,
    /// Failed creations that may have taken effect, with the time of the failure.
    uncertain: FifoMap<u64, (Moment, Option<Tenant>)>,
}

/// A temporary failure.
struct Failure {
    at: Moment,
    how: String,
    /// The time in `Retry-After`.
    wait: Option<Duration>,
}

impl Default for Retries {
    fn default() -> Self {
        Self { failed: FifoMap::new(MAX_FAILED), uncertain: FifoMap::new(MAX_FAILED) }
    }
}

impl Retries {
    pub(super) fn observe(&mut self, exchange: &Exchange<'_>, is_part_of_test: bool, found: &mut Findings) {
        let request = fingerprint(exchange);
        if let Some(failure) = self.failed.remove(&request) {
            failure.check_retry(exchange, found);
        }
        let is_creation = exchange.verb() == Some(Verb::Create)
            || exchange.operation == Some(Operation::CreateConnectionSpec);
        match exchange.operation {
            _ if is_creation => {
                let before = self.uncertain.remove(&request);
                if before.is_some_and(|(failed, _)| failed.is_before(exchange.began())) {
                    found.add(RuleId::CreateRepeated, "the same POST again, and no look at the list between");
                }
            }
            Some(operation)
                if (operation.method() == "GET" || operation.verb() == Some(Verb::Search))
                    && exchange.succeeded() =>
            {
                let looked_at = exchange.tenant();
                self.uncertain.retain(|_, (_, tenant)| *tenant != looked_at);
            }
            _ => {}
        }
        let Some(failure) = Failure::of(exchange).filter(|_| is_part_of_test) else { return };
        if is_creation && failure.is_uncertain(exchange) {
            self.uncertain.insert(request, (exchange.ended(), exchange.tenant()));
        }
        // A client that gave up has waited already.
        if exchange.record.outcome != Outcome::ClientGone {
            self.failed.insert(request, failure);
        }
    }
}

impl Failure {
    /// The failure of a request; `None` if it succeeded or if a retry cannot help.
    fn of(exchange: &Exchange<'_>) -> Option<Self> {
        let how = match exchange.status() {
            Some(status @ (408 | 429 | 500..)) => format!("a {status}"),
            Some(_) => return None,
            None if exchange.record.outcome == Outcome::Reset => "a reset connection".to_owned(),
            None => "a time-out".to_owned(),
        };
        let wait = exchange.record.answer_headers().find(|(name, _)| *name == "retry-after");
        let wait = wait.and_then(|(_, value)| wait_of(str::from_utf8(value).ok()?, exchange.ended()));
        Some(Self { at: exchange.ended(), how, wait })
    }

    /// Whether the request may have taken effect in spite of the failure.
    fn is_uncertain(&self, exchange: &Exchange<'_>) -> bool {
        exchange.status() != Some(429)
    }

    fn check_retry(&self, again: &Exchange<'_>, found: &mut Findings) {
        if !self.at.is_before(again.began()) {
            return; // the two requests overlap, so this one is not a retry
        }
        let pause = self.at.until(again.began());
        let (how, paused) = (&self.how, pause.as_millis());
        match self.wait {
            Some(wait) if pause + TOLERANCE < wait => {
                let detail = format!("{paused} ms after {how} that asked for {} s", wait.as_secs());
                found.add(RuleId::RetryTooSoon, detail);
            }
            None if pause < SHORTEST_PAUSE => {
                found.add(RuleId::RetryWithoutPause, format!("{paused} ms after {how}"));
            }
            _ => {}
        }
    }
}

/// The wait that a `Retry-After` asks for, from `now` on. It holds a number of seconds or a date.
fn wait_of(text: &str, now: Moment) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until: SystemTime = httpdate::parse_http_date(text.trim()).ok()?;
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.clock()).ok()?);
    Some(until.duration_since(now).unwrap_or_default())
}
