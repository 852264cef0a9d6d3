//! [`Limiter`]: limits the requests per second of each organisation, sandbox or API key.
//!
//! Decided: after a pause, the requests of one second pass at once, and then one request in each share of a second (GCRA).
//! The time is that of the mock's clock, so that a test can control it.

use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use crate::base::headers::{API_KEY, IMS_ORG, SANDBOX_NAME};
use crate::base::time::Millis;
use crate::testkit::matching::received::Received;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

/// The requests that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Per {
    /// The requests of an organisation: `x-gw-ims-org-id`.
    Organisation,
    /// The requests in a sandbox of an organisation: `x-sandbox-name`.
    Sandbox,
    /// The requests of a client: `x-api-key`.
    ApiKey,
}

impl Per {
    const ALL: [(Self, &'static str, &'static [&'static str]); 3] = [
        (Self::Organisation, "organisation", &[IMS_ORG]),
        (Self::Sandbox, "sandbox", &[IMS_ORG, SANDBOX_NAME]),
        (Self::ApiKey, "apiKey", &[API_KEY]),
    ];

    fn row(self) -> (&'static str, &'static [&'static str]) {
        match Self::ALL.iter().find(|(per, ..)| *per == self) {
            Some((_, name, headers)) => (name, headers),
            None => ("organisation", &[]),
        }
    }
}

/// The number of requests that are allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RateLimit {
    per_second: f64,
    per: Per,
}

/// The smallest and the largest limit, in requests per second.
const PER_SECOND: std::ops::RangeInclusive<f64> = 0.001..=1e6;

impl RateLimit {
    pub(super) fn new(per_second: f64, per: Per) -> Self {
        let per_second = if per_second.is_nan() { *PER_SECOND.start() } else { per_second };
        Self { per_second: per_second.clamp(*PER_SECOND.start(), *PER_SECOND.end()), per }
    }

    /// Reads `{"perSecond": N, "per": "organisation" | "sandbox" | "apiKey"}`; the default of `per` is `organisation`.
    pub(super) fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        let mut members = member.object(problems)?;
        let per_second = members.required("perSecond", problems);
        let per_second = per_second.and_then(|member| member.number(PER_SECOND, problems));
        let names = Per::ALL.map(|(per, name, _)| (name, per));
        let per =
            members.take("per").map_or(Some(Per::Organisation), |member| member.one_of(&names, problems));
        members.end(problems);
        Some(Self::new(per_second?, per?))
    }

    /// The document that [`RateLimit::read`] reads.
    pub(super) fn document(self) -> Value {
        json!({"perSecond": self.per_second, "per": self.per.row().0})
    }

    /// The time between two requests at that rate, in microseconds.
    fn interval(self) -> i64 {
        ((1e6 / self.per_second) as i64).max(1)
    }

    /// The number of requests that may come at once.
    fn burst(self) -> i64 {
        (self.per_second as i64).max(1)
    }
}

/// The state of a rate limit.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    /// For each counted client, hashed: the time at which its requests would have been spread evenly, in microseconds.
    spent_until: Mutex<HashMap<u64, i64>>,
}

/// The largest number of organisations, sandboxes or keys that are counted. To count one more, the idle ones are
/// forgotten, or any one if none is idle; it may then send the requests of a second anew.
const MAX_COUNTED: usize = 10_000;

