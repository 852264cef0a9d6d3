//! [`when_woken`]: a future that is polled only after it was woken.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// Polls `future` only after it was woken, in a task that is woken much more often for something else.
///
/// Timers and channels register their wakers anew whenever they are polled.
pub(super) fn when_woken<F: Future + Unpin>(mut future: F) -> impl Future<Output = F::Output> {
    let mut task = Waker::noop().clone();
    let signal = Arc::new(Signal { is_woken: AtomicBool::new(true), task: Mutex::new(task.clone()) });
    let waker = Waker::from(Arc::clone(&signal));
    poll_fn(move |context| {
        // Before the flag is read: a wake-up in between would wake the task of before.
        if !task.will_wake(context.waker()) {
            task.clone_from(context.waker());
            signal.task().clone_from(&task);
        }
        if !signal.is_woken.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        // A swap, since a store would not synchronize with the thread that woke the future.
        signal.is_woken.swap(false, Ordering::AcqRel);
        Pin::new(&mut future).poll(&mut Context::from_waker(&waker))
    })
}

/// Remembers that the future was woken, and wakes its task.
struct Signal {
    is_woken: AtomicBool,
    /// It stays here: a wake-up during a poll must not take the waker that the next one needs.
    task: Mutex<Waker>,
}

impl Signal {
    fn task(&self) -> MutexGuard<'_, Waker> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::Release);
        let task = self.task().clone(); // woken without the lock, which a poll takes
        task.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::pin::pin;
    use std::sync::atomic::AtomicUsize;
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

    /// A waker that counts, for polls by hand.
    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn every_wake_up_wakes_the_task_even_one_during_a_poll() {
        let (counter, inner_waker) = (Arc::new(Counter::default()), Cell::new(None::<Waker>));
        let wakes_itself = Cell::new(true);
        let inner = poll_fn(|context| {
            inner_waker.set(Some(context.waker().clone()));
            if wakes_itself.replace(false) {
                context.waker().wake_by_ref(); // as another thread would during the poll
            }
            Poll::<()>::Pending
        });
        let task = Waker::from(Arc::clone(&counter));
        let mut context = Context::from_waker(&task);
        let mut outer = pin!(when_woken(inner));
        assert!(outer.as_mut().poll(&mut context).is_pending());
        for wake_ups in 1..5 {
            assert_eq!(counter.0.load(Ordering::SeqCst), wake_ups);
            for _ in 0..3 {
                assert!(outer.as_mut().poll(&mut context).is_pending()); // for something else, but for the first
            }
            inner_waker.take().unwrap().wake();
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
