//! [`FlowMock::assert_contract`]: asserts in a Rust test that clients kept the contract.

use crate::mock::FlowMock;
use crate::testkit::contract::criteria::{PassCriteria, Verdict};
use crate::testkit::contract::render::text::TextOptions;

impl FlowMock {
    /// Asserts that clients broke no rule with the severity error.
    ///
    /// ```
    /// use flowmock::FlowMock;
    ///
    /// let mock = FlowMock::start();
    /// // The client under test.
    /// let connections = format!("{}/connections?limit=5", mock.base_url());
    /// let answer = reqwest::blocking::Client::new()
    ///     .get(connections)
    ///     .header("Authorization", "Bearer any-token")
    ///     .header("x-api-key", "any-key")
    ///     .header("x-gw-ims-org-id", "TEST@AdobeOrg")
    ///     .header("x-sandbox-name", "dev")
    ///     .send()?;
    /// assert_eq!(answer.status(), 200);
    ///
    /// mock.assert_contract();
    /// # Ok::<(), reqwest::Error>(())
    /// ```
    ///
    /// # Panics
    /// With the text of the report if clients broke such a rule, or if there was no request at all: then the test
    /// has bypassed the server.
    #[track_caller]
    pub fn assert_contract(&self) {
        self.assert_contract_by(&PassCriteria::default());
    }

    /// Asserts that clients meet `criteria`, which may include warnings and coverage.
    ///
    /// ```should_panic
    /// use flowmock::FlowMock;
    /// use flowmock::contract::{PassCriteria, Severity};
    ///
    /// let mock = FlowMock::start();
    /// // ... run the client under test, then:
    /// let mut criteria = PassCriteria::default();
    /// criteria.fail_on = Some(Severity::Warning);
    /// mock.assert_contract_by(&criteria); // no request has come: "Could not tell: no request was examined"
    /// ```
    ///
    /// # Panics
    /// With the text of the report if clients do not meet the criteria, or if there was no request at all.
    #[track_caller]
    pub fn assert_contract_by(&self, criteria: &PassCriteria) {
        let report = self.contract_report();
        if criteria.evaluate(&report) != Verdict::Passed {
            panic!("{}", report.text(criteria, TextOptions::default()));
        }
    }
}
