//! The tools for tests: matching and verification of requests, faults, the journal, metrics, contract checks. They know
//! neither routes nor `App`.

pub mod contract;
pub(crate) mod expectation;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod matching;
pub(crate) mod metrics;
pub(crate) mod notifications;
