//! What happens in the background: preparing what the first requests need, then examining requests, soon after they came, and not so much at a time that they would notice.

use crate::app::Shared;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long requests are left to gather before somebody looks.
const PAUSE: Duration = Duration::from_millis(50);
/// How many records are examined a second in the long run: a few percent of what one core can do.
const RATE: f64 = 2000.0;
/// How many may be examined at once after a time without any.
const BURST: f64 = 2_000.0;

/// Prepares the server, then examines what comes, for as long as it runs. What the journal forgets before its turn comes is skipped.
pub(crate) async fn watch(app: Shared) {
    app.prepared().await;
    // With headers each request is examined on its way out.
    if !app.examines_requests() || app.config.contract_headers {
        return;
    }
    let (mut allowance, mut counted_at) = (BURST, Instant::now());
    loop {
        app.contract.wakeup.wait(|| app.contract.is_behind(&app.journal)).await;
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
