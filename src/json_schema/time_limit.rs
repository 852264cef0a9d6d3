//! [`within`]: a time limit for work on a thread that cannot be stopped from outside.
//!
//! User-supplied schemas are compiled with a keyword that calls [`check`] in each subschema. Past the limit, `check`
//! unwinds the stack up to the [`interruptible`] call.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The work took longer than its time limit, or its result is no longer needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// The time limit of some work.
#[derive(Clone, Debug)]
pub struct TimeLimit {
    /// `None` if the limit is too far in the future to represent.
    end: Option<Instant>,
    abandoned: Arc<AtomicBool>,
}

/// Keeps the work with this time limit going. Dropping it ends the work, since its result is no longer needed.
#[derive(Debug)]
pub struct Interest(Arc<AtomicBool>);

impl TimeLimit {
    /// A time limit of this duration from now.
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

/// The number of calls of [`check`] between two checks of the clock.
const CALLS_PER_CLOCK_CHECK: u32 = 16;

/// Does work on this thread. Its [`interruptible`] parts end at `limit`.
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

/// Whether the time limit of the work on this thread is over; `false` without a limit.
#[must_use]
pub fn is_over() -> bool {
    LIMIT.with_borrow(|limit| limit.as_ref().is_some_and(TimeLimit::is_over))
}

/// Does work that calls [`check`]. If the thread has no time limit, the work may take as long as `otherwise`.
pub(crate) fn interruptible<T>(otherwise: Duration, work: impl FnOnce() -> T) -> Result<T, Interrupted> {
    if LIMIT.with_borrow(Option::is_none) {
        return within(TimeLimit::of(otherwise), || interruptible(otherwise, work));
    }
    if is_over() {
        return Err(Interrupted);
    }
    // The work only reads, so unwinding leaves nothing inconsistent behind.
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast::<Interrupted>() {
        Ok(interrupted) => *interrupted,
        Err(panic) => resume_unwind(panic),
    })
}

/// Ends the surrounding [`interruptible`] work if its time is over.
#[inline]
pub(crate) fn check() {
    let calls = CALLS.get();
    CALLS.set(calls.wrapping_add(1));
    if calls.is_multiple_of(CALLS_PER_CLOCK_CHECK) {
        check_clock();
    }
}

#[cold]
#[inline(never)]
fn check_clock() {
    if is_over() {
        resume_unwind(Box::new(Interrupted)); // unlike a panic, this calls no hook and prints nothing
    }
}
