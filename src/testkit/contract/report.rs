//! The report on who broke which rules and who met what: what `GET /_flowmock/contract` answers and whoever reads it
//! gets back. It is read without a word on keys that are not known here: a newer server may have more to say.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A text of this program, or one that was read.
type Text = Cow<'static, str>;

/// How bad the breaking of a rule is. A worse one is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// It works, but is undocumented, deprecated or risky.
    Warning,
    /// The real service would refuse or ignore it.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// Where a consumer's name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum NamedBy {
    /// The header `x-flowmock-consumer`.
    Header,
    /// The API key, or the client that asked for a token, and the product in `User-Agent`.
    ApiKey,
    /// Nothing: these are all for whom there was no room.
    Nobody,
}

/// What clients did, measured by the rules of the API and by what is documented of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// The version of this form, [`Report::VERSION`].
    pub version: u32,
    /// The version of the flowmock that wrote it.
    pub server: Text,
    /// Whether requests are examined at all: not with `--contract off`, and not without a journal.
    pub enabled: bool,
    /// How many requests were examined.
    pub examined: u64,
    /// How many were not, since the journal had forgotten them before their turn came.
    pub skipped: u64,
    /// Every rule that there is, with the severity that it has by itself.
    pub rules: Vec<Rule>,
    /// Who called, by name.
    pub consumers: Vec<ConsumerReport>,
}

/// Something that a client must or should not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rule {
    /// Its id, in kebab case: `etag-never-read`.
    pub id: Text,
    /// How bad it is, unless the configuration says otherwise.
    pub severity: Severity,
    /// What is wrong with it, in a sentence.
    pub explanation: Text,
    /// What to do instead, in a sentence.
    pub remedy: Text,
    /// The section of the reference that says so.
    pub reference: Text,
}

/// What one client did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConsumerReport {
    /// Its name, without a credential. `(others)` are all for whom there was no room.
    pub name: String,
    /// Where the name comes from.
    pub named_by: NamedBy,
    /// How many requests of it were examined.
    pub requests: u64,
    /// The ids of the rules that are switched off for it, in the order of [`Report::rules`].
    pub switched_off: Vec<Text>,
    /// The rules that it broke, worst first.
    pub broken: Vec<Broken>,
    /// The tests that it named in `x-flowmock-test`, by name. What they broke is in [`ConsumerReport::broken`] too.
    pub tests: Vec<TestReport>,
    /// What it has met of what is documented.
    pub coverage: Coverage,
}

/// What one test of a client did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TestReport {
    /// Its name, without a credential. `(others)` are all for which there was no room.
    pub name: String,
    /// How many requests said that they belong to it.
    pub requests: u64,
    /// The rules that it broke, worst first.
    pub broken: Vec<Broken>,
    /// How often it broke rules that are not listed above, since too many tests have broken too many.
    pub unlisted: u64,
}

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Broken {
    /// The rule's [id](Rule::id).
    pub rule: Text,
    /// How bad it counts as for this consumer.
    pub severity: Severity,
    /// What is wrong with it, in a sentence.
    pub explanation: Text,
    /// What to do instead, in a sentence.
    pub remedy: Text,
    /// The section of the reference that says so.
    pub reference: Text,
    /// How often it was broken.
    pub count: u64,
    /// The first request that did.
    pub first: Offence,
}

/// A request that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Offence {
    /// Its id in the journal: `GET /_flowmock/requests/{entry}` while it is there. No other request ever gets it.
    pub entry: u64,
    /// The `x-request-id` of its answer.
    pub request_id: String,
    /// When it arrived by the server's clock, as RFC 3339 has it.
    pub time: String,
    /// What it asked for, such as `createConnection`; `None` for what the API does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Text>,
    /// Its method.
    pub method: String,
    /// Its path, without the query, and without a credential.
    pub path: String,
    /// What exactly was wrong. It holds no credential.
    pub detail: String,
}

/// What a client has met of what is documented.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Coverage {
    /// `met` of `of` in percent, to one decimal, rounded down: 100 is all of them. 0 if `of` is 0.
    pub percent: f64,
    /// How many documented outcomes of the operations that it called it has met.
    pub met: u64,
    /// How many there are of those operations. What a client does not call says nothing about what it copes with.
    pub of: u64,
    /// How many documented outcomes there are of all operations, called or not.
    pub of_all: u64,
    /// Every operation of the emulated APIs.
    pub operations: Vec<OperationCoverage>,
    /// Answers that are not documented: to what the API does not have, and those that a fault rule made up.
    pub undocumented: Vec<Undocumented>,
}

/// What a client has met of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OperationCoverage {
    /// Its name, such as `createConnection`.
    pub operation: Text,
    /// Its method.
    pub method: Text,
    /// Its path, with parameters in braces.
    pub path: Text,
    /// How many requests asked for it; 0 means that the client never called it.
    pub requests: u64,
    /// `met` of `of` in percent, to one decimal, rounded down.
    pub percent: f64,
    /// How many of its documented outcomes the client has met.
    pub met: u64,
    /// How many there are.
    pub of: u64,
    /// Each of them: successes first, then errors in the catalogue's order.
    pub outcomes: Vec<Outcome>,
}

/// A documented outcome of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Outcome {
    /// The status.
    pub status: u16,
    /// The error's name as in `GET /_flowmock/errors`; `None` for a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// When the error is raised, in a few words; `None` for a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// How often the client met it.
    pub count: u64,
    /// How to meet it, in a line: the header that makes flowmock answer so, or the call to make. `None` if it was met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provoke: Option<Text>,
}

/// An answer that nothing documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Undocumented {
    /// What was asked for; `None` for what the API does not have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Text>,
    /// The status; `None` if there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The error's name as in `GET /_flowmock/errors`, if it was one of those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// How often the client met it.
    pub count: u64,
}

impl Report {
    /// The version of the form that is written here: raised when a key changes its meaning or goes, not when one is new.
    pub const VERSION: u32 = 1;

    /// What the consumer of that name did, if there is one.
    #[must_use]
    pub fn consumer(&self, name: &str) -> Option<&ConsumerReport> {
        self.consumers.iter().find(|consumer| consumer.name == name)
    }

    /// The worst that any consumer did; `None` if every rule was kept.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.consumers.iter().filter_map(ConsumerReport::worst).max()
    }
}

impl ConsumerReport {
    /// The worst that it did; `None` if it kept every rule.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.broken.iter().map(|broken| broken.severity).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_newer_server_says_more_is_passed_over() {
        let report = json!({
            "version": 1, "server": "9.0.0", "enabled": true, "examined": 1, "skipped": 0, "later": {"a": 1},
            "rules": [],
            "consumers": [{
                "name": "me", "namedBy": "apiKey", "requests": 1, "switchedOff": [], "broken": [], "later": null,
                "tests": [{"name": "t", "requests": 1, "broken": [], "unlisted": 0, "later": 1}],
                "coverage": {
                    "percent": 0.0, "met": 0, "of": 0, "ofAll": 3, "operations": [], "later": "x",
                    "undocumented": [{"count": 2, "later": []}],
                },
            }],
        });
        let report: Report = serde_json::from_value(report).unwrap();
        let me = report.consumer("me").unwrap();
        assert_eq!(
            (me.named_by, me.coverage.undocumented[0].status, report.worst()),
            (NamedBy::ApiKey, None, None)
        );
    }

    #[test]
    fn a_worse_severity_is_greater_and_all_are_called_as_they_are_written() {
        assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Error);
        for severity in [Severity::Info, Severity::Warning, Severity::Error] {
            assert_eq!(json!(severity), severity.to_string());
        }
    }
}
