//! [`Delay`]: how long an answer is held back.

use super::dice::Dice;
use crate::testkit::expectation::{Member, Problems};
use serde_json::{Value, json};
use std::f64::consts::TAU;
use std::time::Duration;

/// The longest that an answer is held back, in milliseconds, by all rules together: five minutes.
pub(crate) const MAX_DELAY_MS: u64 = 5 * 60 * 1000;

/// How long an answer is held back, at most five minutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Fixed(u64),
    Uniform { min: u64, max: u64 },
    LogNormal { median: u64, sigma: f64 },
}

/// What a value that spreads may spread by at most: a thousandth of them is then 10^13 times the median.
const MAX_SIGMA: f64 = 10.0;

impl Delay {
    /// As many milliseconds every time.
    #[must_use]
    pub fn ms(ms: u64) -> Self {
        Self(Kind::Fixed(ms.min(MAX_DELAY_MS)))
    }

    /// A number of milliseconds from `min` to `max`, both included, each as likely as the other.
    #[must_use]
    pub fn uniform_ms(min: u64, max: u64) -> Self {
        let max = max.min(MAX_DELAY_MS);
        Self(Kind::Uniform { min: min.min(max), max })
    }

    /// Mostly around the median, now and then much longer, as networks have it: log-normal, `sigma` being the standard
    /// deviation of the logarithm, from 0 to 10. What exceeds five minutes is five minutes.
    #[must_use]
    pub fn log_normal_ms(median: u64, sigma: f64) -> Self {
        let sigma = if sigma.is_nan() { 0.0 } else { sigma.clamp(0.0, MAX_SIGMA) };
        Self(Kind::LogNormal { median: median.min(MAX_DELAY_MS), sigma })
    }

    /// How long it is this time.
    pub(super) fn next(self, dice: &Dice) -> Duration {
        let ms = match self.0 {
            Kind::Fixed(ms) => ms,
            Kind::Uniform { min, max } => {
                (min + (dice.throw() * (max - min + 1) as f64) as u64).min(max) // a product may be rounded up
            }
            Kind::LogNormal { median, sigma } => {
                // Box and Muller: two even numbers make a normal one. The first must not be 0.
                let normal = (-2.0 * (1.0 - dice.throw()).ln()).sqrt() * (TAU * dice.throw()).cos();
                (median as f64 * (sigma * normal).exp()) as u64 // what is too large for a u64 is the largest
            }
        };
        Duration::from_millis(ms.min(MAX_DELAY_MS))
    }

    /// Reads a number of milliseconds, `{"uniform": {"min", "max"}}` or `{"logNormal": {"median", "sigma"}}`.
    pub(super) fn read(member: &Member<'_>, problems: &mut Problems) -> Option<Self> {
        if member.value.is_number() {
            return member.whole(0..=MAX_DELAY_MS, problems).map(Self::ms);
        }
        if !member.value.is_object() {
            return member.expected("a number of milliseconds, {\"uniform\"} or {\"logNormal\"}", problems);
        }
        let mut members = member.object(problems)?;
        let (uniform, log_normal) = (members.take("uniform"), members.take("logNormal"));
        members.end(problems);
        match (uniform, log_normal) {
            (Some(uniform), None) => {
                let mut members = uniform.object(problems)?;
                let mut bound =
                    |key| members.take(key).map(|member| member.whole(0..=MAX_DELAY_MS, problems));
                let (min, max) = (bound("min"), bound("max"));
                members.end(problems);
                match (min, max) {
                    (Some(min), Some(max)) if min? <= max? => Some(Self::uniform_ms(min?, max?)),
                    (Some(_), Some(_)) => uniform.refuse("min is more than max", problems),
                    _ => uniform.refuse("needs min and max, in milliseconds", problems),
                }
            }
            (None, Some(log_normal)) => {
                let mut members = log_normal.object(problems)?;
                let median = members.take("median").map(|member| member.whole(0..=MAX_DELAY_MS, problems));
                let sigma = members.take("sigma").map(|member| member.number(0.0..=MAX_SIGMA, problems));
                members.end(problems);
                match (median, sigma) {
                    (Some(median), Some(sigma)) => Some(Self::log_normal_ms(median?, sigma?)),
                    _ => log_normal.refuse("needs median, in milliseconds, and sigma", problems),
                }
            }
            _ => member.refuse("must have uniform or logNormal", problems),
        }
    }

    /// What [`Delay::read`] reads.
    pub(super) fn document(self) -> Value {
        match self.0 {
            Kind::Fixed(ms) => json!(ms),
            Kind::Uniform { min, max } => json!({"uniform": {"min": min, "max": max}}),
            Kind::LogNormal { median, sigma } => json!({"logNormal": {"median": median, "sigma": sigma}}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(document: &Value) -> Result<Delay, String> {
        let mut problems = Problems::default();
        let delay = Delay::read(&Member::root(document), &mut problems);
        problems.or(delay).map_err(|refused| refused.to_string())
    }

    fn some(delay: Delay) -> Vec<u64> {
        let dice = Dice::new(0, "delay");
        let mut ms: Vec<_> = (0..2001).map(|_| delay.next(&dice).as_millis() as u64).collect();
        ms.sort_unstable();
        ms
    }

    #[test]
    fn a_uniform_delay_reaches_both_ends() {
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
    fn what_cannot_be_meant_is_refused() {
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
        fn what_is_written_is_read(min in 0..=MAX_DELAY_MS, more in 0..1000_u64, sigma in 0.0..10.0) {
            let delays =
                [Delay::ms(min), Delay::uniform_ms(min, min + more), Delay::log_normal_ms(min, sigma)];
            for delay in delays {
                prop_assert_eq!(read(&delay.document()), Ok(delay));
            }
        }
    }
}
