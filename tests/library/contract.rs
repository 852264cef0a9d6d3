//! [`FlowMock::assert_contract`] and [`FlowMock::assert_contract_by`].

use crate::api;
use crate::common::requests::CONNECTIONS;
use flowmock::FlowMock;
use flowmock::contract::{PassCriteria, Severity};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The message of the panic that `action` must cause.
fn panic_message(action: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(action)).expect_err("the action must panic");
    panic.downcast_ref::<String>().expect("the message is a text").clone()
}

#[test]
fn a_broken_contract_panics_with_the_report_and_a_kept_one_does_not() {
    let mock = FlowMock::start();
    let no_requests = panic_message(|| mock.assert_contract());
    assert!(no_requests.contains("\nCould not tell: no request was examined"), "{no_requests}");

    let api = api(&mock);
    let list = |query: &str| _ = api.get(&format!("{CONNECTIONS}{query}")).send().unwrap();
    list("?property=name=orders");
    mock.assert_contract();
    let mut criteria = PassCriteria::default();
    criteria.fail_on = Some(Severity::Warning);
    let with_warning = panic_message(|| mock.assert_contract_by(&criteria));
    assert!(with_warning.contains("\n  warning  filter-single-equals, once\n"), "{with_warning}");
    let verdict = "\nBroken:\n  key broke 1 rule: filter-single-equals\n";
    assert!(with_warning.ends_with(verdict), "{with_warning}");

    list("?limt=5");
    let with_error = panic_message(|| mock.assert_contract());
    assert!(with_error.contains("\n  error    parameter-unknown, once\n"), "{with_error}");
    assert!(with_error.lines().all(|line| line.chars().count() <= 80), "{with_error}");
    assert!(!with_error.contains('\u{1b}'), "{with_error}");

    mock.reset_contract();
    list("");
    mock.assert_contract_by(&criteria);
    criteria.min_coverage = Some(99.0);
    let below = panic_message(|| mock.assert_contract_by(&criteria));
    assert!(below.contains("Never met, and how to meet it\n"), "{below}");
}
