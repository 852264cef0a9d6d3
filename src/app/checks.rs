//! [`Checks`]: the queue for checks with user-supplied connection specs.
//!
//! Compiling such a spec, or checking params with it, may take seconds. This happens on separate threads. Few checks run at
//! once, so that control calls find a free thread too.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Number of checks that run at once.
const MAX_RUNNING: usize = 2;

/// Number of checks that may wait for their turn, each with the body of its request.
pub(crate) const MAX_WAITING: usize = 64;

/// The queue for checks with user-supplied connection specs.
pub(crate) struct Checks {
    running: Arc<Semaphore>,
    waiting: Semaphore,
}

/// Permission to run one check, until this is dropped.
pub(crate) type Turn = OwnedSemaphorePermit;

impl Default for Checks {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(MAX_RUNNING)), waiting: Semaphore::new(MAX_WAITING) }
    }
}

impl Checks {
    /// Waits for permission to run a check; `None` if too many checks wait already.
    pub(crate) async fn turn(&self) -> Option<Turn> {
        if let Ok(turn) = Arc::clone(&self.running).try_acquire_owned() {
            return Some(turn);
        }
        let _place = self.waiting.try_acquire().ok()?;
        Arc::clone(&self.running).acquire_owned().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    #[test]
    fn two_checks_run_some_wait_and_the_rest_are_refused() {
        let checks = Checks::default();
        let mut context = Context::from_waker(Waker::noop());
        let mut running: Vec<_> = (0..MAX_RUNNING)
            .map(|_| match pin!(checks.turn()).poll(&mut context) {
                std::task::Poll::Ready(Some(turn)) => turn,
                _ => panic!("has to wait"),
            })
            .collect();
        let mut waiting: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(checks.turn())).collect();
        assert!(waiting.iter_mut().all(|turn| turn.as_mut().poll(&mut context).is_pending()));
        assert!(matches!(pin!(checks.turn()).poll(&mut context), std::task::Poll::Ready(None)));
        drop(running.pop());
        assert!(waiting[0].as_mut().poll(&mut context).is_ready());
        // A request that gives up leaves the queue.
        drop(waiting.pop());
        assert!(pin!(checks.turn()).poll(&mut context).is_pending());
    }
}
