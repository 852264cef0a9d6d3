//! Reports as methods of [`FlowMock`].

use crate::mock::FlowMock;
use crate::testkit::contract::report::Report;

impl FlowMock {
    /// What clients did so far, measured by the rules of the API and by what is documented of it. As
    /// `GET /_flowmock/contract`.
    ///
    /// ```
    /// use flowmock::FlowMock;
    /// use flowmock::contract::Severity;
    ///
    /// let mock = FlowMock::start();
    /// // ... run the client under test, then:
    /// let report = mock.contract_report();
    /// assert!(report.worst() < Some(Severity::Warning));
    /// ```
    #[must_use]
    pub fn contract_report(&self) -> Report {
        self.settled().contract_report()
    }

    /// Forgets what clients did so far: reports begin anew. As `DELETE /_flowmock/contract`. Nothing else does that: what
    /// resets the server's state leaves its reports alone.
    pub fn reset_contract(&self) {
        self.settled().reset_contract();
    }
}
