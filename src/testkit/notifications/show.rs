//! [`Notification`]: a notification as tests see it.

use super::delivery::{Attempt, Delivery};
use crate::base::time::rfc3339;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A notification of a run, and the attempts to deliver it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Notification {
    /// Its number among the notifications of the server.
    pub id: u64,
    /// The organisation of the flow.
    pub ims_org_id: String,
    /// The sandbox of the flow.
    pub sandbox: String,
    /// The id of the target.
    pub target: String,
    /// The URL of the target, without the values of its query.
    pub url: String,
    /// `start`, `success` or `failure`.
    pub event: String,
    /// The id of the event, which is the same for all targets, attempts and replays.
    pub event_id: String,
    /// The flow.
    pub flow_id: String,
    /// The run.
    pub run_id: String,
    /// When the run started or ended, by the server's clock.
    pub time: String,
    /// `queued`, `delivered`, `failed`, or `dropped` for one that is not sent, because its target is gone or too many waited.
    pub state: String,
    /// The id of the notification that this one repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay_of: Option<u64>,
    /// The attempts so far.
    pub attempts: Vec<NotificationAttempt>,
    payload: Box<RawValue>,
}

/// An attempt to deliver a notification.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NotificationAttempt {
    /// When it began, by the server's clock.
    pub time: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The status of the answer, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The beginning of the answer's body, unless it was empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The reason why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Notification {
    /// A notification as it is now.
    pub(crate) fn of(delivery: &Delivery) -> Self {
        let facts = &delivery.facts;
        let (state, attempts) = delivery.so_far();
        let payload = String::from_utf8_lossy(&facts.payload).into_owned();
        Self {
            id: delivery.id,
            ims_org_id: facts.tenant.ims_org.to_string(),
            sandbox: facts.tenant.sandbox.to_string(),
            target: facts.target.clone(),
            url: facts.url.clone(),
            event: facts.kind.name().to_owned(),
            event_id: facts.event.to_string(),
            flow_id: facts.flow.to_string(),
            run_id: facts.run.to_string(),
            time: rfc3339(facts.at),
            state: state.name().to_owned(),
            replay_of: facts.replay_of,
            attempts: attempts.into_iter().map(NotificationAttempt::from).collect(),
            payload: RawValue::from_string(payload).unwrap_or_default(),
        }
    }

    /// The JSON text that the target gets.
    #[must_use]
    pub fn text(&self) -> &str {
        self.payload.get()
    }

    /// The payload that the target gets.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap_or_default()
    }
}

impl From<Attempt> for NotificationAttempt {
    fn from(Attempt { at, duration_ms, outcome }: Attempt) -> Self {
        let (status, answer, error) = match outcome {
            Ok((status, answer)) => (Some(status), Some(answer).filter(|answer| !answer.is_empty()), None),
            Err(error) => (None, None, Some(error)),
        };
        Self { time: rfc3339(at), duration_ms, status, answer, error }
    }
}
