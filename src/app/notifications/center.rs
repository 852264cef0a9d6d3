//! [`Notifications`]: everything about notifications that a server holds.

use super::couriers::{Address, Couriers};
use super::watched::Watched;
use crate::base::config::Config;
use crate::base::document::refusal::Problem;
use crate::services::notifications::Target;
use crate::services::notifications::host::way_to;
use crate::testkit::notifications::{Delivery, NotificationLog};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// The notifications of a server.
pub(crate) struct Notifications {
    /// The targets of every sandbox, which the configuration names.
    pub(super) configured: Vec<Arc<Target>>,
    pub(crate) log: Arc<NotificationLog>,
    pub(crate) couriers: Couriers,
    watched: Mutex<Watched>,
    /// Whether there is a target, for requests, which must not wait for `watched`.
    is_watching: AtomicBool,
    /// Whether this server delivers notifications, if others share its state; empty if none do.
    is_own: OnceLock<Arc<AtomicBool>>,
    /// Wakes the task that looks.
    pub(super) wakeup: Notify,
    /// Starts tasks of the server; empty before it runs.
    pub(super) tasks: OnceLock<Tasks>,
}

/// Starts the tasks of a server that is still there.
pub(super) struct Tasks {
    /// Starts the one that looks.
    pub(super) watch: Box<dyn Fn() + Send + Sync>,
    /// Starts one that sends the notifications of a target; `None` if the server is gone.
    pub(super) carry: Box<dyn Fn(Address) -> Option<AbortHandle> + Send + Sync>,
}

impl Notifications {
    /// Those of a server with that configuration.
    pub(crate) fn new(config: &Config) -> Self {
        let urls = config.notification_urls.iter().zip(1..);
        let configured =
            urls.map(|(url, number)| Arc::new(Target::plain(format!("configured-{number}"), url.clone())));
        let log = Arc::new(NotificationLog::new(config));
        Self {
            configured: configured.collect(),
            couriers: Couriers::new(Arc::clone(&log), config.allow_notification_hosts.clone()),
            log,
            watched: Mutex::default(),
            is_watching: AtomicBool::new(false),
            is_own: OnceLock::new(),
            wakeup: Notify::new(),
            tasks: OnceLock::new(),
        }
    }

    /// Whether the configured targets may be notified.
    ///
    /// # Errors
    /// A problem for each that may not.
    pub(crate) fn check(config: &Config) -> Result<(), Vec<Problem>> {
        let ways = config
            .notification_urls
            .iter()
            .map(|url| (url, way_to(url.host(), &config.allow_notification_hosts)));
        let problems = ways.filter_map(|(url, way)| {
            way.err().map(|reason| Problem::new("", format!("--notification-url {url} {reason}")))
        });
        let problems: Vec<Problem> = problems.collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Whether there is a target. Costs a load of an atomic.
    pub(crate) fn is_watching(&self) -> bool {
        self.is_watching.load(Ordering::Relaxed)
    }

    /// Lets the task look soon, if there is one: something was changed.
    pub(crate) fn wake(&self) {
        if self.is_watching() {
            self.wakeup.notify_one();
        }
    }

    /// The number of configured targets.
    pub(crate) fn configured(&self) -> usize {
        self.configured.len()
    }

    pub(super) fn watched(&self) -> MutexGuard<'_, Watched> {
        // A poisoned lock is safe to use: at worst an event is sent twice.
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the task begin if there is a target and it is not there. Requests know that there is a target from now on.
    pub(super) fn keep_watch(&self, watched: &mut Watched) {
        let any = !self.configured.is_empty() || !watched.sandboxes.is_empty();
        self.is_watching.store(any, Ordering::Relaxed);
        let Some(tasks) = self.tasks.get() else { return };
        if any && !watched.is_running {
            watched.is_running = true;
            (tasks.watch)();
        } else {
            self.wakeup.notify_one(); // it ends if there is no target
        }
    }

    /// Delivers notifications only while `is_own` is true: of the servers that share a state, one does.
    #[cfg(feature = "redis")]
    pub(crate) fn deliver_only_as(&self, is_own: Arc<AtomicBool>) {
        _ = self.is_own.set(is_own);
    }

    /// Whether this server delivers notifications.
    pub(super) fn delivers(&self) -> bool {
        self.is_own.get().is_none_or(|is_own| is_own.load(Ordering::Relaxed))
    }

    /// Sends a notification after the others of its target, once the server runs.
    pub(super) fn send(&self, delivery: Arc<Delivery>, target: &Arc<Target>) {
        if let Some(tasks) = self.tasks.get() {
            self.couriers.send(delivery, target, &tasks.carry);
        }
    }
}
