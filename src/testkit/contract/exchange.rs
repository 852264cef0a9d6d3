//! [`Exchange`]: a request and its response, parsed once from the journal for all rules.

use super::rule::RuleId;
use crate::base::error::{Code, excerpt};
use crate::base::headers::{self, IMS_ORG, SANDBOX_NAME};
use crate::base::json;
use crate::base::json::Nulls;
use crate::base::operation::paths::below_base;
use crate::base::operation::{Api, Kind, Operation, Verb};
use crate::base::tenant::Tenant;
use crate::store::query::Parameters;
use crate::testkit::journal::{Outcome, Record, Redaction};
use crate::testkit::matching::received::Received;
use serde_json::Value;
use std::cell::OnceCell;
use std::time::Duration;
use tokio::time::Instant;

/// A request and its response.
pub(crate) struct Exchange<'a> {
    /// Its id in the journal.
    pub(crate) entry: u64,
    pub(crate) record: &'a Record,
    /// The operation; `None` if no operation has that method and path.
    pub(crate) operation: Option<Operation>,
    /// The API below whose base path the request is.
    pub(crate) api: Option<Api>,
    /// The query's parameters that have a value; `None` if the query is malformed.
    pub(crate) parameters: Option<Parameters>,
    pub(crate) body: RequestBody,
    redaction: &'a Redaction<'a>,
    /// The path without needless slashes.
    path: &'a str,
    /// The names and values of its headers, since each rule asks for some.
    headers: Vec<(&'a [u8], &'a [u8])>,
    tenant: OnceCell<Option<Tenant>>,
    fingerprint: OnceCell<u64>,
}

/// The body of a request.
#[derive(Debug, PartialEq)]
pub(crate) enum RequestBody {
    /// There is none.
    Absent,
    /// It was not read or recorded completely, or is not declared as JSON.
    Unknown,
    /// It is not valid JSON, for this reason.
    Malformed(String),
    /// A JSON value. Except in a PATCH, object members that are `null` are dropped.
    Json(Value),
}

/// The value of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Header<'a> {
    /// Absent or empty.
    Absent,
    /// Not ASCII.
    NotAscii,
    /// The value, trimmed.
    Is(&'a str),
}

/// A moment by the machine's clock and by the server's. A test may stop the server's clock, or advance it instead of
/// waiting, so the time between two moments is the longer one of both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    real: Instant,
    clock: i64,
}

impl Moment {
    /// The time from this moment to `later`; zero if that is earlier.
    pub(crate) fn until(self, later: Self) -> Duration {
        let by_clock = u64::try_from(later.clock.saturating_sub(self.clock)).unwrap_or(0);
        later.real.saturating_duration_since(self.real).max(Duration::from_millis(by_clock))
    }

    /// Whether `later` is not earlier, by the machine's clock.
    pub(crate) fn is_before(self, later: Self) -> bool {
        self.real <= later.real
    }

    /// The server's time, in milliseconds since the epoch.
    pub(crate) fn clock(self) -> i64 {
        self.clock
    }
}

impl<'a> Exchange<'a> {
    /// Parses a record. `redaction` hides credentials in texts that reports repeat.
    pub(crate) fn read(entry: u64, record: &'a Record, redaction: &'a Redaction<'a>) -> Self {
        let path = record.path();
        Self {
            entry,
            record,
            operation: record.operation(),
            api: Api::of(path).filter(|api| api.has_gateway()),
            parameters: Parameters::parse(record.query()).ok(),
            body: body(record),
            redaction,
            path,
            headers: record.headers().all(),
            tenant: OnceCell::new(),
            fingerprint: OnceCell::new(),
        }
    }

