//! Coverage: the documented answers that a client has met.

use super::Api;
use crate::support::{self, Answer, document};
use flowmock::contract::{Coverage, OperationCoverage, Report};
use reqwest::Method;
use std::collections::BTreeSet;

fn coverage(report: &Report) -> &Coverage {
    &report.consumer("me").expect("the consumer").coverage
}

fn operation<'a>(coverage: &'a Coverage, name: &str) -> &'a OperationCoverage {
    coverage.operations.iter().find(|one| one.operation == name).expect("an operation")
}

#[tokio::test]
async fn every_unmet_error_can_be_provoked_by_the_header_in_the_report() {
    let api = Api::new(|config| config.journal_requests = 5000);
    Answer::to(api.by("me", Method::GET, "/nowhere")).await.expect_status(404);
    let report = api.report().await;
    let (client, mut sent) = (support::client(), 0);
    for one in &coverage(&report).operations {
        for outcome in one.outcomes.iter().filter(|outcome| outcome.code.is_some()) {
            let (name, code) = outcome.provoke.as_deref().unwrap().split_once(": ").unwrap();
            let path = one.path.replace("{id}", "an-id").replace("{name}", "a-name");
            let request = client.request(one.method.parse().unwrap(), api.mock.url() + &path);
            let request = request.header("x-flowmock-consumer", "me").header(name, code);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), outcome.status, "{} {code}", one.operation);
            sent += 1;
        }
    }
    let report = api.report().await;
    let coverage = coverage(&report);
    assert_eq!((report.examined, report.skipped), (sent + 1, 0));
    let mut met = 0;
    for one in &coverage.operations {
        for outcome in &one.outcomes {
            let is_met = outcome.code.is_some();
            assert_eq!(outcome.count, u64::from(is_met), "{} {outcome:?}", one.operation);
            assert_eq!(outcome.provoke.is_none(), is_met, "{} {outcome:?}", one.operation);
        }
        // Errors of one status and one form of the body count once.
        let errors = one.outcomes.iter().filter(|outcome| outcome.code.is_some());
        let apart: BTreeSet<_> = errors.map(|outcome| (outcome.status, outcome.form.as_deref())).collect();
        let apart = apart.len() as u64;
        assert_eq!((one.met, one.of), (apart, apart + 1), "{}", one.operation);
        met += apart;
    }
    let operations = coverage.operations.len() as u64;
    assert_eq!((coverage.met, coverage.of, coverage.of_all), (met, met + operations, met + operations));
    assert!(met < sent, "{met} of {sent}");
    assert!(coverage.percent > 80.0 && coverage.percent < 100.0, "{}", coverage.percent);
    let [nowhere] = &coverage.undocumented[..] else { panic!("{:?}", coverage.undocumented) };
    assert_eq!((nowhere.operation.as_deref(), nowhere.status, nowhere.count), (None, Some(404), 1));
}

#[tokio::test]
async fn every_unmet_success_comes_with_its_call() {
    let api = Api::new(|_| {});
    Answer::to(api.by("me", Method::GET, "/nowhere")).await;
    let report = api.report().await;
    let described: BTreeSet<String> = document()
        .operations()
        .filter(|operation| !operation.path.starts_with("/_flowmock"))
        .map(|operation| format!("{} {}", operation.method.to_uppercase(), operation.path))
        .collect();
    let outcomes = coverage(&report).operations.iter().flat_map(|one| &one.outcomes);
    let successes = outcomes.filter(|outcome| outcome.code.is_none());
    let named: BTreeSet<String> =
        successes.map(|outcome| outcome.provoke.as_deref().unwrap().to_owned()).collect();
    assert_eq!(named, described);
}

#[tokio::test]
async fn coverage_counts_only_operations_that_the_client_called() {
    let api = Api::new(|_| {});
    for path in [
        "/connections",
        "/connections",
        "/connections?limit=0",
        "/connections/00000000-0000-4000-8000-000000000000",
    ] {
        Answer::to(api.by("me", Method::GET, path)).await;
    }
    let report = api.report().await;
    let coverage = coverage(&report);
    let (list, get) = (operation(coverage, "listConnections"), operation(coverage, "getConnection"));
    assert_eq!((list.requests, list.met, get.requests, get.met), (3, 2, 1, 1));
    assert_eq!((coverage.met, coverage.of), (3, list.of + get.of));
    assert!(coverage.of_all > coverage.of);
    let never = coverage.operations.iter().filter(|one| one.requests == 0);
    assert_eq!(never.filter(|one| one.percent == 0.0 && one.met == 0).count(), coverage.operations.len() - 2);
    let success = &list.outcomes[0];
    assert_eq!((success.status, success.code.as_deref(), success.count), (200, None, 2));
    let of_limit =
        list.outcomes.iter().find(|outcome| outcome.code.as_deref() == Some("FLOW-1452-400")).unwrap();
    assert_eq!((of_limit.count, of_limit.provoke.as_deref()), (1, None));
}

#[tokio::test]
async fn answers_invented_by_a_fault_rule_count_as_undocumented() {
    let api = Api::new(|_| {});
    let rules = r#"[{"times": 1, "action": {"status": 418}}, {"times": 1, "action": {"reset": true}}]"#;
    api.control.send(Method::POST, "/faults", "application/json", rules).await.expect_status(201);
    Answer::to(api.by("me", Method::DELETE, "/connections/a")).await;
    assert!(api.by("me", Method::DELETE, "/connections/a").send().await.is_err());
    let report = api.report().await;
    let undocumented: Vec<_> = coverage(&report)
        .undocumented
        .iter()
        .map(|one| (one.operation.as_deref(), one.status, one.code.as_deref(), one.count))
        .collect();
    let delete = Some("deleteConnection");
    assert_eq!(undocumented, [(delete, None, None, 1), (delete, Some(418), None, 1)]);
    assert_eq!(operation(coverage(&report), "deleteConnection").requests, 2);
}
