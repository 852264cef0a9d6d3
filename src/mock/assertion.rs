//! [`FlowMock::assert_contract`]: a report that has to be clean, in a test in Rust.

use crate::mock::FlowMock;
use crate::testkit::contract::criteria::{PassCriteria, Verdict};
use crate::testkit::contract::render::text::TextOptions;

impl FlowMock {
    /// Panics unless clients kept every rule whose breaking is an error, with the report's text.
    ///
    /// It panics as well where no request has come: a test whose client went elsewhere has shown nothing.
    ///
    /// ```
    /// use flowmock::FlowMock;
    ///
    /// let mock = FlowMock::start();
    /// // The client under test; here one that does what it should.
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
    /// As said.
    #[track_caller]
    pub fn assert_contract(&self) {
        self.assert_contract_by(&PassCriteria::default());
    }

    /// Panics unless clients show what `criteria` wants, with the report's text: warnings may count too, and coverage.
    ///
    /// ```should_panic
    /// use flowmock::FlowMock;
    /// use flowmock::contract::{PassCriteria, Severity};
    ///
    /// let mock = FlowMock::start();
    /// // ... run the client under test, then:
    /// let mut criteria = PassCriteria::default();
    /// criteria.fail_on = Some(Severity::Warning);
    /// mock.assert_contract_by(&criteria); // nothing has come: "Could not tell: no request was examined"
    /// ```
    ///
    /// # Panics
    /// As said.
    #[track_caller]
    pub fn assert_contract_by(&self, criteria: &PassCriteria) {
        let report = self.contract_report();
        if criteria.evaluate(&report) != Verdict::Passed {
            panic!("{}", report.text(criteria, TextOptions::default()));
        }
    }
}
