//! [`Verification`]: the result of comparing requests with expectations.

use crate::testkit::matching::difference::Difference;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Verification {
    /// Whether the requests came as expected.
    pub passed: bool,
    /// The number of requests that matched; for several expectations in order, the sum of their counts.
    pub count: usize,
    /// The ids (`x-request-id`) of those requests, in the order in which they came.
    pub requests: Vec<String>,
    /// For several expectations in order: the index of the first that was not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<usize>,
    /// If there were too few: the requests that came nearest, most parts first, then latest first; at most 5.
    pub nearest: Vec<Miss>,
    /// What was expected and what came instead, as text; empty if the verification passed.
    pub message: String,
    /// The replicas whose requests were looked at, if those of all were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<String>,
}

/// A request that almost matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Miss {
    /// Its id: `x-request-id`.
    pub request_id: String,
    /// The replica that received it, in a verification of the requests of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The number of parts of the expectation that it matches.
    pub matched: usize,
    /// The number of parts of the expectation.
    pub of: usize,
    /// The fields in which it differs.
    pub differences: Vec<Difference>,
}

/// The text of a failed assertion.
impl fmt::Display for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.passed {
            write!(f, "passed with {} requests", self.count)
        } else {
            f.write_str(&self.message)
        }
    }
}
