//! Examining in the background: soon after requests came, and not so much at a time that they would notice.

use crate::app::Shared;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How long requests are left to gather before somebody looks.
const PAUSE: Duration = Duration::from_millis(50);
/// How many records are examined a second in the long run: a few percent of what one core can do.
const RATE: f64 = 2000.0;
/// How many may be examined at once after a time without any.
const BURST: f64 = 2_000.0;
/// Wakes who waits for requests. A request that finds nobody waiting pays for one relaxed load.
#[derive(Default)]
pub(crate) struct Bell {
    somebody_waits: AtomicBool,
    rung: Notify,
}

impl Bell {
    /// A request has come.
    pub(crate) fn ring(&self) {
        if self.somebody_waits.load(Ordering::Relaxed) && self.somebody_waits.swap(false, Ordering::Relaxed) {
            self.rung.notify_one();
        }
    }

    /// Waits until there is something new.
    async fn wait(&self, is_new: impl Fn() -> bool) {
        while !is_new() {
            self.somebody_waits.store(true, Ordering::SeqCst);
            // What came before the store rang for nobody. The journal's lock orders the two.
            if is_new() {
                break;
            }
            self.rung.notified().await;
        }
        self.somebody_waits.store(false, Ordering::Relaxed);
    }
}

/// Examines what comes, for as long as the server runs. What the journal forgets before its turn comes is skipped.
pub(crate) async fn watch(app: Shared) {
    // With headers each request is examined on its way out.
    if !app.examines_requests() || app.config.contract_headers {
        return;
    }
    let (mut allowance, mut counted_at) = (BURST, Instant::now());
    loop {
        app.contract.bell.wait(|| app.contract.is_behind(&app)).await;
        sleep(PAUSE).await;
        allowance = BURST.min(allowance + counted_at.elapsed().as_secs_f64() * RATE);
        counted_at = Instant::now();
        while allowance >= 1.0 {
            // One at a time: a request that waits for its turn meanwhile waits for ten microseconds, not for many times
            // that.
            if app.examine(1) == 0 {
                break;
            }
            allowance -= 1.0;
            tokio::task::yield_now().await;
        }
    }
}
