//! Contract testing: what clients do against the rules of the API, and what they have met of what it documents.
//! [`Report`] says it, per consumer.
//!
//! Nothing of it is on a request's path. `Examiner` reads the journal's new records a moment later, a bounded number a
//! second (`watch`), and all of them whenever somebody asks for a report: it sorts them by `consumer`, has `rules`
//! look at each and `behaviour` at how they follow each other, and counts outcomes. What it could not examine before
//! the journal forgot it is counted and said. With `--contract-headers` each request is examined before its answer
//! leaves, and the answer names what it broke.

pub(crate) mod behaviour;
pub(crate) mod bounded;
pub(crate) mod consumer;
pub(crate) mod coverage;
pub(crate) mod examiner;
pub(crate) mod exchange;
pub(crate) mod gate;
pub(crate) mod model;
pub(crate) mod near;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod reporting;
pub(crate) mod rules;
pub(crate) mod settings;
#[cfg(test)]
mod tests;

pub(crate) use consumer::name_of;
pub(crate) use examiner::Examiner;
pub(crate) use exchange::{Body, Exchange, Header};
pub use gate::{Gate, Verdict};
pub use render::TextOptions;
pub use report::{
    Broken, ConsumerReport, Coverage, NamedBy, Offence, OperationCoverage, Outcome, Report, Rule, Severity,
    TestReport, Undocumented,
};
