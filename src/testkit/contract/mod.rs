//! Contract testing: for each consumer, a [`Report`] has the API rules that it broke, and its coverage, which is the share
//! of documented outcomes that it has met.
//!
//! Requests are not slowed down by it. The `examiner` reads new requests from the journal shortly after they were
//! answered, a bounded number a second, and all remaining ones when somebody asks for a report. For each request it finds
//! the consumer (`consumer`), the rules that the request breaks alone (`rules`) and together with earlier ones
//! (`behaviour`), and counts the outcome. Reports state the number of requests that the journal dropped before they were
//! examined. With `--contract-headers` each request is examined before its response is sent, and the response lists the
//! broken rules.

pub(crate) mod behaviour;
pub(crate) mod consumer;
pub(crate) mod coverage;
pub(crate) mod criteria;
pub(crate) mod description;
pub(crate) mod examiner;
pub(crate) mod exchange;
pub(crate) mod fifo_map;
pub(crate) mod findings;
pub(crate) mod ledger;
pub(crate) mod model;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod reporting;
pub(crate) mod rule;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod snapshot;
pub(crate) mod sum;
#[cfg(test)]
mod tests;
pub(crate) mod wakeup;

pub(crate) use consumer::name_of;
pub use criteria::{PassCriteria, Verdict};
pub(crate) use examiner::Examiner;
pub(crate) use exchange::{Exchange, Header, RequestBody};
pub use render::text::TextOptions;
pub use report::{
    BrokenRule, ConsumerReport, Coverage, NamedBy, OperationCoverage, OutcomeCoverage, Report, Rule,
    Severity, TestReport, Undocumented, Violation,
};
