//! Coverage: the share of documented outcomes that a client has met. The documented outcomes of an operation are the
//! success statuses in the OpenAPI description and the operation's errors in the catalogue.
//!
//! Decided: a client that does not know every code distinguishes errors by the status and the form of the body. So the
//! percentage counts all errors of an operation with one status and one form as a single outcome, which is met with the
//! first of them; the report lists each error separately. Errors that only the real service can cause count too, since a
//! client meets them in production; flowmock returns them on demand. Only operations that the client has called count, so a
//! client that uses nothing but connections can reach 100 percent. An outcome counts as met whatever caused it, a fault
//! rule included: the client got the same response.

use super::description::Description;
use super::model::{ObservedOutcome, OutcomeCount};
use super::report::{Coverage, OperationCoverage, OutcomeCoverage, Undocumented};
use crate::base::error::Code;
use crate::base::operation::{Api, Operation};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// An operation and its documented outcomes, successes first.
struct DocumentedOperation {
    operation: Operation,
    outcomes: Vec<(u16, Option<Code>)>,
}

/// The outcomes of every operation of the emulated APIs.
fn documented(description: &Description) -> impl Iterator<Item = DocumentedOperation> {
    let emulated = Operation::ALL.iter().copied().filter(|operation| operation.api() != Api::Control);
    emulated.map(|operation| DocumentedOperation::of(operation, description))
}

/// Whether an outcome is documented.
pub(super) fn is_documented((operation, status, code): ObservedOutcome, description: &Description) -> bool {
    let Some((operation, status)) = operation.zip(status) else { return false };
    operation.api() != Api::Control
        && match code {
            None => description.of(operation).successes.contains(&status),
            Some(code) => {
                code.status().as_u16() == status && operation.documented_codes().any(|known| known == code)
            }
        }
}

impl DocumentedOperation {
    fn of(operation: Operation, description: &Description) -> Self {
        let successes = description.of(operation).successes.iter().map(|&status| (status, None));
        // The server's memory that other clients hold is no part of a client's contract.
        let errors = operation.documented_codes().filter(|code| *code != Code::MemorySpent);
        let errors = errors.map(|code| (code.status().as_u16(), Some(code)));
        Self { operation, outcomes: successes.chain(errors).collect() }
    }

    /// The coverage of a client with these outcomes and this number of requests.
    fn met(&self, counts: &HashMap<ObservedOutcome, u64>, requests: u64) -> OperationCoverage {
        let operation = self.operation;
        let outcome = |&(status, code): &(u16, Option<Code>)| {
            let count = counts.get(&(Some(operation), Some(status), code)).copied().unwrap_or_default();
            OutcomeCoverage {
                status,
                code: code.map(|code| code.name().into()),
                form: code.map(|code| code.shape().name().into()),
                about: code.map(|code| code.explanation().into()),
                count,
                provoke: (count == 0).then(|| provoke(operation, code)),
            }
        };
        let outcomes: Vec<OutcomeCoverage> = self.outcomes.iter().map(outcome).collect();
        // Whether each distinguishable outcome was met.
        let mut apart = BTreeMap::new();
        for outcome in &outcomes {
            *apart.entry(outcome.kind()).or_insert(false) |= outcome.count > 0;
        }
        let (met, of) = (apart.values().filter(|met| **met).count() as u64, apart.len() as u64);
        OperationCoverage {
            operation: operation.name().into(),
            method: operation.method().into(),
            path: operation.path().into(),
            requests,
            percent: percent(met, of),
            met,
            of,
            outcomes,
        }
    }
}

/// How a client can meet an outcome: the call to make, or the header to add to it.
fn provoke(operation: Operation, code: Option<Code>) -> Cow<'static, str> {
    match code {
        Some(code) => format!("x-flowmock-error: {}", code.name()).into(),
        None => format!("{} {}", operation.method(), operation.path()).into(),
    }
}

/// The coverage of a client with these outcomes.
pub(crate) fn coverage(counted: &[OutcomeCount], description: &Description) -> Coverage {
    let counts: HashMap<ObservedOutcome, u64> = counted
        .iter()
        .map(|counted| ((counted.operation, counted.status, counted.error), counted.count))
        .collect();
    let mut requests = HashMap::<Operation, u64>::new();
    for (operation, count) in counted.iter().filter_map(|counted| Some((counted.operation?, counted.count))) {
        *requests.entry(operation).or_default() += count;
    }
    let of_one = |documented: DocumentedOperation| {
        documented.met(&counts, requests.get(&documented.operation).copied().unwrap_or_default())
    };
    let operations: Vec<OperationCoverage> = documented(description).map(of_one).collect();
    let called = || operations.iter().filter(|operation| operation.requests > 0);
    let (met, of) = (called().map(|one| one.met).sum(), called().map(|one| one.of).sum());
    Coverage {
        percent: percent(met, of),
        met,
        of,
        of_all: operations.iter().map(|operation| operation.of).sum(),
        undocumented: counted.iter().filter_map(|counted| undocumented(counted, description)).collect(),
        operations,
    }
}

