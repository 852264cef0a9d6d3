//! Verification of what the journal holds, for the control call and as methods of [`FlowMock`].

use super::{Arrived, Expectation, Verification, verify};
use crate::app::App;
use crate::journal::Record;
use crate::mock::FlowMock;

impl App {
    /// Whether the requests in the journal are as expected; of several expectations, in their order. May wait for
    /// bodies that are still arriving.
    pub(crate) fn verify(&self, expectations: &[Expectation]) -> Verification {
        self.journal.settle();
        let entries = self.journal.entries_since(0);
        let arrived: Vec<_> = entries
            .iter()
            .map(|entry| Arrived { request_id: request_id(&entry.record), request: &*entry.record })
            .collect();
        verify(expectations, &arrived, &self.veil())
    }
}

/// The id of the request: the answer's, or if there was none the one that its client gave it, if any.
fn request_id(record: &Record) -> &str {
    let mut headers = record.answer_headers().chain(record.headers());
    let id = headers.find(|(name, _)| *name == crate::error::REQUEST_ID.as_str());
    id.and_then(|(_, value)| str::from_utf8(value).ok()).unwrap_or_default()
}

impl FlowMock {
    /// Whether the requests in the journal are as expected. As `POST /_flowmock/verify`.
    ///
    /// Flowmock's own calls are not in the journal, nor is what it has forgotten: the last
    /// [`Config::journal_requests`](crate::Config::journal_requests) are.
    #[must_use]
    pub fn verify(&self, expectation: &Expectation) -> Verification {
        self.app().verify(std::slice::from_ref(expectation))
    }

    /// Whether the requests in the journal are as expected, in the order of the expectations.
    ///
    /// Each counts its requests from where the one before ended, and ends at the first request that a following one
    /// matches, once it has as many as it needs at least; those that may be absent are passed over.
    #[must_use]
    pub fn verify_in_order(&self, expectations: &[Expectation]) -> Verification {
        self.app().verify(expectations)
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
    /// If they are not. The message says what was expected, and in what the nearest requests differ.
    #[track_caller]
    pub fn assert_received(&self, expectation: &Expectation) {
        assert(&self.verify(expectation));
    }

    /// Asserts that the requests in the journal are as expected, in the order of the expectations; see
    /// [`FlowMock::verify_in_order`].
    ///
    /// # Panics
    /// If they are not. The message says which of them was not met, and in what the nearest requests differ.
    #[track_caller]
    pub fn assert_received_in_order(&self, expectations: &[Expectation]) {
        assert(&self.verify_in_order(expectations));
    }
}

#[track_caller]
fn assert(verification: &Verification) {
    assert!(verification.passed, "{verification}");
}

impl App {
    /// How what the journal knows may be shown.
    pub(crate) fn veil(&self) -> impl super::Veil + '_ {
        super::Unveiled
    }
}
