//! What is known of consumers at a moment: what a [report](super::report) is made of.

use crate::base::error::Code;
use crate::base::operation::Operation;

pub(crate) use super::report::{NamedBy, Severity};

/// Something that a client must or should not do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its name, in kebab case: `etag-never-read`.
    pub(crate) id: &'static str,
    /// How bad it is, unless the configuration says otherwise.
    pub(crate) severity: Severity,
    /// What is wrong with it, in a sentence.
    pub(crate) explanation: &'static str,
    /// What to do instead, in a sentence.
    pub(crate) remedy: &'static str,
    /// The section of the reference that says so.
    pub(crate) reference: &'static str,
}

/// One request that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offence {
    /// The request's id in the journal: `GET /_flowmock/requests/{entry}` while it is there.
    pub(crate) entry: u64,
    /// The request's `x-request-id`.
    pub(crate) request_id: String,
    /// When it arrived, in milliseconds since the epoch, by the server's clock.
    pub(crate) time: i64,
    /// What it asked for, such as `createConnection`; `None` for what the API does not have.
    pub(crate) operation: Option<&'static str>,
    /// Its method.
    pub(crate) method: String,
    /// Its path.
    pub(crate) path: String,
    /// What exactly was wrong. It holds no credential.
    pub(crate) detail: String,
}

/// What one consumer, or one test of it, did against one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// How bad it counts as, by the configuration for this consumer.
    pub(crate) counts_as: Severity,
    /// How often.
    pub(crate) count: u64,
    /// The first request that did.
    pub(crate) first: Offence,
}

/// Everything that is known at a moment, of all consumers.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// Whether anything is examined at all: it is not where there is no journal.
    pub(crate) is_on: bool,
    /// How many requests were examined.
    pub(crate) examined: u64,
    /// How many were not, since the journal had forgotten them already.
    pub(crate) skipped: u64,
    /// By name.
    pub(crate) consumers: Vec<ConsumerState>,
}

/// What is known of a consumer.
#[derive(Clone, Debug)]
pub(crate) struct ConsumerState {
    /// Its name, without a credential. `(others)` are those for whom there was no room.
    pub(crate) name: String,
    pub(crate) named_by: NamedBy,
    /// How many requests of it were examined.
    pub(crate) requests: u64,
    /// The ids of the rules that are switched off for it, in the table's order.
    pub(crate) switched_off: Vec<&'static str>,
    /// Which rules it broke, worst first.
    pub(crate) broken: Vec<Broken>,
    /// The tests that it named, by name.
    pub(crate) tests: Vec<TestState>,
    /// What became of its requests.
    pub(crate) outcomes: Vec<Counted>,
}

/// What is known of a consumer's test.
#[derive(Clone, Debug)]
pub(crate) struct TestState {
    /// Its name, without a credential. `(others)` are those for which there was no room.
    pub(crate) name: String,
    /// How many requests said that they belong to it.
    pub(crate) requests: u64,
    /// Which rules it broke, worst first.
    pub(crate) broken: Vec<Broken>,
    /// How often it broke rules that are not listed, since too many tests have broken too many.
    pub(crate) unlisted: u64,
}

/// How many requests had an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// What they asked for; `None` for what the API does not have.
    pub(crate) operation: Option<Operation>,
    /// What they were answered; `None` if they got no answer.
    pub(crate) status: Option<u16>,
    /// The error that it was.
    pub(crate) error: Option<Code>,
    /// How many.
    pub(crate) count: u64,
}

/// What became of a request: its operation if it has one, the status if it was answered, the error if it was one.
pub(crate) type Outcome = (Option<Operation>, Option<u16>, Option<Code>);
