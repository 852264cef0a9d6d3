//! The state of contract testing at one moment, of which [reports](super::report) are made. A replica sends its state to
//! another one, which [adds it up](super::sum).

use super::rule::RuleId;
use crate::base::error::Code;
use crate::base::operation::Operation;
use serde::{Deserialize, Serialize};

pub(crate) use super::report::{NamedBy, Severity};

/// One request that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordedViolation {
    /// The request's id in the journal, for `GET /_flowmock/requests/{entry}`.
    pub(crate) entry: u64,
    /// The replica whose journal that is, in a sum of several states.
    pub(crate) replica: Option<String>,
    /// The request's `x-request-id`.
    pub(crate) request_id: String,
    /// When it arrived, in milliseconds since the epoch, by the server's clock.
    pub(crate) time: i64,
    /// The operation; `None` if the API has no such call.
    pub(crate) operation: Option<Operation>,
    pub(crate) method: String,
    /// Without the query, and without credentials.
    pub(crate) path: String,
    /// What exactly is wrong, without credentials.
    pub(crate) detail: String,
}

/// The violations of one rule by a consumer or by one of its tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ViolationCount {
    pub(crate) rule: RuleId,
    /// The severity that the configuration sets for this consumer.
    pub(crate) severity: Severity,
    pub(crate) count: u64,
    /// The first violation.
    pub(crate) first: RecordedViolation,
}

/// The state of all consumers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContractSnapshot {
    /// Whether requests are examined at all.
    pub(crate) is_on: bool,
    /// Number of examined requests.
    pub(crate) examined: u64,
    /// Number of requests that the journal dropped before they were examined.
    pub(crate) skipped: u64,
    /// Sorted by name.
    pub(crate) consumers: Vec<ConsumerSnapshot>,
    /// In a sum of several states: the replicas whose states they are.
    pub(crate) replicas: Vec<String>,
}

/// The state of a consumer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConsumerSnapshot {
    /// The name, without credentials; `(others)` for consumers beyond the limit.
    pub(crate) name: String,
    pub(crate) named_by: NamedBy,
    /// Number of its requests that were examined.
    pub(crate) requests: u64,
    /// The rules that are turned off for it, in the order of the table.
    pub(crate) switched_off: Vec<RuleId>,
    /// In a sum of several states: other rules that do not apply, as several replicas have requests of the consumer.
    pub(crate) not_judged: Vec<RuleId>,
    /// The rules that it broke, worst first.
    pub(crate) broken: Vec<ViolationCount>,
    /// Its named tests, sorted by name.
    pub(crate) tests: Vec<TestSnapshot>,
    /// The outcomes of its requests.
    pub(crate) outcomes: Vec<OutcomeCount>,
}

/// The state of a consumer's test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutcomeCount {
    /// `None` if the API has no such call.
    pub(crate) operation: Option<Operation>,
    /// `None` if there was no response.
    pub(crate) status: Option<u16>,
    /// `None` if the response was not an error.
    pub(crate) error: Option<Code>,
    pub(crate) count: u64,
}
