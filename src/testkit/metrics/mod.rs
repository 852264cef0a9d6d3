//! [`Metrics`]: numbers of requests, their results and their durations; `GET /_flowmock/metrics`.
//!
//! Counting is on the path of every request, so counters are arrays of atomic numbers.

pub(crate) mod statuses;
pub(crate) mod text;

use crate::base::clock::Clock;
use crate::base::operation::Operation;
use crate::base::time::Millis;
use hyper::StatusCode;
use statuses::Statuses;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// The counters of all requests but control calls.
pub(crate) struct Metrics {
    /// When the server was started, by the machine's clock, which readers of metrics use.
    pub(crate) started: Millis,
    statuses: Statuses,
    /// A row for each operation, and a last one for requests without an operation.
    operations: [Counts; Operation::COUNT + 1],
}

/// The counters of one operation.
struct Counts {
    by_status: [AtomicU64; Statuses::SLOTS],
    /// By the first of [`BOUNDS`] that is not exceeded; the last counter is for longer durations.
    by_duration: [AtomicU64; BOUNDS.len() + 1],
    nanos: AtomicU64,
}

/// The upper bounds of the durations that are counted together, in microseconds and as seconds in text. Most responses
/// take less than a millisecond; injected delays take up to seconds.
const BOUNDS: [(u64, &str); 14] = [
    (50, "0.00005"),
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (5_000_000, "5"),
    (10_000_000, "10"),
];

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: Clock::system().read().now,
            statuses: Statuses::default(),
            operations: std::array::from_fn(|_| Counts {
                by_status: std::array::from_fn(|_| AtomicU64::new(0)),
                by_duration: std::array::from_fn(|_| AtomicU64::new(0)),
                nanos: AtomicU64::new(0),
            }),
        }
    }
}

impl Metrics {
    /// Begins to count a request, whose head arrived at `started`.
    pub(crate) fn begin(&self, operation: Option<Operation>, started: Instant) -> Counting<'_> {
        Counting { metrics: self, operation, started, is_counted: false }
    }

    fn count(&self, operation: Option<Operation>, status: Option<StatusCode>, duration: Duration) {
        let index = operation.map_or(Operation::COUNT, |operation| operation as usize);
        let Some(counts) = self.operations.get(index) else { return };
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let micros = nanos.div_ceil(1000);
        let bucket = BOUNDS.iter().position(|(bound, _)| micros <= *bound).unwrap_or(BOUNDS.len());
        let counters = [
            (counts.by_status.get(self.statuses.slot(status)), 1),
            (counts.by_duration.get(bucket), 1),
            (Some(&counts.nanos), nanos),
        ];
        for (counter, by) in counters {
            if let Some(counter) = counter {
                counter.fetch_add(by, Ordering::Relaxed);
            }
        }
    }
}

/// A request that is being answered. It is counted when it is answered; if it is dropped before, it counts as a request
/// without a response.
pub(crate) struct Counting<'a> {
    metrics: &'a Metrics,
    operation: Option<Operation>,
    started: Instant,
    is_counted: bool,
}

impl Counting<'_> {
    /// Counts the request with the status of its response, which took that long.
    pub(crate) fn answered(mut self, status: StatusCode, took: Duration) {
        self.is_counted = true;
        self.metrics.count(self.operation, Some(status), took);
    }
}

impl Drop for Counting<'_> {
    fn drop(&mut self) {
        if !self.is_counted {
            self.metrics.count(self.operation, None, self.started.elapsed());
        }
    }
}
