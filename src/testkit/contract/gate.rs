//! [`Gate`]: what a report has to show for a run to pass, and [`Verdict`]: whether it does.
//!
//! Decided: a run of which nothing is known never passes. The worst report is a green one of tests that went past the
//! server, so one without any request cannot be told, and neither can one that is clean as far as it was looked at.

use super::render::clean;
use super::report::{ConsumerReport, Report, Severity};

/// What a report has to show. Start from [`Gate::default`] and change what differs.
///
/// ```
/// use flowmock::contract::{Gate, Severity};
///
/// let mut gate = Gate::default();
/// gate.fail_on = Some(Severity::Warning);
/// gate.min_coverage = Some(25.0);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Gate {
    /// The least severity that counts as broken; none lets every rule be broken. Default: [`Severity::Error`].
    pub fail_on: Option<Severity>,
    /// The [coverage](super::Coverage::percent) that each consumer has to reach, in percent. Default: none.
    pub min_coverage: Option<f64>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { fail_on: Some(Severity::Error), min_coverage: None }
    }
}

/// Whether a report shows what a [`Gate`] wants. The reasons can be printed anywhere: they are free of control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Kept,
    /// It does not: for each consumer and what it lacks a sentence.
    Broken(Vec<String>),
    /// Nobody knows: nothing was examined, or too little to say that all was kept. And why.
    Unknown(String),
}

impl Gate {
    /// Holds a report against it.
    #[must_use]
    pub fn judge(&self, report: &Report) -> Verdict {
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
            report.consumers.iter().flat_map(|consumer| self.lacks(consumer)).collect();
        if !reasons.is_empty() {
            return Verdict::Broken(reasons);
        }
        match self.unseen(report) {
            Some(reason) => Verdict::Unknown(reason),
            None => Verdict::Kept,
        }
    }

    /// Whether a breaking as bad as that counts.
    pub(super) fn counts(&self, severity: Severity) -> bool {
        self.fail_on.is_some_and(|least| severity >= least)
    }

    /// Whether a consumer has met less than it should have.
    pub(super) fn is_below(&self, consumer: &ConsumerReport) -> bool {
        self.min_coverage.is_some_and(|least| consumer.coverage.percent < least)
    }

    /// Why rules that look kept may not be.
    pub(super) fn unseen(&self, report: &Report) -> Option<String> {
        (report.skipped > 0 && self.fail_on.is_some()).then(|| {
            let (skipped, requests) = (report.skipped, of(report.skipped, "request"));
            format!(
                "the journal had forgotten {requests} before {} turn came, so nobody knows what {} broke: start the \
                 server with a larger --journal-requests, or with --contract-headers",
                if skipped == 1 { "its" } else { "their" },
                if skipped == 1 { "it" } else { "they" },
            )
        })
    }

    fn lacks(&self, consumer: &ConsumerReport) -> Vec<String> {
        let name = clean(&consumer.name);
        let ids: Vec<&str> = consumer
            .broken
            .iter()
            .filter(|broken| self.counts(broken.severity))
            .map(|broken| &*broken.rule)
            .collect();
        let mut lacks = Vec::new();
        if !ids.is_empty() {
            let rules = of(ids.len() as u64, "rule");
            lacks.push(format!("{name} broke {rules}: {}", clean(&ids.join(", "))));
        }
        if let Some(least) = self.min_coverage.filter(|_| self.is_below(consumer)) {
            let met = consumer.coverage.percent;
            lacks.push(format!(
                "{name} has met {met} % of what is documented, of the {least} % that it should"
            ));
        }
        lacks
    }
}

/// `1 request`, `2 requests`.
pub(super) fn of(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
