//! The contract report: the JSON of `GET /_flowmock/contract`. Reading one ignores unknown keys, which a newer server may
//! add.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// A text of this program, or one that was parsed.
type Text = Cow<'static, str>;

/// How bad it is to break a rule. A worse severity is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// The request works, but is undocumented, deprecated or risky.
    Warning,
    /// The real service would refuse or ignore the request, or part of it.
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

/// The origin of a consumer's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum NamedBy {
    /// The header `x-flowmock-consumer`.
    Header,
    /// The API key, or the client that asked for a token, and the product in `User-Agent`.
    ApiKey,
    /// Nothing: these are the consumers beyond the limit, counted together.
    Nobody,
}

/// The rules of the API that clients broke, and the share of its documented behaviour that they met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// The version of this format, [`Report::VERSION`].
    pub version: u32,
    /// The version of flowmock.
    pub server: Text,
    /// Whether requests are examined: not with `--contract off` or without a journal.
    pub enabled: bool,
    /// Number of examined requests.
    pub examined: u64,
    /// Number of requests that the journal dropped before they were examined.
    pub skipped: u64,
    /// Every rule, with its default severity.
    pub rules: Vec<Rule>,
    /// The consumers, sorted by name.
    pub consumers: Vec<ConsumerReport>,
    /// The replicas whose requests are in the report, if it was asked for those of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<String>,
}

/// A rule of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Rule {
    /// The id, in kebab case: `etag-never-read`.
    pub id: Text,
    /// The severity, unless the configuration sets another.
    pub severity: Severity,
    /// A sentence that says what is wrong.
    pub explanation: Text,
    /// A sentence that says what to do instead.
    pub remedy: Text,
    /// The section of the reference behind the rule.
    pub reference: Text,
}

/// The report on one client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ConsumerReport {
    /// The name, without credentials; `(others)` for the consumers beyond the limit, counted together.
    pub name: String,
    /// The origin of the name.
    pub named_by: NamedBy,
    /// Number of its requests that were examined.
    pub requests: u64,
    /// The ids of the rules that are turned off for it, in the order of [`Report::rules`].
    pub switched_off: Vec<Text>,
    /// The ids of the rules that compare requests, if its requests went to several replicas: none of them has all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<Text>,
    /// The rules that it broke, worst first.
    pub broken: Vec<BrokenRule>,
    /// The tests that it named in `x-flowmock-test`, sorted by name. [`ConsumerReport::broken`] includes their violations.
    pub tests: Vec<TestReport>,
    /// The share of documented outcomes that it met.
    pub coverage: Coverage,
}

/// The report on one test of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TestReport {
    /// The name, without credentials; `(others)` for the tests beyond the limit, counted together.
    pub name: String,
    /// Number of requests that name it.
    pub requests: u64,
    /// The rules that it broke, worst first.
    pub broken: Vec<BrokenRule>,
    /// Number of violations that `broken` does not include, because too many tests have broken too many rules.
    pub unlisted: u64,
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BrokenRule {
    /// The rule's [id](Rule::id).
    pub rule: Text,
    /// The severity for this consumer.
    pub severity: Severity,
    /// A sentence that says what is wrong.
    pub explanation: Text,
    /// A sentence that says what to do instead.
    pub remedy: Text,
    /// The section of the reference behind the rule.
    pub reference: Text,
    /// Number of violations.
    pub count: u64,
    /// The first violation.
    pub first: Violation,
}

/// A request that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Violation {
    /// The request's id in the journal, for `GET /_flowmock/requests/{entry}` while the journal has it. Ids are unique.
    pub entry: u64,
    /// The replica whose journal that is, in the report of all replicas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// The `x-request-id` of the response.
    pub request_id: String,
    /// When the request arrived, by the server's clock, in RFC 3339.
    pub time: String,
    /// The operation, such as `createConnection`; `None` if the API has no such call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Text>,
    /// The HTTP method.
    pub method: String,
    /// The path, without the query and without credentials.
    pub path: String,
    /// What exactly is wrong, without credentials.
    pub detail: String,
}

/// The share of documented outcomes that a client met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Coverage {
    /// `met` of `of` in percent, rounded down to one decimal; 0 if `of` is 0.
    pub percent: f64,
    /// Number of outcomes that the client met in the operations that it called, as in [`OperationCoverage::met`].
    pub met: u64,
    /// Number of documented outcomes of the operations that it called.
    pub of: u64,
    /// Number of documented outcomes of all operations, called or not.
    pub of_all: u64,
    /// Every operation of the emulated APIs.
    pub operations: Vec<OperationCoverage>,
    /// Responses that are not documented: to calls that the API does not have, and those that fault rules invent.
    pub undocumented: Vec<Undocumented>,
}

/// The coverage of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OperationCoverage {
    /// The name, such as `createConnection`.
    pub operation: Text,
    /// The HTTP method.
    pub method: Text,
    /// The path, with parameters in braces.
    pub path: Text,
    /// Number of requests; 0 means that the client never called it.
    pub requests: u64,
    /// `met` of `of` in percent, rounded down to one decimal.
    pub percent: f64,
    /// Number of documented outcomes that the client met. Errors of one status and one [form](OutcomeCoverage::form) count once.
    pub met: u64,
    /// Number of documented outcomes, counted like `met`.
    pub of: u64,
    /// The documented outcomes: successes first, then errors in the order of the catalogue.
    pub outcomes: Vec<OutcomeCoverage>,
}

/// A documented outcome of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct OutcomeCoverage {
    /// The HTTP status.
    pub status: u16,
    /// The error's name as in `GET /_flowmock/errors`; `None` for a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// The form of the error's body: `flow`, `gateway`, `problem`, `oauth` or `inlet`; `None` for a success. The errors of an operation
    /// with one status and one form count as a single outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Text>,
    /// When the error occurs, in a few words; `None` for a success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Text>,
    /// Number of times that the client met it.
    pub count: u64,
    /// How to meet it: the header that makes flowmock respond so, or the call to make. `None` if it was met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provoke: Option<Text>,
}

/// A response that is not documented.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Undocumented {
    /// The operation; `None` if the API has no such call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Text>,
    /// The HTTP status; `None` if there was no response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The error's name as in `GET /_flowmock/errors`, if it is one of the catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text>,
    /// Number of times that the client met it.
    pub count: u64,
}

impl OutcomeCoverage {
    /// The properties by which a client distinguishes outcomes: the status and the form of the body.
    pub(crate) fn kind(&self) -> (u16, Option<&str>) {
        (self.status, self.form.as_deref())
    }
}

impl Report {
    /// The version of the format. It is raised when a key is removed or changes its meaning, not when one is added.
    pub const VERSION: u32 = 2;

    /// The report on the consumer with that name.
    #[must_use]
    pub fn consumer(&self, name: &str) -> Option<&ConsumerReport> {
        self.consumers.iter().find(|consumer| consumer.name == name)
    }

    /// The worst severity of any consumer's broken rules; `None` if every rule was kept.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.consumers.iter().filter_map(ConsumerReport::worst).max()
    }
}

impl ConsumerReport {
    /// The worst severity of its broken rules; `None` if it kept every rule.
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
    fn additional_keys_of_a_newer_server_are_ignored() {
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
    fn a_worse_severity_is_greater_and_names_equal_their_serialised_form() {
        assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Error);
        for severity in [Severity::Info, Severity::Warning, Severity::Error] {
            assert_eq!(json!(severity), severity.to_string());
        }
    }
}
