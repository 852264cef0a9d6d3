//! [`Run`]: a run of a flow at one moment.

use super::extra::{Hour, Put};
use super::outcome::{NEVER, Outcome, Status};
use super::run_id::{RunId, mix};
use super::shared::Shared;
use crate::base::time::Millis;
use crate::store::Etag;
use serde_json::Value;
use uuid::Uuid;

/// A run at one moment.
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) uuid: Uuid,
    pub(crate) status: Status,
    pub(crate) created: Millis,
    pub(crate) updated: Millis,
    pub(crate) start: Millis,
    /// When it ends or ended; [`NEVER`] if it is stuck.
    pub(crate) end: Millis,
    /// The source time that it reads.
    pub(crate) window: (Millis, Millis),
    pub(crate) outcome: Shared<Outcome>,
    pub(crate) origin: Origin,
    /// The whole run, as a provider has put it.
    pub(crate) put: Option<Shared<Put>>,
}

/// What a run came from.
pub(crate) enum Origin {
    Schedule,
    /// The events of an hour.
    Events(Hour),
    /// A call with these `params`, by that user and client.
    Call {
        params: Option<Shared<Value>>,
        by: Option<Shared<(String, String)>>,
    },
}

impl Run {
    /// When it ended; `None` if it is not over.
    pub(crate) fn completed(&self) -> Option<Millis> {
        (self.status.is_final() && self.end != NEVER).then_some(self.end)
    }

    /// The version of the run, which changes with its status.
    pub(crate) fn etag(&self) -> Etag {
        let stage = match self.status {
            Status::Scheduled => 0,
            Status::InProgress => 1,
            Status::Success | Status::Failed | Status::PartialSuccess => 2,
        };
        let put = self.put.as_ref().map_or(0, |put| 3 + put.version);
        let (high, low) = self.uuid.as_u64_pair();
        // Events change the run of an hour within its stage.
        let events = match &self.origin {
            Origin::Events(hour) => hour.events.ok + hour.events.failed,
            _ => 0,
        };
        let write = mix(high ^ low ^ mix(events)).wrapping_add(stage).wrapping_add(u64::from(put));
        Etag::new(write as u32, self.shown_updated())
    }

    /// The time of its last change.
    pub(crate) fn shown_updated(&self) -> Millis {
        self.put.as_ref().map_or(self.updated, |put| put.at.max(self.updated))
    }

    /// The name of its status.
    pub(crate) fn shown_status(&self) -> &str {
        let put = self.put.as_ref().and_then(|put| put.members.get("metrics"));
        let put = put.and_then(|metrics| metrics["statusSummary"]["status"].as_str());
        put.unwrap_or(self.status.name())
    }
}
