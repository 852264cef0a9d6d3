//! The task that looks whether something has happened to runs.

use super::carry::carry;
use super::center::Tasks;
use crate::app::{App, Shared};
use crate::base::time::Millis;
use crate::services::runs::outcome::NEVER;
use crate::services::world::Part;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

/// The shortest pause between two looks: changes that follow each other closely are looked at together.
const PAUSE: Duration = Duration::from_millis(2);
/// The pause is this many times as long as the look took, so that looking takes at most a fifth of a core.
const REST: u32 = 4;
/// The longest time until the clock is read again.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

impl App {
    /// Begins to send notifications in that runtime. Everything that has happened so far is past.
    pub(crate) fn begin_notifications(self: &Arc<Self>, runtime: &Handle) {
        let (app, runs_in) = (Arc::downgrade(self), runtime.clone());
        let watch = move || {
            if let Some(app) = app.upgrade() {
                runs_in.spawn(watch(app));
            }
        };
        let (app, runs_in) = (Arc::downgrade(self), runtime.clone());
        let carry = move |address| Some(runs_in.spawn(carry(app.upgrade()?, address)).abort_handle());
        _ = self.notifications.tasks.set(Tasks { watch: Box::new(watch), carry: Box::new(carry) });
        self.notifications_replaced(&Part::All);
    }

    /// The time until the next event falls due, if nothing changes before.
    fn until(&self, due: Millis) -> Duration {
        let reading = self.env.clock.read();
        if due == NEVER || !reading.runs {
            return Duration::MAX;
        }
        // A millisecond more, since the clock may be in the middle of one.
        Duration::from_millis(due.saturating_sub(reading.now).max(0).unsigned_abs() + 1)
    }
}

/// Looks whenever something was changed or falls due, as long as there is a target.
async fn watch(app: Shared) {
    loop {
        let began = Instant::now();
        let looking = Arc::clone(&app);
        // It fails only if the server stops.
        let Ok(Some(due)) = spawn_blocking(move || looking.look_and_stay()).await else { return };
        sleep(PAUSE.max(began.elapsed() * REST)).await;
        let wait = app.until(due).min(LONGEST_WAIT);
        _ = timeout(wait, app.notifications.wakeup.notified()).await;
    }
}
