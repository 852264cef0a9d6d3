//! [`Memory`]: samples the memory of the server's process every second and checks that it does not grow.

use crate::support::Failure;
use crate::support::process::Server;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The warm-up: a minute, or a third of a shorter run.
const WARM_UP: Duration = Duration::from_secs(60);

/// The growth that is allowed after the warm-up, as a factor and in KiB: allocators keep some of the freed memory.
const TOLERANCE: f64 = 1.2;
const TOLERANCE_KIB: f64 = 4096.0;

/// The time between two samples.
const PAUSE: Duration = Duration::from_secs(1);

/// The resident memory of the server, in KiB.
pub struct Memory {
    /// Before the load.
    idle: f64,
    /// The maximum in the last third of the warm-up.
    warm: f64,
    /// The maximum in the last tenth of the run.
    end: f64,
    peak: f64,
    /// The maximum in each tenth of the run.
    tenths: [f64; 10],
}

impl Memory {
    /// Samples until `deadline`, or until `over` is set.
    pub fn watch(server: &Server, deadline: Instant, over: &AtomicBool) -> Result<Self, Failure> {
        let (started, idle) = (Instant::now(), server.resident_kib()? as f64);
        let mut samples = vec![(Duration::ZERO, idle)];
        while Instant::now() < deadline && !over.load(Ordering::Relaxed) {
            thread::sleep(PAUSE.min(deadline.saturating_duration_since(Instant::now())));
            samples.push((started.elapsed(), server.resident_kib()? as f64));
        }
        let total = started.elapsed();
        let warm = WARM_UP.min(total / 3);
        let maximum = |from: Duration, to: Duration| {
            let samples = samples.iter().filter(|(at, _)| (from..=to).contains(at)).map(|(_, kib)| *kib);
            samples.fold(idle, f64::max)
        };
        Ok(Self {
            idle,
            warm: maximum(warm * 2 / 3, warm + PAUSE),
            end: maximum(total * 9 / 10, total),
            peak: maximum(Duration::ZERO, total),
            tenths: std::array::from_fn(|tenth| {
                maximum(total * tenth as u32 / 10, total * (tenth as u32 + 1) / 10)
            }),
        })
    }

    /// Checks that the memory did not grow after the warm-up.
    pub fn check(&self) -> Result<(), Failure> {
        if self.end <= self.warm * TOLERANCE + TOLERANCE_KIB {
            return Ok(());
        }
        Err(format!("the memory grew from {:.0} KiB after the warm-up to {:.0} KiB", self.warm, self.end)
            .into())
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { idle, warm, end, peak, tenths } = self;
        let mib = |kib: &f64| kib / 1024.0;
        write!(
            f,
            "memory: {:.1} MiB idle, {:.1} MiB warm, {:.1} MiB at the end, {:.1} MiB peak",
            mib(idle),
            mib(warm),
            mib(end),
            mib(peak)
        )?;
        write!(f, "\nmaximum in each tenth of the run, MiB:")?;
        tenths.iter().try_for_each(|tenth| write!(f, " {:.1}", mib(tenth)))
    }
}
