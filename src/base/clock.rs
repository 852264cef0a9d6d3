//! [`Clock`]: the time of a server, which a test can set, stop and start.

use super::config::Config;
use super::time::{self, Millis};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The machine's time, or another one that runs or is stopped.
///
/// One number holds the whole state, so readers never see half of a change: the lowest bit says whether the clock is
/// stopped; the others are its time, or how far it is ahead of the machine's clock.
pub(crate) struct Clock {
    encoded: AtomicI64,
    start: i64,
}

/// The state of a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Milliseconds since the epoch.
    pub(crate) now: Millis,
    /// Whether it runs.
    pub(crate) runs: bool,
}

/// What a clock is set to: its time if it is stopped, and how far it is ahead of the machine's clock if it runs. It means
/// the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setting(pub(crate) i64);

impl Clock {
    /// The machine's clock.
    pub(crate) const fn system() -> Self {
        Self::starting(0)
    }

    /// A stopped clock.
    pub(crate) fn frozen(now: Millis) -> Self {
        Self::starting(Self::encode(Reading { now, runs: false }))
    }

    /// The configured clock. With ids from a seed, it is stopped unless configured otherwise, at the beginning of 2026:
    /// a reproducible response needs a reproducible time.
    pub(crate) fn of(config: &Config) -> Self {
        const BEGINNING_OF_2026: Millis = 1_767_225_600_000;
        match (config.clock, config.deterministic) {
            (Some(time), _) => Self::frozen(time::millis(time)),
            (None, Some(_)) => Self::frozen(BEGINNING_OF_2026),
            (None, None) => Self::system(),
        }
    }

    const fn starting(start: i64) -> Self {
        Self { encoded: AtomicI64::new(start), start }
    }

    /// Whether it shows the machine's time.
    pub(crate) fn is_systems(&self) -> bool {
        self.encoded.load(Ordering::Relaxed) == 0
    }

    /// Goes back to the state at the start.
    pub(crate) fn reset(&self) {
        self.encoded.store(self.start, Ordering::Relaxed);
    }

    /// The time that it shows after a [`reset`](Self::reset).
    pub(crate) fn after_reset(&self) -> Millis {
        Self::decode(self.start).now
    }

    /// What it is set to.
    pub(crate) fn setting(&self) -> Setting {
        Setting(self.encoded.load(Ordering::Relaxed))
    }

    /// What it was set to at the start.
    pub(crate) fn first_setting(&self) -> Setting {
        Setting(self.start)
    }

    /// The setting with which it has that state now.
    pub(crate) fn setting_for(reading: Reading) -> Setting {
        Setting(Self::encode(reading))
    }

    /// Sets it.
    pub(crate) fn set(&self, Setting(encoded): Setting) {
        self.encoded.store(encoded, Ordering::Relaxed);
    }

    /// The state of the clock.
    pub(crate) fn read(&self) -> Reading {
        Self::decode(self.encoded.load(Ordering::Relaxed))
    }

    fn decode(encoded: i64) -> Reading {
        let (value, runs) = (encoded >> 1, encoded & 1 == 0);
        // A running clock stops at the last supported time.
        Reading { now: if runs { (system_now() + value).min(time::LAST) } else { value }, runs }
    }

    fn encode(Reading { now, runs }: Reading) -> i64 {
        if runs { (now - system_now()) << 1 } else { now << 1 | 1 }
    }
}

/// The time by the machine's clock, in microseconds since the epoch.
pub(crate) fn machine_micros() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}

fn system_now() -> Millis {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since_epoch.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_can_be_stopped_set_and_started() {
        let clock = Clock::frozen(-5);
        assert_eq!(clock.read(), Reading { now: -5, runs: false });
        clock.set(Clock::setting_for(Reading { now: 995, runs: false }));
        assert_eq!(clock.read(), Reading { now: 995, runs: false });
        let setting = Clock::setting_for(Reading { now: 4_000_000_000_000, runs: true });
        clock.set(setting);
        let reading = clock.read();
        assert!(reading.runs && (4_000_000_000_000..4_000_000_060_000).contains(&reading.now), "{reading:?}");
        assert_eq!(clock.setting(), setting);
        clock.set(Clock::setting_for(Reading { now: time::LAST + 7, runs: true }));
        assert_eq!(clock.read(), Reading { now: time::LAST, runs: true });
        clock.set(clock.first_setting());
        assert_eq!(clock.read(), Reading { now: -5, runs: false });
        assert!(Clock::system().read().now > 1_700_000_000_000);
    }
}
