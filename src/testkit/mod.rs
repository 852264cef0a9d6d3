//! What a test may ask of the server: requests matched and verified, faults, the journal, metrics, contract checks. Knows no
//! route and no `App`.

pub mod contract;
pub(crate) mod expectation;
pub(crate) mod faults;
pub(crate) mod journal;
pub(crate) mod matching;
pub(crate) mod metrics;
