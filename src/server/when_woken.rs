//! [`when_woken`]: a future that is polled only after it was woken.

use futures_util::task::AtomicWaker;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Polls `future` only after it was woken, in a task that is woken much more often for something else.
///
/// Timers and channels register their wakers anew whenever they are polled.
pub(super) fn when_woken<F: Future + Unpin>(mut future: F) -> impl Future<Output = F::Output> {
    let signal = Arc::new(Signal { is_woken: AtomicBool::new(true), task: AtomicWaker::new() });
    let waker = Waker::from(Arc::clone(&signal));
    let mut task: Option<Waker> = None;
    poll_fn(move |context| {
        let is_woken = signal.is_woken.load(Ordering::Acquire);
        let is_same_task = task.as_ref().is_some_and(|task| task.will_wake(context.waker()));
        if !is_same_task {
            task = Some(context.waker().clone());
        }
        if is_woken || !is_same_task {
            signal.task.register(context.waker()); // before the flag is cleared, or a wake-up in between would be lost
        }
        if !is_woken {
            return Poll::Pending;
        }
        signal.is_woken.swap(false, Ordering::AcqRel); // reads what the waking thread wrote, which a store would not
        Pin::new(&mut future).poll(&mut Context::from_waker(&waker))
    })
}

/// Remembers that the future was woken, and wakes its task.
struct Signal {
    is_woken: AtomicBool,
    task: AtomicWaker,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        self.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::pin::pin;
    use std::time::Duration;
    use tokio::sync::Notify;
    use tokio::task::yield_now;
    use tokio::time::{sleep, timeout};

    #[tokio::test]
    async fn it_is_polled_once_however_often_its_task_is_woken() {
        let polls = Cell::new(0);
        let inner = poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::<()>::Pending
        });
        let mut outer = pin!(when_woken(inner));
        for _ in 0..10 {
            tokio::select! {
                biased;
                () = &mut outer => unreachable!(),
                () = yield_now() => {}
            }
        }
        assert_eq!(polls.get(), 1);
    }

    #[tokio::test]
    async fn it_is_polled_when_it_wakes_itself_or_its_timer_ends() {
        let mut left = 3;
        let mut inner = pin!(async {
            poll_fn(|context| {
                left -= 1;
                context.waker().wake_by_ref();
                if left == 0 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            sleep(Duration::from_millis(5)).await;
            7
        });
        assert_eq!(timeout(Duration::from_secs(20), when_woken(inner.as_mut())).await, Ok(7));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_wake_up_of_another_thread_is_lost() {
        for _ in 0..2_000 {
            let (notify, rung) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (of_other, rings) = (Arc::clone(&notify), Arc::clone(&rung));
            let other = tokio::spawn(async move {
                of_other.notify_one();
                rings.notified().await;
                of_other.notify_one();
            });
            let mut inner = pin!(async {
                notify.notified().await;
                rung.notify_one();
                notify.notified().await;
            });
            timeout(Duration::from_secs(20), when_woken(inner.as_mut())).await.unwrap();
            other.await.unwrap();
        }
    }

    #[tokio::test]
    async fn it_wakes_the_task_to_which_it_was_moved() {
        let notify = Arc::new(Notify::new());
        let of_task = Arc::clone(&notify);
        let mut outer = Box::pin(when_woken(Box::pin(async move { of_task.notified().await })));
        assert!(futures_util::poll!(&mut outer).is_pending());
        let other = tokio::spawn(outer);
        yield_now().await; // it is polled there, and not woken
        notify.notify_one();
        timeout(Duration::from_secs(20), other).await.unwrap().unwrap();
    }
}
