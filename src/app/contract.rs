//! Contract reports of a server: the implementation of the control calls and of [`FlowMock`](crate::FlowMock)'s
//! methods.

use super::App;
use crate::base::document::refusal::{Problem, Refused};
use crate::services::world::Part;
use crate::testkit::contract::examiner::Requests;
use crate::testkit::contract::model::{ContractSnapshot, Severity};
use crate::testkit::contract::report::Report;
use crate::testkit::contract::reporting::report;
use crate::testkit::contract::rule::RuleDefinition;

/// The largest number of consumers that a refusal names.
const NAMED_AT_MOST: usize = 20;

impl App {
    /// Reads the configuration's contract rules, before the first request.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(crate) fn configure_contract(&self) -> Result<(), Vec<Problem>> {
        if self.config.contract_headers && self.config.journal_requests == 0 {
            let reason = "--contract-headers needs the journal, which --journal-requests 0 switches off";
            return Err(vec![Problem::new("", reason)]);
        }
        if self.config.contract_headers && !self.config.contract {
            let reason = "--contract-headers needs what --contract off switches off";
            return Err(vec![Problem::new("", reason)]);
        }
        self.contract.configure(&self.config.contract_rules)
    }

    /// Whether requests are examined: not if that is switched off, nor without a journal.
    pub(crate) fn examines_requests(&self) -> bool {
        self.config.contract && self.config.journal_requests > 0
    }

    /// Whether the request with that id was examined.
    pub(crate) fn has_examined(&self, id: u64) -> bool {
        self.contract.has_examined(id)
    }

    fn requests_to_examine(&self) -> Requests<'_> {
        Requests {
            journal: &self.journal,
            redaction: self.concealing(),
            report_each: self.config.contract_headers,
        }
    }

    /// Examines every request in the journal, which takes as long as answering them did. Returns the id of the last
    /// one.
    pub(crate) fn catch_up(&self) -> u64 {
        if !self.examines_requests() {
            return self.journal.last_id();
        }
        self.contract.catch_up(&self.requests_to_examine())
    }

    /// Examines at most `max` requests, unless another thread is examining; returns their number.
    pub(crate) fn examine(&self, max: usize) -> usize {
        self.contract.examine(&self.requests_to_examine(), max)
    }

    /// Examines the journal up to the request with that id. Returns the ids of the rules that it broke, separated by
    /// commas, for the header `x-flowmock-violations`; `None` if it broke none. Logs them too.
    pub(crate) fn violations(&self, id: u64, request_id: &str) -> Option<String> {
        let requests = self.requests_to_examine();
        let broken = self.contract.violations(&requests, id)?;
        let (mut ids, request_id) = (Vec::new(), requests.redaction.text(request_id));
        for (rule, severity) in broken {
            let RuleDefinition { id: rule, remedy, .. } = rule.rule();
            match severity {
                Severity::Info => tracing::info!(rule, request_id, remedy, "a request has a remark"),
                Severity::Warning | Severity::Error => {
                    tracing::warn!(rule, request_id, remedy, "a request broke a rule of the API");
                }
            }
            ids.push(*rule);
        }
        Some(ids.join(","))
    }

    /// The report on all requests in the journal so far. Costs the number of requests that are not examined yet, and of
    /// consumers and tests.
    pub(crate) fn contract_report(&self) -> Report {
        report(self.contract_snapshot(), self.contract.description())
    }

    /// The state of contract testing after all requests in the journal so far.
    pub(crate) fn contract_snapshot(&self) -> ContractSnapshot {
        self.catch_up();
        self.contract.snapshot(&self.concealing(), self.examines_requests())
    }

    /// The report on the consumers with that name; there are several only if their names differ in credentials.
    ///
    /// # Errors
    /// For a name that no consumer has.
    pub(crate) fn contract_report_of(&self, consumer: &str) -> Result<Report, Refused> {
        of_consumer(self.contract_report(), consumer)
    }

    /// Empties the reports of all consumers.
    pub(crate) fn reset_contract(&self) {
        self.catch_up(); // later requests may make use of what these were told
        self.contract.reset(self.env.now());
    }

    /// Empties the reports of the consumers with that name.
    ///
    /// # Errors
    /// For a name that no consumer has.
    pub(crate) fn forget_consumer(&self, consumer: &str) -> Result<(), Refused> {
        self.try_forget_consumer(consumer).map_err(|known| no_consumer(&known))
    }

    /// [`forget_consumer`](Self::forget_consumer); for a name that no consumer has, the names of all.
    pub(super) fn try_forget_consumer(&self, consumer: &str) -> Result<(), Vec<String>> {
        self.catch_up(); // what it did before must not appear later
        self.contract.forget(consumer, self.env.now(), &self.concealing())
    }

    /// Notes that a part of the world was put back to an earlier state.
    pub(crate) fn contract_rewound(&self, part: &Part) {
        self.contract.rewind(part);
    }
}

/// The part of a report about the consumers with that name.
///
/// # Errors
/// For a name that no consumer has.
pub(super) fn of_consumer(mut report: Report, consumer: &str) -> Result<Report, Refused> {
    if report.consumer(consumer).is_none() {
        let names: Vec<String> = report.consumers.into_iter().map(|consumer| consumer.name).collect();
        return Err(no_consumer(&names));
    }
    report.consumers.retain(|known| known.name == consumer);
    Ok(report)
}

/// The error does not repeat the unknown name, which may contain a credential.
pub(super) fn no_consumer(known: &[String]) -> Refused {
    let mut names = known.iter().take(NAMED_AT_MOST).cloned().collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        names = "none so far".to_owned();
    }
    let more = known.len().saturating_sub(NAMED_AT_MOST);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Refused::not_found(format!("there is no consumer of that name; there are: {names}{more}"))
}
