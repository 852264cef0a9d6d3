//! Background work: prepares the slow parts, then examines requests soon after they were answered, slowly enough not to
//! disturb others.

use crate::app::Shared;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long requests are collected before they are examined.
const PAUSE: Duration = Duration::from_millis(50);
/// Number of records that are examined per second on average: a few percent of one core.
const RATE: f64 = 2000.0;
/// Number of records that may be examined at once after a pause.
const BURST: f64 = 2_000.0;

/// Prepares the server, then examines requests as long as the server runs. Requests that the journal has already dropped
/// are skipped.
pub(crate) async fn watch(app: Shared) {
    app.prepared().await;
    // With headers, each request is examined before its response is sent.
    if !app.examines_requests() || app.config.contract_headers {
        return;
    }
    app.contract.wakeup.wait(|| app.contract.is_behind(&app.journal)).await;
    let compiling: Shared = Shared::clone(&app);
    // It fails only if the server stops.
    _ = tokio::task::spawn_blocking(move || _ = compiling.contract.description()).await;
    let (mut allowance, mut counted_at) = (BURST, Instant::now());
    loop {
        app.contract.wakeup.wait(|| app.contract.is_behind(&app.journal)).await;
        sleep(PAUSE).await;
        allowance = BURST.min(allowance + counted_at.elapsed().as_secs_f64() * RATE);
        counted_at = Instant::now();
        while allowance >= 1.0 {
            // One at a time: a request that waits for the examiner waits for ten microseconds, not for many times that.
            if app.examine(1) == 0 {
                break;
            }
            allowance -= 1.0;
            tokio::task::yield_now().await;
        }
    }
}
