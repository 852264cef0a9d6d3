//! [`Target`]: a webhook that is told of runs.

use super::event::EventKind;
use super::payload::Form;
use crate::base::config::NotificationUrl;
use crate::base::secret::Secret;
use hyper::header::HeaderName;
use hyper::http::HeaderValue;
use serde_json::{Map, Value, json};
use std::time::Duration;
use uuid::Uuid;

/// A webhook that is told of runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    /// Unique in its sandbox.
    pub(crate) id: String,
    pub(crate) url: NotificationUrl,
    pub(crate) events: Vec<EventKind>,
    pub(crate) form: Form,
    /// The only flow whose runs it is told of.
    pub(crate) flow: Option<Uuid>,
    /// Headers that are sent with each notification.
    pub(crate) headers: Vec<(HeaderName, Secret<HeaderValue>)>,
    pub(crate) delivery: DeliveryTerms,
}

/// How hard a notification is tried to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeliveryTerms {
    /// The largest number of attempts.
    pub(crate) attempts: u32,
    /// The pause before the second attempt, in milliseconds; each further pause is twice as long.
    pub(crate) retry_ms: u64,
    /// How long an attempt may take, in milliseconds.
    pub(crate) timeout_ms: u64,
}

impl Default for DeliveryTerms {
    fn default() -> Self {
        Self { attempts: 3, retry_ms: 500, timeout_ms: 5000 }
    }
}

impl DeliveryTerms {
    /// The largest number of attempts, and the longest pause and time of one.
    pub(crate) const MOST_ATTEMPTS: u64 = 10;
    pub(crate) const LONGEST_MS: u64 = 60_000;

    /// The pause after that many failed attempts.
    pub(crate) fn pause(&self, failed: u32) -> Duration {
        let doubled = self.retry_ms.saturating_mul(1 << failed.saturating_sub(1).min(16));
        Duration::from_millis(doubled.min(Self::LONGEST_MS))
    }

    /// How long an attempt may take.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

impl Target {
    /// A target for that URL without settings of its own.
    pub(crate) fn plain(id: String, url: NotificationUrl) -> Self {
        Self {
            id,
            url,
            events: EventKind::ALL.to_vec(),
            form: Form::Current,
            flow: None,
            headers: Vec::new(),
            delivery: DeliveryTerms::default(),
        }
    }

    /// Whether it wants to know of such events of a flow.
    pub(crate) fn wants(&self, flow: Uuid, kind: EventKind) -> bool {
        self.flow.is_none_or(|only| only == flow) && self.events.contains(&kind)
    }

    /// The text that the webhook must echo when it is registered. It is always the same for a target, so that responses can
    /// be reproduced.
    pub(crate) fn challenge(&self) -> String {
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{} {}", self.id, self.url.exposed()).as_bytes())
            .to_string()
    }

    /// The target as a control call shows it, without credentials.
    pub(crate) fn shown(&self) -> Value {
        self.document(self.url.to_string(), |_| "[redacted]".to_owned())
    }

    /// The target as a state document has it, with its credentials.
    pub(crate) fn exposed(&self) -> Value {
        self.document(self.url.exposed(), |value| value.to_str().unwrap_or_default().to_owned())
    }

    fn document(&self, url: String, header: impl Fn(&HeaderValue) -> String) -> Value {
        let DeliveryTerms { attempts, retry_ms, timeout_ms } = self.delivery;
        let events: Vec<&str> = self.events.iter().map(|kind| kind.name()).collect();
        let mut document = json!({"id": self.id, "url": url, "events": events, "form": self.form.name()});
        if let Some(flow) = self.flow {
            document["flowId"] = json!(flow);
        }
        if !self.headers.is_empty() {
            let headers =
                self.headers.iter().map(|(name, value)| (name.to_string(), header(value.expose()).into()));
            document["headers"] = Value::Object(headers.collect::<Map<_, _>>());
        }
        document["attempts"] = attempts.into();
        document["retryMs"] = retry_ms.into();
        document["timeoutMs"] = timeout_ms.into();
        document
    }
}