fn undocumented(counted: &OutcomeCount, description: &Description) -> Option<Undocumented> {
    let &OutcomeCount { operation, status, error, count } = counted;
    (!is_documented((operation, status, error), description)).then(|| Undocumented {
        operation: operation.map(|operation| operation.name().into()),
        status,
        code: error.map(|code| code.name().into()),
        count,
    })
}

/// A percentage with one decimal, rounded down, so that only full coverage is 100.
fn percent(met: u64, of: u64) -> f64 {
    (met * 1000).checked_div(of).unwrap_or_default() as f64 / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::operation::Kind;
    use crate::http::openapi::DESCRIPTION;

    #[test]
    fn a_percentage_is_rounded_down_and_zero_of_zero() {
        let percentages = [(0, 0), (0, 7), (1, 3), (999, 1000), (9999, 10000), (5, 5)];
        assert_eq!(percentages.map(|(met, of)| percent(met, of)), [0.0, 0.0, 33.3, 99.9, 99.9, 100.0]);
    }

    #[test]
    fn every_emulated_operation_has_a_success_and_an_error_and_control_calls_do_not_count() {
        for documented in documented(&DESCRIPTION) {
            assert_ne!(documented.operation.api(), Api::Control);
            let is_success = |outcome: &&(u16, Option<Code>)| outcome.1.is_none();
            let successes = documented.outcomes.iter().filter(is_success).count();
            assert!(successes == 1 && documented.outcomes.len() > 2, "{:?}", documented.operation);
        }
        let of_unit_tests = |documented: &DocumentedOperation| {
            documented.operation.entity().is_some_and(|(kind, _)| kind == Kind::Widget)
        };
        let all = documented(&DESCRIPTION).count();
        assert_eq!(all - documented(&DESCRIPTION).filter(of_unit_tests).count(), 85);
    }

    #[test]
    fn errors_of_one_status_and_form_are_one_outcome() {
        let create = Some(Operation::CreateConnection);
        let met = |errors: &[Code]| {
            let counted = |&code: &Code| {
                let status = Some(code.status().as_u16());
                OutcomeCount { operation: create, status, error: Some(code), count: 1 }
            };
            let counted: Vec<OutcomeCount> = errors.iter().map(counted).collect();
            let coverage = coverage(&counted, &DESCRIPTION);
            let own =
                coverage.operations.into_iter().find(|own| own.operation == "createConnection").unwrap();
            (own.met, own.outcomes.iter().filter(|outcome| outcome.provoke.is_none()).count())
        };
        assert_eq!(met(&[Code::BadRequest]), (1, 1));
        assert_eq!(
            met(&[Code::BadRequest, Code::SpecUnknown]),
            (1, 2),
            "both 400, in the Flow Service's form"
        );
        assert_eq!(met(&[Code::BadRequest, Code::OrgMissing]), (2, 2), "both 400, in two forms");
        assert_eq!(met(&[Code::BadRequest, Code::Internal]), (2, 2));
    }

    #[test]
    fn operations_that_a_client_never_called_do_not_count_against_it() {
        let counted = |operation, status, error, count| OutcomeCount { operation, status, error, count };
        let list = Some(Operation::ListSandboxes);
        let coverage = coverage(
            &[
                counted(None, Some(404), Some(Code::NoSuchRoute), 3),
                counted(list, Some(200), None, 2),
                counted(list, Some(400), Some(Code::SandboxQueryInvalid), 1),
                counted(list, Some(503), None, 1),
                counted(list, None, None, 4),
            ],
            &DESCRIPTION,
        );
        let own = coverage.operations.iter().find(|own| own.operation == "listSandboxes").unwrap();
        assert_eq!((coverage.met, coverage.of), (2, own.of));
        assert_eq!((own.met, own.requests, own.percent), (2, 8, coverage.percent));
        assert!(coverage.of_all > 10 * coverage.of);
        assert!((own.of as usize) < own.outcomes.len(), "errors of one status and form count once");
        let rest = coverage.undocumented.iter().map(|one| (one.operation.as_deref(), one.status, one.count));
        let list = Some("listSandboxes");
        let expected = [(None, Some(404), 3), (list, Some(503), 1), (list, None, 4)];
        assert_eq!(rest.collect::<Vec<_>>(), expected);
    }
}
