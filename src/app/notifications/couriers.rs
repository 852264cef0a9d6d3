//! [`Couriers`]: the tasks that send notifications, one for each target that has something to send. So a target that is slow
//! or gone holds up no other, and each gets its notifications in order.

use super::client;
use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::notifications::Target;
use crate::services::world::Part;
use crate::testkit::notifications::{Attempt, Delivery, DeliveryState, NotificationLog};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

/// The most notifications of a target that wait to be sent.
const MOST_WAITING: usize = 1000;

/// The notifications that wait to be sent.
pub(crate) struct Couriers {
    log: Arc<NotificationLog>,
    /// The hosts besides this machine that may be notified.
    allowed: Vec<String>,
    queues: Mutex<HashMap<Address, Queue>>,
}

/// A target: its sandbox and its id.
pub(super) type Address = (Tenant, String);

/// A notification, and the target as it was when the run's event happened.
pub(super) type Job = (Arc<Delivery>, Arc<Target>);

/// The notifications of a target that are not over, in their order. The first one is being sent.
struct Queue {
    waiting: VecDeque<Job>,
    task: AbortHandle,
}

impl Couriers {
    pub(super) fn new(log: Arc<NotificationLog>, allowed: Vec<String>) -> Self {
        Self { log, allowed, queues: Mutex::default() }
    }

    /// Sends a notification after the others of its target.
    /// `start` starts a task for a target that has none; without one the notification is not sent.
    pub(super) fn send(
        &self, delivery: Arc<Delivery>, target: &Arc<Target>, start: impl Fn(Address) -> Option<AbortHandle>,
    ) {
        let address = (delivery.facts.tenant.clone(), target.id.clone());
        let mut queues = self.queues();
        let Some(queue) = queues.get_mut(&address) else {
            let waiting = VecDeque::from([(delivery, Arc::clone(target))]);
            if let Some(task) = start(address.clone()) {
                queues.insert(address, Queue { waiting, task });
            }
            return;
        };
        if queue.waiting.len() < MOST_WAITING {
            queue.waiting.push_back((delivery, Arc::clone(target)));
        } else {
            self.log.give_up(&delivery);
        }
    }

    /// Stops everything that is on its way to those targets.
    pub(super) fn stop(&self, is_gone: impl Fn(&Tenant, &str) -> bool) {
        self.queues().retain(|(tenant, target), queue| {
            if !is_gone(tenant, target) {
                return true;
            }
            queue.task.abort();
            queue.waiting.iter().for_each(|(delivery, _)| self.log.give_up(delivery));
            false
        });
    }

    /// Whether a notification of `part` is not over.
    pub(super) fn is_busy(&self, part: &Part) -> bool {
        self.queues().keys().any(|(tenant, _)| part.has(tenant))
    }

    /// The number of notifications that are not over.
    pub(crate) fn waiting(&self) -> usize {
        self.queues().values().map(|queue| queue.waiting.len()).sum()
    }

    /// The first notification of a queue.
    pub(super) fn first(&self, address: &Address) -> Option<Job> {
        self.queues().get(address).and_then(|queue| queue.waiting.front().cloned())
    }

    /// Removes a notification, which is over, from the front of its queue; returns the next one.
    pub(super) fn next(&self, address: &Address, over: &Delivery) -> Option<Job> {
        let mut queues = self.queues();
        // A queue that was stopped in the meantime is gone, or another one with its own task has taken its place.
        let queue = queues.get_mut(address);
        let queue =
            queue.filter(|queue| queue.waiting.front().is_some_and(|(first, _)| first.id == over.id))?;
        queue.waiting.pop_front();
        let next = queue.waiting.front().cloned();
        if next.is_none() {
            queues.remove(address);
        }
        next
    }

    /// Makes attempts until one succeeds or the last one has failed. The times are those of the server's clock.
    pub(super) async fn deliver(&self, delivery: &Delivery, target: &Target, now: impl Fn() -> Millis) {
        let terms = target.delivery;
        for number in 1..=terms.attempts {
            let (at, began) = (now(), Instant::now());
            let headers = [
                ("x-flowmock-notification", delivery.id.to_string()),
                ("x-flowmock-event", delivery.facts.event.to_string()),
                ("x-flowmock-attempt", number.to_string()),
            ];
            let answer = client::post(target, delivery.facts.payload.clone(), &headers, &self.allowed).await;
            let is_last = number == terms.attempts;
            let state = match &answer {
                Ok(answer) if answer.is_success() => DeliveryState::Delivered,
                Ok(answer) if is_last || !answer.is_passing() => DeliveryState::Failed,
                Err(_) if is_last => DeliveryState::Failed,
                _ => DeliveryState::Queued,
            };
            if state == DeliveryState::Failed {
                let target = &*target.id;
                tracing::warn!(
                    target,
                    notification = delivery.id,
                    attempts = number,
                    "a notification was not delivered"
                );
            }
            let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            let outcome = answer.map(|answer| (answer.status, answer.excerpt()));
            self.log.attempted(delivery, Attempt { at, duration_ms, outcome }, state);
            if state != DeliveryState::Queued {
                return;
            }
            sleep(terms.pause(number)).await;
        }
    }

    // A poisoned lock is safe to use: each change is one step.
    fn queues(&self) -> MutexGuard<'_, HashMap<Address, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