    /// The path without needless slashes.
    pub(crate) fn path(&self) -> &'a str {
        self.path
    }

    /// The tenant that the request names; `None` if it names no organisation or no sandbox.
    pub(crate) fn tenant(&self) -> Option<Tenant> {
        let find = || {
            let (ims_org, sandbox) = (self.header(IMS_ORG).text(), self.header(SANDBOX_NAME).text());
            (!ims_org.is_empty() && !sandbox.is_empty()).then(|| Tenant::new(ims_org, sandbox))
        };
        self.tenant.get_or_init(find).clone()
    }

    /// The hash that `compute` finds, once.
    pub(crate) fn fingerprint(&self, compute: impl FnOnce() -> u64) -> u64 {
        *self.fingerprint.get_or_init(compute)
    }

    /// The first value of a header, the one that the service uses. `name` is in lower case.
    pub(crate) fn header(&self, name: &str) -> Header<'a> {
        let found = self.headers.iter().find(|(known, _)| *known == name.as_bytes());
        Header::of(found.map(|(_, value)| *value))
    }

    /// The last value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.as_ref()?.last(name)
    }

    /// Whether the request has a body, read or not.
    pub(crate) fn has_body(&self) -> bool {
        let announced = self.header("content-length").text();
        self.record.body_bytes > 0 || announced.parse().is_ok_and(|bytes: u64| bytes > 0)
    }

    /// The status of the response, if there was one.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.record.outcome {
            Outcome::Answered(status) => Some(status.as_u16()),
            Outcome::Reset | Outcome::ClientGone => None,
        }
    }

    /// Whether the response has a 2xx status.
    pub(crate) fn succeeded(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// The recorded part of the response body, as text.
    pub(crate) fn answer(&self) -> &'a str {
        let bytes = self.record.answer();
        str::from_utf8(bytes).unwrap_or_else(|error| {
            // The recorded part may end in the middle of a character.
            bytes.get(..error.valid_up_to()).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
        })
    }

    /// Whether the journal has the complete response body.
    pub(crate) fn has_whole_answer(&self) -> bool {
        self.record.answer_bytes == Some(self.record.answer().len() as u64)
    }

    /// When the request's head had arrived.
    pub(crate) fn began(&self) -> Moment {
        Moment { real: self.record.started, clock: self.record.time }
    }

    /// When the response was ready.
    pub(crate) fn ended(&self) -> Moment {
        let duration = i64::try_from(self.record.duration.as_millis()).unwrap_or(i64::MAX);
        Moment {
            real: self.record.started + self.record.duration,
            clock: self.record.time.saturating_add(duration),
        }
    }

    /// The kind and the id in the path, if the request is about one entity.
    pub(crate) fn entity(&self) -> Option<(Kind, &'a str)> {
        let path = below_base(self.path)?.strip_prefix('/')?;
        let (collection, rest) = path.split_once('/')?;
        let kind = Kind::ALL.iter().copied().find(|kind| kind.collection() == collection)?;
        let id = rest.split('/').next().unwrap_or_default();
        (self.operation.is_some() && id != "search").then_some((kind, id))
    }

    /// What it does with entities of its kind; `None` if it asks for no operation that kinds share.
    pub(crate) fn verb(&self) -> Option<Verb> {
        self.operation.and_then(Operation::verb)
    }

    /// A text of the client as reports show it: short, without credentials.
    pub(crate) fn shown(&self, text: &str) -> String {
        excerpt(&self.redaction.text(text))
    }

    /// Whether the request declares that it breaks this rule on purpose.
    pub(crate) fn allows(&self, rule: RuleId) -> bool {
        let allowed = self.header(headers::ALLOW).text();
        !allowed.is_empty() && allowed.split(',').any(|id| id.trim() == rule.rule().id)
    }

    /// The path as reports show it.
    pub(crate) fn shown_path(&self) -> String {
        excerpt(&self.redaction.path(self.path))
    }

    /// Hides credentials.
    pub(crate) fn redaction(&self) -> &Redaction<'a> {
        self.redaction
    }
}

/// The first value of a record's header. `name` is in lower case.
pub(crate) fn header<'a>(record: &'a Record, name: &str) -> Header<'a> {
    Header::of(record.first(name))
}

impl<'a> Header<'a> {
    fn of(value: Option<&'a [u8]>) -> Self {
        match value.map(|value| (value.is_ascii(), str::from_utf8(value))) {
            None => Self::Absent,
            Some((true, Ok(value))) => match value.trim_ascii() {
                "" => Self::Absent,
                value => Self::Is(value),
            },
            Some(_) => Self::NotAscii,
        }
    }

    /// The value; empty if absent or not ASCII.
    pub(crate) fn text(self) -> &'a str {
        match self {
            Self::Is(text) => text,
            Self::Absent | Self::NotAscii => "",
        }
    }
}

fn body(record: &Record) -> RequestBody {
    let (bytes, read) = (record.body(), record.body_bytes);
    let announced = header(record, "content-length").text().parse().ok();
    let is_chunked = record.headers().any(|(name, _)| name == "transfer-encoding");
    // The rest of a body that was refused early may arrive later, or never.
    let was_refused = !matches!(record.error, None | Some(Code::BadRequest | Code::BodyMissing));
    let may_go_on = announced.map_or(is_chunked && was_refused, |announced: u64| announced > read);
    if bytes.len() as u64 != read || may_go_on || !matches!(record.outcome, Outcome::Answered(_)) {
        return RequestBody::Unknown;
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return RequestBody::Absent;
    }
    if !is_json(header(record, "content-type").text()) {
        return RequestBody::Unknown;
    }
    let nulls = if record.method() == "PATCH" { Nulls::Kept } else { Nulls::Dropped };
    json::parse(bytes, nulls).map_or_else(RequestBody::Malformed, RequestBody::Json)
}

/// Whether a content type declares JSON.
pub(crate) fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
        || media_type.eq_ignore_ascii_case("application/json-patch+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_between_two_moments_is_the_longer_one_of_both_clocks() {
        let first = Moment { real: Instant::now(), clock: 1000 };
        let (second, minute) = (Duration::from_secs(1), Duration::from_secs(60));
        for (real, clock, expected) in [
            (minute, 1000, minute),   // the server's clock stands still
            (second, 61_000, minute), // it was advanced
            (second, 0, second),      // it was set back
            (Duration::ZERO, 1000, Duration::ZERO),
        ] {
            let later = Moment { real: first.real + real, clock };
            assert_eq!(first.until(later), expected);
        }
    }
}
