//! [`Breach`]: a contract rule that one request broke.

use crate::testkit::contract::report::Severity;
use serde::{Deserialize, Serialize};

/// A contract rule that one request broke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Breach {
    /// The id of the rule: `etag-never-read`. `docs/contract-rules.md` has them all.
    pub rule: String,
    /// Its severity, as the server is configured.
    pub level: Severity,
    /// What exactly is wrong, without credentials: the `detail` in a contract report.
    pub message: String,
}

impl Breach {
    /// A rule that a request broke.
    pub(crate) fn new(rule: &str, level: Severity, message: &str) -> Self {
        Self { rule: rule.to_owned(), level, message: message.to_owned() }
    }
}

/// The memory of the breaches of a request, in bytes.
pub(super) fn size(breaches: &[Breach]) -> usize {
    let texts: usize = breaches.iter().map(|breach| breach.rule.len() + breach.message.len()).sum();
    size_of_val(breaches) + texts
}
