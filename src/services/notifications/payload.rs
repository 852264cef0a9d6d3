//! [`Form`]: the three documented forms of a notification. Reference: "Notifications".
//!
//! Decided: the older forms have no start, since the older subscriptions name only success and failure. Each of them takes
//! both, with the code that the form documents for one and the closest documented code for the other. `slaCreatedAt`,
//! `processStartTime` and `transformedTime` are the times of the run's creation, its start and the event.

use super::event::{EventKind, RunEvent};
use crate::base::tenant::Tenant;
use crate::services::runs::Run;
use serde_json::{Map, Value, json};

/// The form of the payloads of a target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// Today's: the run with `flowName` and `header`, without an envelope.
    #[default]
    Current,
    /// The older one of successes: `{"event_id", "event"}`.
    Event,
    /// The older one of failures: `[{"messages": [...]}]`.
    Messages,
}

const PROVIDER: &str = "aep_observability_catalog_events";

impl Form {
    /// The forms by name.
    pub(crate) const CHOICES: [(&'static str, Self); 3] =
        [("current", Self::Current), ("event", Self::Event), ("messages", Self::Messages)];

    /// Its name in documents.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Event => "event",
            Self::Messages => "messages",
        }
    }

    /// Whether it has a payload for such events.
    pub(crate) fn has(self, kind: EventKind) -> bool {
        self == Self::Current || kind != EventKind::Start
    }

    /// The code of an event.
    pub(crate) const fn code(self, kind: EventKind) -> &'static str {
        match (self, kind) {
            (Self::Current, EventKind::Start | EventKind::Success) => "source_flow_run_info",
            (Self::Current, EventKind::Failure) => "source_flow_run_error",
            (_, EventKind::Success) => "sources_flow_run_success",
            (Self::Event, _) => "sources_flow_run_failure",
            (Self::Messages, _) => "sources_flow_run_failed",
        }
    }
}

/// What a payload tells of.
pub(crate) struct Told<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) event: RunEvent,
    pub(crate) kind: EventKind,
    pub(crate) run: &'a Run,
    /// The run as `GET /runs/{id}` answers it at that moment.
    pub(crate) item: &'a Map<String, Value>,
    /// The flow's name, unless it was deleted before it was seen.
    pub(crate) flow_name: Option<String>,
}

impl Told<'_> {
    /// The payload in that form.
    pub(crate) fn payload(&self, form: Form) -> Vec<u8> {
        let Self { tenant, event, kind, run, item, flow_name } = self;
        let code = form.code(*kind);
        let header = json!({
            "_adobeio": {"imsOrgId": &*tenant.ims_org, "providerMetadata": PROVIDER, "eventCode": code}
        });
        let mut told = (*item).clone();
        let payload = match form {
            Form::Current => {
                told.shift_remove("flowSpec");
                if let Some(name) = flow_name {
                    told.insert("flowName".to_owned(), name.as_str().into());
                }
                told.insert("header".to_owned(), header);
                Value::Object(told)
            }
            Form::Event => {
                told.insert("slaCreatedAt".to_owned(), run.created.into());
                told.insert("processStartTime".to_owned(), run.start.into());
                told.insert("header".to_owned(), header);
                told.insert("transformedTime".to_owned(), event.at.into());
                json!({"event_id": event.id(), "event": told})
            }
            Form::Messages => json!([{"messages": [{
                "msgType": "eventNotification",
                "version": "1.0",
                "timestamp": event.at,
                "imsOrgId": &*tenant.ims_org,
                "schema": {"name": "run-notification", "version": "1.0"},
                "provider": "FlowService",
                "_eventNotificationMeta": {"category": "Platform Notifications", "type": code},
                "value": told,
            }]}]),
        };
        payload.to_string().into_bytes()
    }
}
