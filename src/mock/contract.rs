//! Contract reports, as methods of [`FlowMock`].

use crate::mock::FlowMock;
use crate::testkit::contract::report::Report;

impl FlowMock {
    /// The contract report on all clients so far, like `GET /_flowmock/contract`.
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

    /// Empties the contract reports, like `DELETE /_flowmock/contract`. Nothing else does: a reset of the server's
    /// state leaves its reports alone.
    pub fn reset_contract(&self) {
        self.settled().reset_contract();
    }
}
