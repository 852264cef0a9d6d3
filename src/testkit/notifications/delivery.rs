//! [`Delivery`]: a notification on its way to a target.

use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::notifications::EventKind;
use hyper::body::Bytes;
use std::sync::{Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// A notification on its way to a target, or after that.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// Counts the notifications of the server.
    pub(crate) id: u64,
    pub(crate) facts: DeliveryFacts,
    progress: Mutex<(DeliveryState, Vec<Attempt>)>,
}

/// The facts about a notification before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryFacts {
    pub(crate) tenant: Tenant,
    /// The id of the target.
    pub(crate) target: String,
    /// The target's URL as it may be shown.
    pub(crate) url: String,
    pub(crate) kind: EventKind,
    pub(crate) event: Uuid,
    pub(crate) flow: Uuid,
    pub(crate) run: Uuid,
    /// When the event happened, by the server's clock.
    pub(crate) at: Millis,
    pub(crate) payload: Bytes,
    /// The notification that this one repeats.
    pub(crate) replay_of: Option<u64>,
}

/// How far a notification is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryState {
    /// It waits for its turn, or for the next attempt.
    Queued,
    /// The target answered with 2xx.
    Delivered,
    /// The last attempt failed.
    Failed,
    /// It is not sent: its target is gone, or had too many others before it.
    Dropped,
}

impl DeliveryState {
    pub(crate) const ALL: [Self; 4] = [Self::Queued, Self::Delivered, Self::Failed, Self::Dropped];

    /// Its name in control calls.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// An attempt to deliver a notification.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attempt {
    /// When it began, by the server's clock.
    pub(crate) at: Millis,
    pub(crate) duration_ms: u64,
    /// The status of the answer, and the beginning of its body; otherwise the reason why there is none.
    pub(crate) outcome: Result<(u16, String), String>,
}

impl Delivery {
    pub(super) fn new(id: u64, facts: DeliveryFacts) -> Self {
        Self { id, facts, progress: Mutex::new((DeliveryState::Queued, Vec::new())) }
    }

    /// How far it is.
    pub(crate) fn state(&self) -> DeliveryState {
        self.progress().0
    }

    /// How far it is, and the attempts so far.
    pub(crate) fn so_far(&self) -> (DeliveryState, Vec<Attempt>) {
        self.progress().clone()
    }

    /// Adds an attempt, after which it is in that state.
    pub(super) fn add(&self, attempt: Attempt, state: DeliveryState) {
        let mut progress = self.progress();
        progress.0 = state;
        progress.1.push(attempt);
    }

    /// Gives it up, unless it is over.
    pub(super) fn give_up(&self) -> bool {
        let mut progress = self.progress();
        let was_queued = progress.0 == DeliveryState::Queued;
        if was_queued {
            progress.0 = DeliveryState::Dropped;
        }
        was_queued
    }

    /// Its approximate size in memory; the attempts are counted as if all were made.
    pub(super) fn bytes(&self) -> usize {
        const ABOUT_THE_REST: usize = 4096;
        ABOUT_THE_REST + self.facts.payload.len()
    }

    // A poisoned lock is safe to use: each change is one step.
    fn progress(&self) -> MutexGuard<'_, (DeliveryState, Vec<Attempt>)> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
