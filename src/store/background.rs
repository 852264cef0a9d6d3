//! [`drop_in_background`]: frees large values without making a request wait.

use std::thread;

/// Drops `value` on a thread of its own; on this one if the system gives no thread.
pub(crate) fn drop_in_background<T: Send + 'static>(value: T) {
    _ = thread::Builder::new().name("flowmock-drop".into()).spawn(move || drop(value));
}
