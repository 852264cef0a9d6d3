//! Reports out of what the [examiner](super::examiner) knows: the one implementation behind the control calls and
//! [`FlowMock`](crate::FlowMock)'s methods.

use super::coverage::coverage;
use super::model::{self, ConsumerState, TestState};
use super::report::{Broken, ConsumerReport, Offence, Report, Rule, TestReport};
use super::rules::RuleId;
use crate::app::App;
use crate::base::document::refusal::Refused;
use crate::base::time;

/// How many consumers a refusal names that knows them all.
const NAMED_AT_MOST: usize = 20;

impl App {
    /// What clients did, up to the last request in the journal. Costs as much as is left to examine there, and as there
    /// are consumers and tests.
    pub(crate) fn contract_report(&self) -> Report {
        let snapshot = self.contract_snapshot();
        Report {
            version: Report::VERSION,
            server: env!("CARGO_PKG_VERSION").into(),
            enabled: snapshot.is_on,
            examined: snapshot.examined,
            skipped: snapshot.skipped,
            rules: RuleId::ALL.iter().map(|rule| rule.rule().into()).collect(),
            consumers: snapshot.consumers.into_iter().map(consumer_report).collect(),
        }
    }

    /// The same of the consumers that are called so: of one, unless several names held a credential.
    ///
    /// # Errors
    /// For a name that no consumer has.
    pub(crate) fn contract_report_of(&self, consumer: &str) -> Result<Report, Refused> {
        let mut report = self.contract_report();
        let names = |report: &Report| -> Vec<String> {
            report.consumers.iter().map(|consumer| consumer.name.clone()).collect()
        };
        if report.consumer(consumer).is_none() {
            return Err(no_consumer(&names(&report)));
        }
        report.consumers.retain(|known| known.name == consumer);
        Ok(report)
    }

    /// Forgets everything that is in reports, and with it what clients did so far.
    pub(crate) fn reset_contract(&self) {
        self.catch_up(); // what comes may make use of it
        self.contract.reset(self.env.now());
    }

    /// Forgets what is in the report of the consumers that are called so.
    ///
    /// # Errors
    /// For a name that no consumer has.
    pub(crate) fn forget_consumer(&self, consumer: &str) -> Result<(), Refused> {
        self.catch_up(); // what it did before is not to come up again
        self.contract
            .forget(consumer, self.env.now(), &self.concealing())
            .map_err(|known| no_consumer(&known))
    }
}

/// The name that was asked for is not repeated: nobody knows what is in it.
fn no_consumer(known: &[String]) -> Refused {
    let mut names = known.iter().take(NAMED_AT_MOST).cloned().collect::<Vec<_>>().join(", ");
    if names.is_empty() {
        names = "none so far".to_owned();
    }
    let more = known.len().saturating_sub(NAMED_AT_MOST);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Refused::not_found(format!("there is no consumer of that name; there are: {names}{more}"))
}

impl From<&'static model::Rule> for Rule {
    fn from(rule: &'static model::Rule) -> Self {
        let model::Rule { id, severity, explanation, remedy, reference } = *rule;
        Self {
            id: id.into(),
            severity,
            explanation: explanation.into(),
            remedy: remedy.into(),
            reference: reference.into(),
        }
    }
}

fn consumer_report(state: ConsumerState) -> ConsumerReport {
    ConsumerReport {
        name: state.name,
        named_by: state.named_by,
        requests: state.requests,
        switched_off: state.switched_off.into_iter().map(Into::into).collect(),
        broken: state.broken.into_iter().map(Broken::from).collect(),
        tests: state.tests.into_iter().map(test_report).collect(),
        coverage: coverage(&state.outcomes),
    }
}

fn test_report(state: TestState) -> TestReport {
    TestReport {
        name: state.name,
        requests: state.requests,
        broken: state.broken.into_iter().map(Broken::from).collect(),
        unlisted: state.unlisted,
    }
}

impl From<model::Broken> for Broken {
    fn from(broken: model::Broken) -> Self {
        let Rule { id: rule, explanation, remedy, reference, .. } = broken.rule.into();
        let (severity, count, first) = (broken.counts_as, broken.count, broken.first.into());
        Self { rule, severity, explanation, remedy, reference, count, first }
    }
}

impl From<model::Offence> for Offence {
    fn from(offence: model::Offence) -> Self {
        let model::Offence { entry, request_id, time, operation, method, path, detail } = offence;
        let (time, operation) = (time::rfc3339(time), operation.map(Into::into));
        Self { entry, request_id, time, operation, method, path, detail }
    }
}
