//! The task that looks whether something has happened to runs, and what it has seen.

use super::Notifications;
use crate::app::{App, Shared};
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::notifications::progress::Progress;
use crate::services::runs::outcome::NEVER;
use crate::services::world::Part;
use crate::store::Entity;
use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

/// What was seen of the sandboxes that have targets.
#[derive(Default)]
pub(super) struct Watched {
    /// Whether the task is there.
    pub(super) is_running: bool,
    /// By sandbox. With configured targets, these are all sandboxes that have flows.
    pub(super) sandboxes: HashMap<Tenant, SeenSandbox>,
    /// When everything that is not among `sandboxes` was empty.
    pub(super) since: Millis,
}

/// What was seen of a sandbox.
#[derive(Default)]
pub(super) struct SeenSandbox {
    /// When it was looked at, by the server's clock.
    pub(super) looked: Millis,
    pub(super) flows: HashMap<Uuid, SeenFlow>,
}

/// What was seen of a flow.
pub(super) struct SeenFlow {
    pub(super) progress: Progress,
    /// Whether its flow spec has notifications.
    pub(super) notifies: bool,
    /// The flow as it was seen last; `None` if it was deleted before.
    pub(super) entity: Option<Arc<Entity>>,
}

/// The shortest pause between two looks: changes that follow each other closely are looked at together.
const PAUSE: Duration = Duration::from_millis(2);
/// The pause is this many times as long as the look took, so that looking takes at most a fifth of a core.
const REST: u32 = 4;
/// The longest time until the clock is read again.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

impl Notifications {
    pub(super) fn watched(&self) -> MutexGuard<'_, Watched> {
        // A poisoned lock is safe to use: at worst an event is sent twice.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the task begin if there is a target and it is not there. Requests know that there is a target from now on.
    pub(super) fn keep_watch(&self, watched: &mut Watched) {
        let any = !self.configured.is_empty() || !watched.sandboxes.is_empty();
        self.is_watching.store(any, Ordering::Relaxed);
        let Some((runtime, app)) = self.server.get() else { return };
        let Some(app) = app.upgrade() else { return };
        if any && !watched.is_running {
            watched.is_running = true;
            runtime.spawn(watch(app));
        } else {
            self.wakeup.notify_one(); // it ends if there is no target
        }
    }
}

impl App {
    /// Begins to send notifications in that runtime. Everything that has happened so far is past.
    pub(crate) fn begin_notifications(self: &Arc<Self>, runtime: &Handle) {
        _ = self.notifications.server.set((runtime.clone(), Arc::downgrade(self)));
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
