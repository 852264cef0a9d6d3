//! Verification of the requests in the journal, as methods of [`FlowMock`].

use crate::mock::FlowMock;
use crate::testkit::expectation::{Expectation, Verification};

impl FlowMock {
    /// Whether the requests in the journal are as expected, like `POST /_flowmock/verify`.
    ///
    /// The journal has the last [`Config::journal_requests`](crate::Config::journal_requests) requests, without control
    /// calls.
    #[must_use]
    pub fn verify(&self, expectation: &Expectation) -> Verification {
        self.settled().verify(std::slice::from_ref(expectation))
    }

    /// Whether the requests in the journal are as expected, in the order of the expectations.
    ///
    /// Each expectation counts requests from where the one before ended. It ends at the first request that a following
    /// one matches, once it has its minimum; expectations that may be absent are skipped.
    #[must_use]
    pub fn verify_in_order(&self, expectations: &[Expectation]) -> Verification {
        self.settled().verify(expectations)
    }

    /// Asserts that the requests in the journal are as expected.
    ///
    /// ```should_panic
    /// use flowmock::{Expectation, FlowMock};
    ///
    /// let mock = FlowMock::start();
    /// // ... run the client under test, then:
    /// mock.assert_received(&Expectation::new().operation("createConnection").body_at("/name", "orders"));
    /// ```
    ///
    /// # Panics
    /// If they are not. The message says what was expected, and how the nearest requests differ.
    #[track_caller]
    pub fn assert_received(&self, expectation: &Expectation) {
        assert(&self.verify(expectation));
    }

    /// Asserts that the requests in the journal are as expected, in the order of the expectations; see
    /// [`FlowMock::verify_in_order`].
    ///
    /// # Panics
    /// If they are not. The message says which expectation was not met, and how the nearest requests differ.
    #[track_caller]
    pub fn assert_received_in_order(&self, expectations: &[Expectation]) {
        assert(&self.verify_in_order(expectations));
    }
}

#[track_caller]
fn assert(verification: &Verification) {
    assert!(verification.passed, "{verification}");
}
