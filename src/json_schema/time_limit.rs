//! [`within`]: an end to work on a thread that cannot be stopped from outside.
//!
//! Schemas that users bring are compiled with a keyword that calls [`check`] in each subschema. Past the limit it unwinds
//! the stack up to the [`interruptible`] call.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The work took longer than its time limit, or nobody waits for its result any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// When work has to end.
#[derive(Clone, Debug)]
pub struct TimeLimit {
    /// `None` if it is too far away to be told.
    end: Option<Instant>,
    abandoned: Arc<AtomicBool>,
}

/// Until it is dropped, somebody waits for the result of the work with this time limit.
#[derive(Debug)]
pub struct Interest(Arc<AtomicBool>);

impl TimeLimit {
    /// The limit of work that may take this long from now.
    #[must_use]
    pub fn of(duration: Duration) -> Self {
        Self { end: Instant::now().checked_add(duration), abandoned: Arc::default() }
    }

    /// A value whose drop ends the work early.
    #[must_use]
    pub fn interest(&self) -> Interest {
        Interest(Arc::clone(&self.abandoned))
    }

    fn is_over(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed) || self.end.is_some_and(|end| Instant::now() >= end)
    }
}

impl Drop for Interest {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

thread_local! {
    static LIMIT: RefCell<Option<TimeLimit>> = const { RefCell::new(None) };
    static CALLS: Cell<u32> = const { Cell::new(0) };
}

/// The number of calls of [`check`] between two looks at the clock.
const CALLS_PER_LOOK: u32 = 16;

/// Does work on this thread whose [`interruptible`] parts end with `limit`.
pub fn within<T>(limit: TimeLimit, work: impl FnOnce() -> T) -> T {
    struct Restore(Option<TimeLimit>);
    impl Drop for Restore {
        fn drop(&mut self) {
            LIMIT.set(self.0.take());
        }
    }
    let _restore = Restore(LIMIT.replace(Some(limit)));
    work()
}

/// Does work that calls [`check`]. Without a limit of the thread, it may take as long as `otherwise` says.
pub(crate) fn interruptible<T>(
    otherwise: Duration, work: impl FnOnce() -> T,
) -> Result<T, Interrupted> {
    if LIMIT.with_borrow(Option::is_none) {
        return within(TimeLimit::of(otherwise), || interruptible(otherwise, work));
    }
    if LIMIT.with_borrow(|limit| limit.as_ref().is_some_and(TimeLimit::is_over)) {
        return Err(Interrupted);
    }
    // The work only reads: what it leaves half done is dropped on the way.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Interrupted>() {
        Ok(interrupted) => *interrupted,
        Err(panic) => resume_unwind(panic),
    })
}

/// Ends the [`interruptible`] work around it if its time is over.
#[inline]
pub(crate) fn check() {
    let calls = CALLS.get();
    CALLS.set(calls.wrapping_add(1));
    if calls % CALLS_PER_LOOK == 0 {
        look_at_the_clock();
    }
}

#[cold]
#[inline(never)]
fn look_at_the_clock() {
    if LIMIT.with_borrow(|limit| limit.as_ref().is_some_and(TimeLimit::is_over)) {
        resume_unwind(Box::new(Interrupted)); // no panic: it calls no hook and prints nothing
    }
}
