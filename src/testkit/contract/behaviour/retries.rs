//! What a client does after a request has failed. Reference: "Flow Service errors", "Operations on /connections".

use super::{fingerprint, tenant};
use crate::base::operation::{Operation, Verb};
use crate::base::tenant::Tenant;
use crate::testkit::contract::bounded::Bounded;
use crate::testkit::contract::exchange::{Exchange, Moment};
use crate::testkit::contract::rules::{Findings, RuleId};
use crate::testkit::journal::Outcome;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How many failed requests are remembered of a test.
const MAX_FAILED: usize = 64;
/// What is shorter is no pause.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// How much of a wait may be missing: clocks are read before and after.
const TOLERANCE: Duration = Duration::from_millis(50);

/// The requests that failed.
pub(super) struct Retries {
    failed: Bounded<u64, Failure>,
    /// The creations of which nobody knows whether they took effect, with the moment of the failure.
    uncertain: Bounded<u64, (Moment, Option<Tenant>)>,
}

/// A failure that may go away by itself.
struct Failure {
    at: Moment,
    how: String,
    /// What `Retry-After` said.
    wait: Option<Duration>,
}

impl Default for Retries {
    fn default() -> Self {
        Self { failed: Bounded::new(MAX_FAILED), uncertain: Bounded::new(MAX_FAILED) }
    }
}

impl Retries {
    pub(super) fn look_at(&mut self, exchange: &Exchange<'_>, goes_on: bool, found: &mut Findings) {
        let request = fingerprint(exchange);
        if let Some(failure) = self.failed.remove(&request) {
            failure.judge(exchange, found);
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
                let looked_at = tenant(exchange);
                self.uncertain.retain(|_, (_, tenant)| *tenant != looked_at);
            }
            _ => {}
        }
        let Some(failure) = Failure::of(exchange).filter(|_| goes_on) else { return };
        if is_creation && failure.is_uncertain(exchange) {
            self.uncertain.insert(request, (exchange.ended(), tenant(exchange)));
        }
        // Who gave up waiting has paused.
        if exchange.record.outcome != Outcome::ClientGone {
            self.failed.insert(request, failure);
        }
    }
}

impl Failure {
    /// How a request failed; `None` if it did not, or will again.
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

    /// Whether what was asked for may have been done all the same.
    fn is_uncertain(&self, exchange: &Exchange<'_>) -> bool {
        exchange.status() != Some(429)
    }

    fn judge(&self, again: &Exchange<'_>, found: &mut Findings) {
        if !self.at.is_before(again.began()) {
            return; // both were under way at the same time
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

/// How long `Retry-After` asks to wait from `now` on: it holds seconds, or a date.
fn wait_of(text: &str, now: Moment) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until: SystemTime = httpdate::parse_http_date(text.trim()).ok()?;
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.clock()).ok()?);
    Some(until.duration_since(now).unwrap_or_default())
}
