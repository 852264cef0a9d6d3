//! [`Exchange`]: a request and its answer as the rules look at them, read from the journal's record once.

use super::rules::RuleId;
use crate::base::error::{Code, excerpt};
use crate::base::json;
use crate::base::json::Nulls;
use crate::base::operation::{Api, Kind, Operation, Verb};
use crate::store::query::Parameters;
use crate::testkit::journal::{Outcome, Record, Redaction};
use crate::testkit::matching::received::Received;
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// The header in which a test says which rules it breaks on purpose.
const ALLOW: &str = "x-flowmock-allow";

/// Whose calls rules are about.
const APIS: [Api; 2] = [Api::FlowService, Api::SandboxManagement];

/// A request and its answer.
pub(crate) struct Exchange<'a> {
    /// Its id in the journal.
    pub(crate) entry: u64,
    pub(crate) record: &'a Record,
    /// What it asked for; `None` for what is not served.
    pub(crate) operation: Option<Operation>,
    /// Whose path it has, known or not; `None` outside of all.
    pub(crate) api: Option<Api>,
    /// The query's parameters that have a value; `None` if the query is malformed.
    pub(crate) parameters: Option<Parameters>,
    pub(crate) body: Body,
    redaction: &'a Redaction<'a>,
}

/// What a request carried.
#[derive(Debug, PartialEq)]
pub(crate) enum Body {
    /// Nothing.
    Absent,
    /// Something of which nobody knows what: it was not read, not whole, not kept whole, or is not meant to be JSON.
    Unknown,
    /// What is not JSON, for this reason.
    Malformed(String),
    /// A value. Of a PATCH with its `null`s, of anything else without those in objects.
    Json(Value),
}

/// The value of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header<'a> {
    /// It is absent, or empty.
    Absent,
    /// It is not ASCII.
    NotAscii,
    /// Without the white space around it.
    Is(&'a str),
}

/// A moment by both clocks. A test may hold the server's still, or step it instead of waiting; so a pause between two
/// moments is the longer of what both say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    real: Instant,
    clock: i64,
}

impl Moment {
    /// How long it is from this moment to `later`; zero if that was before.
    pub(crate) fn until(self, later: Self) -> Duration {
        let by_clock = u64::try_from(later.clock.saturating_sub(self.clock)).unwrap_or(0);
        later.real.saturating_duration_since(self.real).max(Duration::from_millis(by_clock))
    }

    /// Whether `later` is no earlier, by the machine's clock.
    pub(crate) fn is_before(self, later: Self) -> bool {
        self.real <= later.real
    }

    /// The server's time, in milliseconds since the epoch.
    pub(crate) fn clock(self) -> i64 {
        self.clock
    }
}

impl<'a> Exchange<'a> {
    /// Reads a record. What it holds of credentials is known by `redaction`.
    pub(crate) fn read(entry: u64, record: &'a Record, redaction: &'a Redaction<'a>) -> Self {
        let (method, path) = (record.method(), record.path());
        let below = |api: &Api| {
            path.strip_prefix(api.base_path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        Self {
            entry,
            record,
            operation: Operation::of(method, path),
            api: APIS.into_iter().find(below),
            parameters: Parameters::parse(record.query()).ok(),
            body: body(record),
            redaction,
        }
    }

    /// The first value of a header, whose name is in lower case: the one that the service looks at.
    pub(crate) fn header(&self, name: &str) -> Header<'a> {
        header(self.record, name)
    }

    /// The last value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.as_ref()?.last(name)
    }

    /// Whether it has a body, be it that nobody has read it.
    pub(crate) fn has_body(&self) -> bool {
        let announced = self.header("content-length").text();
        self.record.body_bytes > 0 || announced.parse().is_ok_and(|bytes: u64| bytes > 0)
    }

