//! Sends notifications of runs to webhooks.
//!
//! ```text
//! services::notifications   targets, what has happened to runs since the last look, payloads
//! watch                     looks when something was changed or falls due, while there is a target
//! couriers                  one task for each target that has something to send
//! client                    one attempt
//! testkit::notifications    the log
//! ```
//!
//! Runs are computed when somebody asks, so their events are too: a task looks when a request may have changed something, when
//! the clock was moved, and when the next event falls due. It exists only while there is a target.

pub(crate) mod client;
pub(crate) mod couriers;
pub(crate) mod look;
pub(crate) mod registration;
pub(crate) mod replay;
#[cfg(test)]
mod tests;
pub(crate) mod watch;

use crate::app::App;
use crate::base::config::Config;
use crate::base::document::refusal::Problem;
use crate::services::notifications::Target;
use crate::services::notifications::host::way_to;
use crate::testkit::notifications::NotificationLog;
use couriers::Couriers;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use tokio::runtime::Handle;
use tokio::sync::Notify;
use watch::Watched;

/// The notifications of a server.
pub(crate) struct Notifications {
    /// The targets of every sandbox, which the configuration names.
    configured: Vec<Arc<Target>>,
    pub(crate) log: Arc<NotificationLog>,
    pub(crate) couriers: Couriers,
    watched: Mutex<Watched>,
    /// Whether there is a target, for requests, which must not wait for `watched`.
    is_watching: AtomicBool,
    /// Wakes the task that looks.
    wakeup: Notify,
    /// The runtime of the server, and the server; empty before it runs.
    server: OnceLock<(Handle, Weak<App>)>,
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
            wakeup: Notify::new(),
            server: OnceLock::new(),
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
}
