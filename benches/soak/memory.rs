//! [`Memory`]: what the server's process occupied, second by second, and whether that grew.

use crate::support::Failure;
use crate::support::process::Server;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long the server may take to come to what it needs: a minute, or of a short run a third.
const WARM_UP: Duration = Duration::from_secs(60);

/// How much more than at the end of its warm-up it may occupy in the end: allocators keep some of what is given back.
const TOLERANCE: f64 = 1.2;
const TOLERANCE_KIB: f64 = 4096.0;

/// A second between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// The memory that was occupied, in KiB.
pub struct Memory {
    idle: f64,
    /// The most of the last third of the warm-up.
    warm: f64,
    /// The most of the last tenth.
    end: f64,
    most: f64,
    /// The most of each tenth of the run.
    tenths: [f64; 10],
}

impl Memory {
    /// Watches until the deadline, or until it is over before.
    pub fn watch(server: &Server, deadline: Instant, over: &AtomicBool) -> Result<Self, Failure> {
        let (started, idle) = (Instant::now(), server.resident_kib()? as f64);
        let mut seen = vec![(Duration::ZERO, idle)];
        while Instant::now() < deadline && !over.load(Ordering::Relaxed) {
            thread::sleep(PAUSE.min(deadline.saturating_duration_since(Instant::now())));
            seen.push((started.elapsed(), server.resident_kib()? as f64));
        }
        let total = started.elapsed();
        let warm = WARM_UP.min(total / 3);
        let most = |from: Duration, to: Duration| {
            let seen = seen.iter().filter(|(at, _)| (from..=to).contains(at)).map(|(_, kib)| *kib);
            seen.fold(idle, f64::max)
        };
        Ok(Self {
            idle,
            warm: most(warm * 2 / 3, warm + PAUSE),
            end: most(total * 9 / 10, total),
            most: most(Duration::ZERO, total),
            tenths: std::array::from_fn(|tenth| {
                most(total * tenth as u32 / 10, total * (tenth as u32 + 1) / 10)
            }),
        })
    }

    /// Whether it stayed where it was.
    pub fn check(&self) -> Result<(), Failure> {
        if self.end <= self.warm * TOLERANCE + TOLERANCE_KIB {
            return Ok(());
        }
        Err(format!("the memory grew from {:.0} KiB, when warm, to {:.0} KiB", self.warm, self.end).into())
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { idle, warm, end, most, tenths } = self;
        let mib = |kib: &f64| kib / 1024.0;
        write!(
            f,
            "memory: {:.1} MiB idle, {:.1} MiB warm, {:.1} MiB in the end, {:.1} MiB at most",
            mib(idle),
            mib(warm),
            mib(end),
            mib(most)
        )?;
        write!(f, "\nmost in each tenth of the run, MiB:")?;
        tenths.iter().try_for_each(|tenth| write!(f, " {:.1}", mib(tenth)))
    }
}
