//! [`Delay`]: how long a response is delayed.

use super::dice::Dice;
use crate::base::document::problems::Problems;
use crate::base::document::reader::Member;
use serde_json::{Value, json};
use std::f64::consts::TAU;
use std::time::Duration;

/// The longest delay of a response by all rules together, in milliseconds: five minutes.
pub(crate) const MAX_DELAY_MS: u64 = 5 * 60 * 1000;

/// The delay of a response, at most five minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay(Distribution);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Distribution {
    Fixed(u64),
    Uniform { min: u64, max: u64 },
    LogNormal { median: u64, sigma: f64 },
}

/// The largest sigma, with which one delay in a thousand is more than 10^13 times the median.
const MAX_SIGMA: f64 = 10.0;

impl Delay {
    /// A fixed number of milliseconds.
    #[must_use]
    pub fn ms(ms: u64) -> Self {
        Self(Distribution::Fixed(ms.min(MAX_DELAY_MS)))
    }

    /// A number of milliseconds from `min` to `max`, both included, uniformly distributed.
    #[must_use]
    pub fn uniform_ms(min: u64, max: u64) -> Self {
        let max = max.min(MAX_DELAY_MS);
        Self(Distribution::Uniform { min: min.min(max), max })
    }

    /// A log-normal distribution, as delays in networks have it: mostly near the median, sometimes much longer. `sigma`
    /// is the standard deviation of the logarithm, from 0 to 10. Delays of more than five minutes become five minutes.
    #[must_use]
    pub fn log_normal_ms(median: u64, sigma: f64) -> Self {
        let sigma = if sigma.is_nan() { 0.0 } else { sigma.clamp(0.0, MAX_SIGMA) };
        Self(Distribution::LogNormal { median: median.min(MAX_DELAY_MS), sigma })
    }

    /// The next delay.
    pub(super) fn next(self, dice: &Dice) -> Duration {
        let ms = match self.0 {
            Distribution::Fixed(ms) => ms,
            Distribution::Uniform { min, max } => {
                (min + (dice.throw() * (max - min + 1) as f64) as u64).min(max) // a product may be rounded up
            }
            Distribution::LogNormal { median, sigma } => {
                // Box-Muller: two uniform numbers make a normal one. The first must not be 0.
                let normal = (-2.0 * (1.0 - dice.throw()).ln()).sqrt() * (TAU * dice.throw()).cos();
                (median as f64 * (sigma * normal).exp()) as u64 // saturates
            }
        };
        Duration::from_millis(ms.min(MAX_DELAY_MS))
    }

    /// Reads a number of milliseconds, `{"uniform": {"min", "max"}}` or `{"logNormal": {"median", "sigma"}}`.
    pub(super) fn read(member: Member<'_>, problems: &mut Problems) -> Option<Self> {
        if member.value().is_number() {
            return member.whole(0..=MAX_DELAY_MS, problems).map(Self::ms);
        }
        if !member.value().is_object() {
            return member.expected("a number of milliseconds, {\"uniform\"} or {\"logNormal\"}", problems);
        }
        let mut members = member.object(problems)?;
        let (uniform, log_normal) = (members.take("uniform"), members.take("logNormal"));
        members.end(problems);
        match (uniform, log_normal) {
            (Some(uniform), None) => {
                let mut members = uniform.object(problems)?;
                let mut bound = |key| members.required(key, problems)?.whole(0..=MAX_DELAY_MS, problems);
                let (min, max) = (bound("min"), bound("max"));
                members.end(problems);
                match (min?, max?) {
                    (min, max) if min <= max => Some(Self::uniform_ms(min, max)),
                    _ => members.refuse("min is more than max", problems),
                }
            }
            (None, Some(log_normal)) => {
                let mut members = log_normal.object(problems)?;
                let median = members.required("median", problems);
                let median = median.and_then(|member| member.whole(0..=MAX_DELAY_MS, problems));
                let sigma = members.required("sigma", problems);
                let sigma = sigma.and_then(|member| member.number(0.0..=MAX_SIGMA, problems));
                members.end(problems);
                Some(Self::log_normal_ms(median?, sigma?))
            }
            _ => members.refuse("must have uniform or logNormal", problems),
        }
    }

    /// The document that [`Delay::read`] reads.
    pub(super) fn document(self) -> Value {
        match self.0 {
            Distribution::Fixed(ms) => json!(ms),
            Distribution::Uniform { min, max } => json!({"uniform": {"min": min, "max": max}}),
            Distribution::LogNormal { median, sigma } => {
                json!({"logNormal": {"median": median, "sigma": sigma}})
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(document: &Value) -> Result<Delay, String> {
        let mut problems = Problems::default();
        let delay = Delay::read(Member::root(document), &mut problems);
        problems.or(delay).map_err(|refused| refused.to_string())
    }

    fn some(delay: Delay) -> Vec<u64> {
        let dice = Dice::new(0, "delay");
        let mut ms: Vec<_> = (0..2001).map(|_| delay.next(&dice).as_millis() as u64).collect();
        ms.sort_unstable();
        ms
    }

    #[test]
    fn a_uniform_delay_reaches_both_bounds() {
        assert!(some(Delay::ms(7)).iter().all(|&ms| ms == 7));
        let ms = some(Delay::uniform_ms(3, 6));
        assert!(ms[0] == 3 && ms[2000] == 6 && (4..=5).contains(&ms[1000]));
        assert!(some(Delay::uniform_ms(5, 5)).iter().all(|&ms| ms == 5));
    }

    #[test]
    fn a_log_normal_delay_is_around_its_median_with_a_long_tail_and_an_end() {
        let ms = some(Delay::log_normal_ms(100, 0.5));
        assert!((93..107).contains(&ms[1000]), "{}", ms[1000]);
        assert!((55..67).contains(&ms[318]) && (150..180).contains(&ms[1682]), "a sigma each way");
        assert!(some(Delay::log_normal_ms(100, 0.0)).iter().all(|&ms| ms == 100));
        assert_eq!(*some(Delay::log_normal_ms(MAX_DELAY_MS, 10.0)).last().unwrap(), MAX_DELAY_MS);
        assert_eq!(Delay::log_normal_ms(1, f64::NAN), Delay::log_normal_ms(1, 0.0));
    }

    #[test]
    fn invalid_delays_are_refused() {
        for document in [
            json!("250"),
            json!(-1),
            json!(1.5),
            json!(MAX_DELAY_MS + 1),
            json!({}),
            json!({"uniform": {"min": 2, "max": 1}}),
            json!({"uniform": {"min": 2}}),
            json!({"uniform": 2}),
            json!({"logNormal": {"median": 5, "sigma": -1}}),
            json!({"logNormal": {"median": 5}}),
            json!({"uniform": {"min": 1, "max": 2}, "logNormal": {"median": 1, "sigma": 1}}),
            json!({"normal": {"mean": 5}}),
        ] {
            assert!(read(&document).is_err(), "{document}");
        }
    }

    proptest! {
        #[test]
        fn a_delay_survives_writing_and_reading(min in 0..=MAX_DELAY_MS, more in 0..1000_u64, sigma in 0.0..10.0) {
            let delays =
                [Delay::ms(min), Delay::uniform_ms(min, min + more), Delay::log_normal_ms(min, sigma)];
            for delay in delays {
                prop_assert_eq!(read(&delay.document()), Ok(delay));
            }
        }
    }
}
