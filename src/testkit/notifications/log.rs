//! [`NotificationLog`]: the last notifications, in memory.

use super::delivery::{Attempt, Delivery, DeliveryFacts, DeliveryState};
use super::filter::NotificationFilter;
use crate::base::config::Config;
use crate::base::tenant::Tenant;
use crate::services::world::Part;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The last notifications, as many as the configuration allows.
pub(crate) struct NotificationLog {
    most: usize,
    max_bytes: usize,
    kept: Mutex<Kept>,
    /// Wakes those who wait for a notification to be over.
    pub(crate) changed: Notify,
    /// The number of notifications that ended in each state but `Queued`, since the start.
    ended: [AtomicU64; 3],
}

#[derive(Default)]
struct Kept {
    /// Oldest first.
    deliveries: VecDeque<Arc<Delivery>>,
    bytes: usize,
    last_id: u64,
    /// The number of events of each sandbox that were not sent, because too many fell due at once.
    skipped: HashMap<Tenant, u64>,
}

impl NotificationLog {
    /// An empty log with the configured bounds.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            most: config.notification_log,
            max_bytes: config.notification_max_bytes,
            kept: Mutex::default(),
            changed: Notify::new(),
            ended: Default::default(),
        }
    }

    /// Begins a notification. Old ones make room for it.
    pub(crate) fn begin(&self, facts: DeliveryFacts) -> Arc<Delivery> {
        let mut kept = self.kept();
        kept.last_id += 1;
        let delivery = Arc::new(Delivery::new(kept.last_id, facts));
        kept.bytes += delivery.bytes();
        kept.deliveries.push_back(Arc::clone(&delivery));
        while kept.deliveries.len() > self.most || kept.bytes > self.max_bytes {
            let Some(oldest) = kept.deliveries.pop_front() else { break };
            kept.bytes -= oldest.bytes();
        }
        delivery
    }

    /// Adds an attempt to a notification, after which it is in that state.
    pub(crate) fn attempted(&self, delivery: &Delivery, attempt: Attempt, state: DeliveryState) {
        delivery.add(attempt, state);
        self.count(state);
    }

    /// Gives a notification up, unless it is over.
    pub(crate) fn give_up(&self, delivery: &Delivery) {
        if delivery.give_up() {
            self.count(DeliveryState::Dropped);
        }
    }

    fn count(&self, state: DeliveryState) {
        if let Some(index) = ENDED.iter().position(|ended| *ended == state) {
            self.ended[index].fetch_add(1, Ordering::Relaxed);
            self.changed.notify_waiters();
        }
    }

    /// The number of notifications since the start that ended in each state.
    pub(crate) fn ended(&self) -> [(&'static str, u64); 3] {
        let mut counts = self.ended.iter().map(|count| count.load(Ordering::Relaxed));
        ENDED.map(|state| (state.name(), counts.next().unwrap_or_default()))
    }

    /// Counts events of a sandbox that are not sent.
    pub(crate) fn skip(&self, tenant: &Tenant, events: u64) {
        if events > 0 {
            *self.kept().skipped.entry(tenant.clone()).or_default() += events;
        }
    }

    /// The number of events of `part` that were not sent, because too many fell due at once.
    pub(crate) fn skipped(&self, part: &Part) -> u64 {
        self.kept().skipped.iter().filter(|(tenant, _)| part.has(tenant)).map(|(_, events)| events).sum()
    }

    /// The notifications that a filter selects, newest first; at most `limit`.
    pub(crate) fn select(&self, filter: &NotificationFilter, limit: usize) -> Vec<Arc<Delivery>> {
        let kept = self.kept();
        let found = kept.deliveries.iter().rev().filter(|delivery| filter.fits(delivery));
        found.take(limit).map(Arc::clone).collect()
    }

    /// The id of the newest notification; 0 if there was none.
    pub(crate) fn last_id(&self) -> u64 {
        self.kept().last_id
    }

    /// The notification with that id, if it is kept.
    pub(crate) fn get(&self, id: u64) -> Option<Arc<Delivery>> {
        let kept = self.kept();
        let index = kept.deliveries.binary_search_by_key(&id, |delivery| delivery.id).ok()?;
        kept.deliveries.get(index).map(Arc::clone)
    }

    /// Forgets the notifications of `part`; returns their number. Those on their way are sent all the same.
    pub(crate) fn forget(&self, part: &Part) -> usize {
        let mut kept = self.kept();
        let before = kept.deliveries.len();
        kept.deliveries.retain(|delivery| !part.has(&delivery.facts.tenant));
        kept.bytes = kept.deliveries.iter().map(|delivery| delivery.bytes()).sum();
        kept.skipped.retain(|tenant, _| !part.has(tenant));
        before - kept.deliveries.len()
    }

    // A poisoned lock is safe to use: at worst `bytes` is too small.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The states in which a notification is over.
const ENDED: [DeliveryState; 3] = [DeliveryState::Delivered, DeliveryState::Failed, DeliveryState::Dropped];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::notifications::EventKind;
    use hyper::body::Bytes;
    use uuid::Uuid;

    fn facts(sandbox: &str, payload: &'static str) -> DeliveryFacts {
        DeliveryFacts {
            tenant: Tenant::new("A@AdobeOrg", sandbox),
            target: "hook".into(),
            url: "http://127.0.0.1/".into(),
            kind: EventKind::Start,
            event: Uuid::nil(),
            flow: Uuid::nil(),
            run: Uuid::nil(),
            at: 0,
            payload: Bytes::from_static(payload.as_bytes()),
            replay_of: None,
        }
    }

    fn ids(log: &NotificationLog) -> Vec<u64> {
        log.select(&NotificationFilter::of(Part::All), usize::MAX)
            .iter()
            .map(|delivery| delivery.id)
            .collect()
    }

    #[test]
    fn the_newest_are_kept_and_a_part_is_forgotten_without_the_others() {
        let log = NotificationLog::new(&Config::default().with_notification_log(2));
        for sandbox in ["one", "two", "one"] {
            log.begin(facts(sandbox, "{}"));
        }
        log.skip(&Tenant::new("A@AdobeOrg", "one"), 7);
        assert_eq!(ids(&log), [3, 2]);
        assert!(log.get(1).is_none() && log.get(2).is_some_and(|delivery| delivery.id == 2));
        let one = Part::Sandbox(Tenant::new("A@AdobeOrg", "one"));
        assert_eq!((log.skipped(&one), log.skipped(&Part::All)), (7, 7));
        assert_eq!((log.forget(&one), log.skipped(&Part::All)), (1, 0));
        assert_eq!((ids(&log), log.last_id()), (vec![2], 3));
    }

    #[test]
    fn the_memory_is_bounded() {
        let log = NotificationLog::new(&Config::default().with_notification_max_bytes(10_000));
        (0..100).for_each(|_| _ = log.begin(facts("one", "{}")));
        assert_eq!(ids(&log), [100, 99]);
        let none = NotificationLog::new(&Config::default().with_notification_log(0));
        let delivery = none.begin(facts("one", "{}"));
        assert!(ids(&none).is_empty());
        none.give_up(&delivery);
        none.give_up(&delivery);
        assert_eq!(none.ended(), [("delivered", 0), ("failed", 0), ("dropped", 1)]);
    }
}
