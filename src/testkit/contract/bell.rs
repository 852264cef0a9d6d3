//! [`Bell`]: how the background task that examines requests learns that there are some.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

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
    pub(crate) async fn wait(&self, is_new: impl Fn() -> bool) {
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
