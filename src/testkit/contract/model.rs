//! The state of contract testing at one moment, of which [reports](super::report) are made.

use crate::base::error::Code;
use crate::base::operation::Operation;

pub(crate) use super::report::{NamedBy, Severity};

/// A row of the table of rules.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RuleDefinition {
    /// The rule's id, in kebab case: `etag-never-read`.
    pub(crate) id: &'static str,
    /// The severity, unless the configuration sets another.
    pub(crate) severity: Severity,
    /// A sentence that says what is wrong.
    pub(crate) explanation: &'static str,
    /// A sentence that says what to do instead.
    pub(crate) remedy: &'static str,
    /// The section of the reference behind the rule.
    pub(crate) reference: &'static str,
}

/// One request that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedViolation {
    /// The request's id in the journal, for `GET /_flowmock/requests/{entry}`.
    pub(crate) entry: u64,
    /// The request's `x-request-id`.
    pub(crate) request_id: String,
    /// When it arrived, in milliseconds since the epoch, by the server's clock.
    pub(crate) time: i64,
    /// The operation, such as `createConnection`; `None` if the API has no such call.
    pub(crate) operation: Option<&'static str>,
    pub(crate) method: String,
    /// Without the query, and without credentials.
    pub(crate) path: String,
    /// What exactly is wrong, without credentials.
    pub(crate) detail: String,
}

/// The violations of one rule by a consumer or by one of its tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ViolationCount {
    pub(crate) rule: &'static RuleDefinition,
    /// The severity that the configuration sets for this consumer.
    pub(crate) severity: Severity,
    pub(crate) count: u64,
    /// The first violation.
    pub(crate) first: RecordedViolation,
}

/// The state of all consumers.
#[derive(Clone, Debug)]
pub(crate) struct ContractSnapshot {
    /// Whether requests are examined at all.
    pub(crate) is_on: bool,
    /// Number of examined requests.
    pub(crate) examined: u64,
    /// Number of requests that the journal dropped before they were examined.
    pub(crate) skipped: u64,
    /// Sorted by name.
    pub(crate) consumers: Vec<ConsumerSnapshot>,
}

/// The state of a consumer.
#[derive(Clone, Debug)]
pub(crate) struct ConsumerSnapshot {
    /// The name, without credentials; `(others)` for consumers beyond the limit.
    pub(crate) name: String,
    pub(crate) named_by: NamedBy,
    /// Number of its requests that were examined.
    pub(crate) requests: u64,
    /// The ids of the rules that are turned off for it, in the order of the table.
    pub(crate) switched_off: Vec<&'static str>,
    /// The rules that it broke, worst first.
    pub(crate) broken: Vec<ViolationCount>,
    /// Its named tests, sorted by name.
    pub(crate) tests: Vec<TestSnapshot>,
    /// The outcomes of its requests.
    pub(crate) outcomes: Vec<OutcomeCount>,
}

/// The state of a consumer's test.
#[derive(Clone, Debug)]
pub(crate) struct TestSnapshot {
    /// The name, without credentials; `(others)` for tests beyond the limit.
    pub(crate) name: String,
    /// Number of requests that name it.
    pub(crate) requests: u64,
    /// The rules that it broke, worst first.
    pub(crate) broken: Vec<ViolationCount>,
    /// Number of violations that `broken` does not include, because too many tests have broken too many rules.
    pub(crate) unlisted: u64,
}

/// How a request ended: its operation, the response's status and its error. `None` where the API has no such operation,
/// where there was no response, and where the response is not an error.
pub(crate) type ObservedOutcome = (Option<Operation>, Option<u16>, Option<Code>);

/// How many requests had an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OutcomeCount {
    /// `None` if the API has no such call.
    pub(crate) operation: Option<Operation>,
    /// `None` if there was no response.
    pub(crate) status: Option<u16>,
    /// `None` if the response was not an error.
    pub(crate) error: Option<Code>,
    pub(crate) count: u64,
}
