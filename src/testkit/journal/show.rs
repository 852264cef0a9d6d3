//! [`RecordedRequest`]: a record in the form in which it is shown.

use super::Entry;
use super::breach::Breach;
use super::record::{Outcome, Record, RecordedHeaders};
use super::redact::{Redaction, Shown};
use crate::base::error::Code;
use crate::base::headers;
use crate::base::time;
use crate::testkit::matching::received::Received;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// A request and its response, without credentials unless [`Config::journal_secrets`](crate::Config::journal_secrets)
/// is set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The request's number in the journal; later requests have greater ones.
    pub id: u64,
    /// The replica whose journal that is, in a list of the requests of all replicas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// When its head had arrived, by the server's clock: `2026-01-01T00:00:00.000Z`.
    pub time: String,
    /// The time from then until the response was ready, in microseconds.
    pub duration_micros: u64,
    /// The request id in the response, or in the request if there was no response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The operation, for example `createConnection`; `None` if no operation has that method and path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The organisation, as the request's header names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ims_org_id: Option<String>,
    /// The sandbox, as the request's header names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<String>,
    /// The name that contract reports give to the request's consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// The request's API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// The request's method.
    pub method: String,
    /// The request's path, percent-encoded as it was sent.
    pub path: String,
    /// The request's query, percent-encoded as it was sent; empty if there was none.
    pub query: String,
    /// The request's headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The request's body; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordedBody>,
    /// How the request ended.
    pub outcome: RecordedOutcome,
    /// The status of the response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code of the error in the response, for example `FLOW-1404-412`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The contract rules that the request broke; `None` if it was not examined (yet).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_rules: Option<Vec<Breach>>,
    /// The headers of the response.
    pub response_headers: Vec<(String, String)>,
    /// The body of the response; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_body: Option<RecordedBody>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum RecordedOutcome {
    /// It was answered.
    Answered,
    /// A fault reset its connection before there was a response.
    Reset,
    /// Its client closed the connection before the response was ready.
    ClientGone,
}

/// A body in the journal. One of `json`, `text` and `omitted` is present.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RecordedBody {
    /// The length in bytes, as far as it is known.
    pub bytes: u64,
    /// Whether the journal did not keep all of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The body, if it was JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// The body, if it was text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The reason why the body is not shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted: Option<String>,
}

/// Serialises the items of an iterator as a list, so that only one of them exists at a time.
pub(crate) struct Each<F>(pub(crate) F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: IntoIterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

impl RecordedRequest {
    /// The record in the form in which it may be shown.
    pub(crate) fn of(entry: &Entry, redaction: &Redaction<'_>) -> Self {
        let record = &*entry.record;
        let shown = |text: Option<String>| text.map(|text| redaction.text(&text));
        let (outcome, status) = RecordedOutcome::of(record.outcome);
        Self {
            id: entry.id,
            replica: None,
            time: time::rfc3339(record.time),
            duration_micros: u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
            request_id: shown(record.request_id()),
            operation: record.operation().map(|operation| operation.name().to_owned()),
            ims_org_id: shown(record.ims_org()),
            sandbox: shown(record.sandbox()),
            consumer: None,
            api_key: shown(record.api_key()),
            method: record.method().to_owned(),
            path: redaction.path(record.sent_path()),
            query: redaction.query(record.query()),
            headers: sent_headers(record, redaction),
            body: body(record.headers(), record.body(), Some(record.body_bytes), redaction),
            outcome,
            status,
            error_code: record.error.map(Code::code).filter(|code| !code.is_empty()).map(str::to_owned),
            broken_rules: None,
            response_headers: match outcome {
                RecordedOutcome::Answered => shown_headers(record.answer_headers(), redaction),
                _ => Vec::new(), // none was sent: what is there is the id
            },
            response_body: body(record.answer_headers(), record.answer(), record.answer_bytes, redaction),
        }
    }
}

impl RecordedOutcome {
    /// How a request ended, and the status of its response.
    pub(super) fn of(outcome: Outcome) -> (Self, Option<u16>) {
        match outcome {
            Outcome::Answered(status) => (Self::Answered, Some(status.as_u16())),
            Outcome::Reset => (Self::Reset, None),
            Outcome::ClientGone => (Self::ClientGone, None),
        }
    }
}

impl Record {
    /// The organisation that the request names.
    pub(crate) fn ims_org(&self) -> Option<String> {
        self.sent(headers::IMS_ORG)
    }

    /// The sandbox that the request names, or the server's default.
    pub(crate) fn sandbox(&self) -> Option<String> {
        self.sent(headers::SANDBOX_NAME)
    }

    /// The request's API key.
    pub(crate) fn api_key(&self) -> Option<String> {
        self.sent(headers::API_KEY)
    }

    /// The request id of the response, or of the request if there was no response.
    pub(crate) fn request_id(&self) -> Option<String> {
        self.answer_headers().text(headers::REQUEST_ID).or_else(|| self.sent(headers::REQUEST_ID))
    }

    fn sent(&self, name: &str) -> Option<String> {
        self.headers().text(name)
    }
}

impl RecordedHeaders<'_> {
    /// The first value of a header, whose name is in lower case, as the gateway reads it.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let value = self.clone().find(|(found, _)| *found == name)?.1;
        Some(String::from_utf8_lossy(value).trim().to_owned())
    }
}

/// The headers that the client sent.
fn sent_headers(record: &Record, redaction: &Redaction<'_>) -> Vec<(String, String)> {
    let mut sent = shown_headers(record.headers(), redaction);
    if record.sandbox_is_default {
        sent.retain(|(name, _)| name != headers::SANDBOX_NAME);
    }
    sent
}

fn shown_headers(headers: RecordedHeaders<'_>, redaction: &Redaction<'_>) -> Vec<(String, String)> {
    headers.map(|(name, value)| (name.to_owned(), redaction.header(name, value))).collect()
}

/// A body, of which `kept` was recorded; `bytes` is its length, if that is known.
fn body(
    headers: RecordedHeaders<'_>, kept: &[u8], bytes: Option<u64>, redaction: &Redaction<'_>,
) -> Option<RecordedBody> {
    let whole = bytes == Some(kept.len() as u64);
    if whole && kept.is_empty() {
        return None;
    }
    let mut body = RecordedBody {
        bytes: bytes.unwrap_or(kept.len() as u64),
        truncated: !whole,
        json: None,
        text: None,
        omitted: None,
    };
    match redaction.body(&headers.text("content-type").unwrap_or_default(), kept, whole) {
        Shown::Json(json) => body.json = Some(json),
        Shown::Text(text) => body.text = Some(text),
        Shown::Omitted(reason) => body.omitted = Some(reason.to_owned()),
    }
    Some(body)
}