impl Limiter {
    /// Lets a request pass if the limit allows it at `now`.
    ///
    /// # Errors
    /// The number of seconds, at least one, after which the next request may pass.
    pub(super) fn pass(&self, limit: RateLimit, request: &dyn Received, now: Millis) -> Result<(), u64> {
        let now = now.saturating_mul(1000);
        let values: Vec<_> = limit.per.row().1.iter().map(|name| request.header(name)).collect();
        let mut counted = self.spent_until.lock().unwrap_or_else(PoisonError::into_inner);
        let whose = counted.hasher().hash_one(values);
        let allowed = limit.interval().saturating_mul(limit.burst());
        let spent_until = counted.get(&whose).copied().unwrap_or(now);
        // A time further ahead than any request can lead: the clock was set back.
        let spent_until = if spent_until.saturating_sub(now) > allowed { now } else { spent_until.max(now) };
        let next = spent_until.saturating_add(limit.interval());
        let wait = next.saturating_sub(now).saturating_sub(allowed);
        if wait > 0 {
            return Err((wait as u64).div_ceil(1_000_000));
        }
        if counted.len() >= MAX_COUNTED && !counted.contains_key(&whose) {
            counted.retain(|_, spent_until| *spent_until > now);
            if counted.len() >= MAX_COUNTED
                && let Some(any) = counted.keys().next().copied()
            {
                counted.remove(&any);
            }
        }
        counted.insert(whose, next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct From<'a>(&'a str, &'a str, &'a str);

    impl Received for From<'_> {
        fn method(&self) -> &str {
            "GET"
        }

        fn path(&self) -> &str {
            "/"
        }

        fn query(&self) -> &str {
            ""
        }

        fn header(&self, name: &str) -> Vec<&[u8]> {
            let value = match name {
                IMS_ORG => self.0,
                SANDBOX_NAME => self.1,
                API_KEY => self.2,
                _ => return Vec::new(),
            };
            vec![value.as_bytes()]
        }

        fn sandbox_is_default(&self) -> bool {
            false
        }

        fn body(&self) -> &[u8] {
            b""
        }
    }

    const ONE: From<'_> = From("one", "prod", "key");

    #[test]
    fn after_a_second_the_limit_is_available_again() {
        let (limit, limiter) = (RateLimit::new(3.0, Per::Organisation), Limiter::default());
        let mut now = 1_767_225_600_000;
        for _ in 0..3 {
            let passed: Vec<_> = (0..5).map(|_| limiter.pass(limit, &ONE, now)).collect();
            assert_eq!(passed, [Ok(()), Ok(()), Ok(()), Err(1), Err(1)]);
            now += 1000;
        }
        now -= 1000;
        assert!(limiter.pass(limit, &ONE, now + 334).is_ok(), "a third of a second is one request's share");
        assert!(limiter.pass(limit, &ONE, now + 335).is_err());
    }

    #[test]
    fn a_limit_below_one_per_second_reports_the_wait() {
        let (limit, limiter) = (RateLimit::new(0.1, Per::ApiKey), Limiter::default());
        assert!(limiter.pass(limit, &ONE, 0).is_ok());
        assert_eq!(limiter.pass(limit, &ONE, 0), Err(10));
        assert_eq!(limiter.pass(limit, &ONE, 9_500), Err(1));
        assert!(limiter.pass(limit, &ONE, 10_000).is_ok());
    }

    #[test]
    fn clients_are_counted_separately() {
        let others = [From("two", "prod", "key"), From("one", "dev", "key"), From("one", "prod", "other")];
        for (per, free) in [(Per::Organisation, 0), (Per::Sandbox, 1), (Per::ApiKey, 2)] {
            let (limit, limiter) = (RateLimit::new(1.0, per), Limiter::default());
            assert!(limiter.pass(limit, &ONE, 0).is_ok());
            assert!(limiter.pass(limit, &ONE, 0).is_err());
            assert!(limiter.pass(limit, &others[free], 0).is_ok(), "{per:?}");
        }
        let (limit, limiter) = (RateLimit::new(1.0, Per::Sandbox), Limiter::default());
        assert!(limiter.pass(limit, &From("ab", "c", ""), 0).is_ok());
        assert!(limiter.pass(limit, &From("a", "bc", ""), 0).is_ok());
    }

    #[test]
    fn setting_the_clock_back_blocks_no_client() {
        let (limit, limiter) = (RateLimit::new(1.0, Per::Organisation), Limiter::default());
        assert!(limiter.pass(limit, &ONE, 1_000_000).is_ok());
        assert!(limiter.pass(limit, &ONE, 0).is_ok());
        assert!(limiter.pass(limit, &ONE, 0).is_err());
        assert!(limiter.pass(limit, &ONE, i64::MAX).is_ok());
    }

    #[test]
    fn the_number_of_counted_clients_is_bounded() {
        let (limit, limiter) = (RateLimit::new(1.0, Per::Organisation), Limiter::default());
        for number in 0..MAX_COUNTED + 10 {
            assert!(limiter.pass(limit, &From(&number.to_string(), "", ""), 0).is_ok());
        }
        assert_eq!(limiter.spent_until.lock().unwrap().len(), MAX_COUNTED);
        assert!(limiter.pass(limit, &ONE, 1000).is_ok());
        assert_eq!(limiter.spent_until.lock().unwrap().len(), 1, "those that are idle are forgotten first");
    }
}
