//! [`dispose`]: giving back what may be large, where nobody waits for it.

use std::thread;

/// Drops `old` on a thread of its own. Without one it is dropped here, which is slower and no less right.
pub(crate) fn dispose<T: Send + 'static>(old: T) {
    _ = thread::Builder::new().name("flowmock-dispose".into()).spawn(move || drop(old));
}
