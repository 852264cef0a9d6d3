//! What the log of notifications is asked for: reading, waiting, replaying, forgetting.

use crate::app::{App, Shared};
use crate::base::document::refusal::Refused;
use crate::services::world::Part;
use crate::testkit::notifications::{DeliveryFacts, Notification, NotificationFilter};
use serde::Serialize;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The answer to `GET /_flowmock/notifications`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    notifications: Vec<Notification>,
    /// The `sinceId` for the next notifications.
    last_id: u64,
    /// The number of events that were not sent, because too many fell due at once.
    skipped: u64,
}

impl App {
    /// The notifications that a filter selects, newest first; at most `limit` unless the filter has a limit.
    pub(crate) fn notifications(&self, filter: &NotificationFilter, limit: usize) -> Vec<Notification> {
        let found = self.notifications.log.select(filter, filter.limit().unwrap_or(limit));
        found.iter().map(|delivery| Notification::of(delivery)).collect()
    }

    /// The selected notifications as a JSON document, after a look at what has happened.
    pub(crate) fn notifications_json(&self, filter: &NotificationFilter, limit: usize) -> Vec<u8> {
        self.look();
        let list = List {
            last_id: self.notifications.log.last_id(),
            notifications: self.notifications(filter, limit),
            skipped: self.notifications.log.skipped(filter.part()),
        };
        serde_json::to_vec(&list).unwrap_or_default()
    }

    /// Waits until the notifications of `part` that are due now are over, at most that long.
    pub(crate) async fn notifications_settled(self: &Shared, part: &Part, patience: Duration) {
        let app = Shared::clone(self);
        // It fails only if the server stops.
        _ = tokio::task::spawn_blocking(move || app.look()).await;
        let deadline = Instant::now() + patience;
        let log = &self.notifications.log;
        loop {
            let mut changed = std::pin::pin!(log.changed.notified());
            changed.as_mut().enable(); // before the look, or a change could be missed
            if !self.notifications.couriers.is_busy(part) || timeout_at(deadline, changed).await.is_err() {
                return;
            }
        }
    }

    /// The notification with that id.
    ///
    /// # Errors
    /// If the log has none, or no longer.
    pub(crate) fn notification(&self, id: &str) -> Result<Notification, Refused> {
        let found = id.parse().ok().and_then(|id| self.notifications.log.get(id));
        found.map(|delivery| Notification::of(&delivery)).ok_or_else(unknown)
    }

    /// Sends a notification again, with the payload that it had, after the others of its target. Returns the id of the new
    /// one.
    ///
    /// # Errors
    /// If the log has no such notification, or its target is gone.
    pub(crate) fn replay_notification(&self, id: &str) -> Result<u64, Refused> {
        let found = id.parse().ok().and_then(|id| self.notifications.log.get(id)).ok_or_else(unknown)?;
        let facts = &found.facts;
        let targets = self.targets_of(&self.open(&facts.tenant));
        let target = targets.iter().find(|target| target.id == facts.target);
        let target = target.ok_or_else(|| {
            Refused::because("", "the notification's target is gone; register it again first")
        })?;
        let facts = DeliveryFacts { replay_of: Some(found.id), url: target.url.to_string(), ..facts.clone() };
        Ok(self.dispatch(target, facts))
    }

    /// Forgets the notifications of `part`; returns their number. Those on their way are sent all the same.
    pub(crate) fn forget_notifications(&self, part: &Part) -> usize {
        self.notifications.log.forget(part)
    }
}

fn unknown() -> Refused {
    Refused::not_found(
        "the log has no notification with that id, or no longer; GET /_flowmock/notifications lists those it has",
    )
}
