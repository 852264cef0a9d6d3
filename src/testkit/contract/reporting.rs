//! Reports of what the [examiner](super::examiner) knows.

use super::coverage::coverage;
use super::description::Description;
use super::model::{self, ConsumerState, Snapshot, TestState};
use super::report::{Broken, ConsumerReport, Offence, Report, Rule, TestReport};
use super::rules::RuleId;
use crate::base::time;

/// The report of everything that a snapshot holds.
pub(crate) fn report(snapshot: Snapshot, description: &Description) -> Report {
    let of_consumer = |consumer| consumer_report(consumer, description);
    Report {
        version: Report::VERSION,
        server: env!("CARGO_PKG_VERSION").into(),
        enabled: snapshot.is_on,
        examined: snapshot.examined,
        skipped: snapshot.skipped,
        rules: RuleId::ALL.iter().map(|rule| rule.rule().into()).collect(),
        consumers: snapshot.consumers.into_iter().map(of_consumer).collect(),
    }
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

fn consumer_report(state: ConsumerState, description: &Description) -> ConsumerReport {
    ConsumerReport {
        name: state.name,
        named_by: state.named_by,
        requests: state.requests,
        switched_off: state.switched_off.into_iter().map(Into::into).collect(),
        broken: state.broken.into_iter().map(Broken::from).collect(),
        tests: state.tests.into_iter().map(test_report).collect(),
        coverage: coverage(&state.outcomes, description),
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
