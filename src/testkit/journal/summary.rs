//! [`RequestSummary`]: a record without headers and bodies, as the stream of events shows it.

use super::Entry;
use super::breach::Breach;
use super::redact::Redaction;
use super::show::RecordedOutcome;
use crate::base::error::Code;
use crate::base::time;
use crate::testkit::contract::report::Severity;
use crate::testkit::matching::received::Received;
use serde::Serialize;

/// A record without headers and bodies, and without credentials. The members are those of
/// [`RecordedRequest`](super::RecordedRequest).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestSummary<'a> {
    id: u64,
    time: String,
    duration_micros: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ims_org_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sandbox: Option<String>,
    consumer: String,
    method: &'a str,
    path: String,
    query: String,
    outcome: RecordedOutcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    /// `None` if the request was not examined.
    #[serde(skip_serializing_if = "Option::is_none")]
    broken_rules: Option<Vec<RuleAndLevel<'a>>>,
}

/// A broken rule, without details.
#[derive(Serialize)]
struct RuleAndLevel<'a> {
    rule: &'a str,
    level: Severity,
}

impl<'a> RequestSummary<'a> {
    /// The summary of a record, of the consumer with that name. `breaches` are the rules that the request broke, if it was
    /// examined.
    pub(crate) fn of(
        entry: &'a Entry, consumer: String, breaches: Option<&'a [Breach]>, redaction: &Redaction<'_>,
    ) -> Self {
        let record = &*entry.record;
        let shown = |text: Option<String>| text.map(|text| redaction.text(&text));
        let (outcome, status) = RecordedOutcome::of(record.outcome);
        let rule = |breach: &'a Breach| RuleAndLevel { rule: &breach.rule, level: breach.level };
        Self {
            id: entry.id,
            time: time::rfc3339(record.time),
            duration_micros: u64::try_from(record.duration.as_micros()).unwrap_or(u64::MAX),
            request_id: shown(record.request_id()),
            operation: record.operation().map(|operation| operation.name()),
            ims_org_id: shown(record.ims_org()),
            sandbox: shown(record.sandbox()),
            consumer,
            method: record.method(),
            path: redaction.path(record.sent_path()),
            query: redaction.query(record.query()),
            outcome,
            status,
            error_code: record.error.map(Code::code).filter(|code| !code.is_empty()),
            broken_rules: breaches.map(|breaches| breaches.iter().map(rule).collect()),
        }
    }
}
