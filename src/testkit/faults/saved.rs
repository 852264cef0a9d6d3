//! [`SavedFaults`]: fault rules and what they have done, to be put in force again.

use super::dice::Throws;
use super::rule::NewRule;

/// Fault rules and what they have done.
#[derive(Default)]
pub(crate) struct SavedFaults {
    pub(crate) rules: Vec<SavedRule>,
    /// The number of ids that were generated.
    pub(crate) named: u64,
}

/// A rule and what it has done.
pub(crate) struct SavedRule {
    /// The rule, with its id.
    pub(crate) rule: NewRule,
    /// The number of requests that it matched.
    pub(crate) matched: u64,
    /// The number of requests that it affected.
    pub(crate) fired: u64,
    /// Where its random numbers are.
    pub(crate) chances: Throws,
    pub(crate) delays: Throws,
}
