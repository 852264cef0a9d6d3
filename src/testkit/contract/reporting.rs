//! Makes [reports](super::report) from snapshots of the [examiner](super::examiner).

use super::coverage::coverage;
use super::description::Description;
use super::model::{self, ConsumerSnapshot, ContractSnapshot, TestSnapshot};
use super::report::{BrokenRule, ConsumerReport, Report, Rule, TestReport, Violation};
use super::rule::{RuleDefinition, RuleId};
use crate::base::operation::Operation;
use crate::base::time;
use std::borrow::Cow;

/// The report of everything that a snapshot holds.
pub(crate) fn report(snapshot: ContractSnapshot, description: &Description) -> Report {
    let of_consumer = |consumer| consumer_report(consumer, description);
    Report {
        version: Report::VERSION,
        server: env!("CARGO_PKG_VERSION").into(),
        enabled: snapshot.is_on,
        examined: snapshot.examined,
        skipped: snapshot.skipped,
        rules: RuleId::ALL.iter().map(|rule| rule.rule().into()).collect(),
        consumers: snapshot.consumers.into_iter().map(of_consumer).collect(),
        replicas: snapshot.replicas,
    }
}

impl From<&'static RuleDefinition> for Rule {
    fn from(rule: &'static RuleDefinition) -> Self {
        let RuleDefinition { id, severity, explanation, remedy, reference } = *rule;
        Self {
            id: id.into(),
            severity,
            explanation: explanation.into(),
            remedy: remedy.into(),
            reference: reference.into(),
        }
    }
}

fn consumer_report(state: ConsumerSnapshot, description: &Description) -> ConsumerReport {
    ConsumerReport {
        name: state.name,
        named_by: state.named_by,
        requests: state.requests,
        switched_off: ids(&state.switched_off),
        not_judged: ids(&state.not_judged),
        broken: state.broken.into_iter().map(BrokenRule::from).collect(),
        tests: state.tests.into_iter().map(test_report).collect(),
        coverage: coverage(&state.outcomes, description),
    }
}

fn ids(rules: &[RuleId]) -> Vec<Cow<'static, str>> {
    rules.iter().map(|rule| rule.rule().id.into()).collect()
}

fn test_report(state: TestSnapshot) -> TestReport {
    TestReport {
        name: state.name,
        requests: state.requests,
        broken: state.broken.into_iter().map(BrokenRule::from).collect(),
        unlisted: state.unlisted,
    }
}

impl From<model::ViolationCount> for BrokenRule {
    fn from(broken: model::ViolationCount) -> Self {
        let Rule { id: rule, explanation, remedy, reference, .. } = broken.rule.rule().into();
        let (severity, count, first) = (broken.severity, broken.count, broken.first.into());
        Self { rule, severity, explanation, remedy, reference, count, first }
    }
}

impl From<model::RecordedViolation> for Violation {
    fn from(violation: model::RecordedViolation) -> Self {
        let model::RecordedViolation { entry, replica, request_id, time, operation, method, path, detail } =
            violation;
        let (time, operation) =
            (time::rfc3339(time), operation.map(|operation| Operation::name(operation).into()));
        Self { entry, replica, request_id, time, operation, method, path, detail }
    }
}