    /// The status of its answer, if it got one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.record.outcome {
            Outcome::Answered(status) => Some(status.as_u16()),
            Outcome::Reset | Outcome::ClientGone => None,
        }
    }

    /// Whether it was answered with what was asked for.
    pub(crate) fn succeeded(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// The answer's body, as far as it was kept, as text.
    pub(crate) fn answer(&self) -> &'a str {
        let bytes = self.record.answer();
        str::from_utf8(bytes).unwrap_or_else(|error| {
            // Cut off in the middle of a character.
            bytes.get(..error.valid_up_to()).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
        })
    }

    /// Whether the journal has all of the answer's body.
    pub(crate) fn has_whole_answer(&self) -> bool {
        self.record.answer_bytes == Some(self.record.answer().len() as u64)
    }

    /// When its head had arrived.
    pub(crate) fn began(&self) -> Moment {
        Moment { real: self.record.started, clock: self.record.time }
    }

    /// When its answer was ready.
    pub(crate) fn ended(&self) -> Moment {
        let duration = i64::try_from(self.record.duration.as_millis()).unwrap_or(i64::MAX);
        Moment {
            real: self.record.started + self.record.duration,
            clock: self.record.time.saturating_add(duration),
        }
    }

    /// The kind and the id in the path, if the request is about one entity.
    pub(crate) fn entity(&self) -> Option<(Kind, &'a str)> {
        let path = self.record.path().strip_prefix(Api::FlowService.base_path())?.strip_prefix('/')?;
        let (collection, rest) = path.split_once('/')?;
        let kind = Kind::ALL.iter().copied().find(|kind| kind.collection() == collection)?;
        let id = rest.split('/').next().unwrap_or_default();
        (self.operation.is_some() && id != "search").then_some((kind, id))
    }

    /// What it does with entities of its kind; `None` if it asks for no operation that kinds share.
    pub(crate) fn verb(&self) -> Option<Verb> {
        self.operation.and_then(Operation::verb)
    }

    /// A client's text as a report may repeat it: short, without a credential.
    pub(crate) fn shown(&self, text: &str) -> String {
        excerpt(&self.redaction.text(text))
    }

    /// Whether it says that it breaks this rule on purpose.
    pub(crate) fn allows(&self, rule: RuleId) -> bool {
        let allowed = self.header(ALLOW).text();
        !allowed.is_empty() && allowed.split(',').any(|id| id.trim() == rule.rule().id)
    }

    /// Its path, as a report may repeat it.
    pub(crate) fn shown_path(&self) -> String {
        excerpt(&self.redaction.path(self.record.path()))
    }

    /// How the journal hides credentials.
    pub(crate) fn redaction(&self) -> &Redaction<'a> {
        self.redaction
    }
}

/// The first value of a record's header, whose name is in lower case.
pub(crate) fn header<'a>(record: &'a Record, name: &str) -> Header<'a> {
    match record.first(name).map(|value| (value.is_ascii(), str::from_utf8(value))) {
        None => Header::Absent,
        Some((true, Ok(value))) => match value.trim() {
            "" => Header::Absent,
            value => Header::Is(value),
        },
        Some(_) => Header::NotAscii,
    }
}

impl<'a> Header<'a> {
    /// Its text; empty if there is none.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Is(text) => text,
            Self::Absent | Self::NotAscii => "",
        }
    }
}

fn body(record: &Record) -> Body {
    let (bytes, read) = (record.body(), record.body_bytes);
    let announced = header(record, "content-length").text().parse().ok();
    let is_chunked = record.headers().any(|(name, _)| name == "transfer-encoding");
    // What was refused before its body had arrived may be read to its end later, or never.
    let was_refused = !matches!(record.error, None | Some(Code::BadRequest | Code::BodyMissing));
    let may_go_on = announced.map_or(is_chunked && was_refused, |announced: u64| announced > read);
    if bytes.len() as u64 != read || may_go_on || !matches!(record.outcome, Outcome::Answered(_)) {
        return Body::Unknown;
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Body::Absent;
    }
    if !is_json(header(record, "content-type").text()) {
        return Body::Unknown;
    }
    let nulls = if record.method() == "PATCH" { Nulls::Kept } else { Nulls::Dropped };
    json::parse(bytes, nulls).map_or_else(Body::Malformed, Body::Json)
}

/// Whether a body of that content type is meant to be JSON.
pub(crate) fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
        || media_type.eq_ignore_ascii_case("application/json-patch+json")
}
