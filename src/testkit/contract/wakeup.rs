//! [`Wakeup`]: wakes the background task that examines requests.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Wakes one waiting task. While none waits, a notification costs one relaxed load.
#[derive(Default)]
pub(crate) struct Wakeup {
    is_waited_for: AtomicBool,
    notify: Notify,
}

impl Wakeup {
    /// Wakes the task, if it waits.
    pub(crate) fn notify(&self) {
        if self.is_waited_for.load(Ordering::Relaxed) && self.is_waited_for.swap(false, Ordering::Relaxed) {
            self.notify.notify_one();
        }
    }

    /// Waits until `is_new` returns true. It is called again after every notification.
    pub(crate) async fn wait(&self, is_new: impl Fn() -> bool) {
        while !is_new() {
            self.is_waited_for.store(true, Ordering::SeqCst);
            // A notification before the store above woke nobody. The journal's lock orders the two.
            if is_new() {
                break;
            }
            self.notify.notified().await;
        }
        self.is_waited_for.store(false, Ordering::Relaxed);
    }
}
