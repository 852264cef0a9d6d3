//! [`PassCriteria`] decides whether a run passes, given its report; [`Verdict`] is the decision.
//!
//! Decided: a run about which nothing is known never passes. Tests that bypass the server leave an empty report, and an
//! empty report must not look like success. Nor must a clean report from which requests are missing.

use super::render::clean;
use super::report::{ConsumerReport, Report, Severity};

/// The conditions under which a run passes. Start from [`PassCriteria::default`] and change fields.
///
/// ```
/// use flowmock::contract::{PassCriteria, Severity};
///
/// let mut criteria = PassCriteria::default();
/// criteria.fail_on = Some(Severity::Warning);
/// criteria.min_coverage = Some(25.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PassCriteria {
    /// The lowest severity of a broken rule that fails the run; with `None` no broken rule does. Default:
    /// [`Severity::Error`].
    pub fail_on: Option<Severity>,
    /// The [coverage](super::Coverage::percent) that each consumer must reach, in percent. Default: `None`.
    pub min_coverage: Option<f64>,
}

impl Default for PassCriteria {
    fn default() -> Self {
        Self { fail_on: Some(Severity::Error), min_coverage: None }
    }
}

/// Whether a run passes, by its report. The reasons contain no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every consumer meets the criteria.
    Passed,
    /// Some consumers do not: a sentence for each consumer and each criterion that it misses.
    Failed(Vec<String>),
    /// The report cannot tell, for this reason: no request was examined, or some were not and the others broke no rule.
    Unknown(String),
}

impl PassCriteria {
    /// Decides whether a report meets the criteria.
    #[must_use]
    pub fn evaluate(&self, report: &Report) -> Verdict {
        if !report.enabled {
            let reason =
                "this server examines nothing: it was started with --contract off or without a journal";
            return Verdict::Unknown(reason.to_owned());
        }
        if report.consumers.iter().all(|consumer| consumer.requests == 0) {
            let reason = "no request was examined: the tests have not reached this server, or its report was reset \
                          after them";
            return Verdict::Unknown(reason.to_owned());
        }
        let reasons: Vec<String> =
            report.consumers.iter().flat_map(|consumer| self.shortfalls(consumer)).collect();
        if !reasons.is_empty() {
            return Verdict::Failed(reasons);
        }
        match self.missing_requests(report) {
            Some(reason) => Verdict::Unknown(reason),
            None => Verdict::Passed,
        }
    }

    /// Whether breaking a rule of this severity fails the run.
    pub(super) fn counts(&self, severity: Severity) -> bool {
        self.fail_on.is_some_and(|least| severity >= least)
    }

    /// Whether a consumer is below the required coverage.
    pub(super) fn is_below(&self, consumer: &ConsumerReport) -> bool {
        self.min_coverage.is_some_and(|least| consumer.coverage.percent < least)
    }

    /// Explains why rules that look kept may be broken: the report does not include every request.
    pub(super) fn missing_requests(&self, report: &Report) -> Option<String> {
        (report.skipped > 0 && self.fail_on.is_some()).then(|| {
            let (skipped, requests) = (report.skipped, counted(report.skipped, "request"));
            format!(
                "the journal had forgotten {requests} before {} turn came, so nobody knows what {} broke: start the \
                 server with a larger --journal-requests, or with --contract-headers",
                if skipped == 1 { "its" } else { "their" },
                if skipped == 1 { "it" } else { "they" },
            )
        })
    }

    fn shortfalls(&self, consumer: &ConsumerReport) -> Vec<String> {
        let name = clean(&consumer.name);
        let ids: Vec<&str> = consumer
            .broken
            .iter()
            .filter(|broken| self.counts(broken.severity))
            .map(|broken| &*broken.rule)
            .collect();
        let mut shortfalls = Vec::new();
        if !ids.is_empty() {
            let rules = counted(ids.len() as u64, "rule");
            shortfalls.push(format!("{name} broke {rules}: {}", clean(&ids.join(", "))));
        }
        if let Some(least) = self.min_coverage.filter(|_| self.is_below(consumer)) {
            let met = consumer.coverage.percent;
            shortfalls.push(format!(
                "{name} has met {met} % of what is documented, of the {least} % that it should"
            ));
        }
        shortfalls
    }
}

/// A count and its noun: `1 request`, `2 requests`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
