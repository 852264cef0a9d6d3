//! Verification of what the journal holds, for the control call and as methods of [`FlowMock`].

use crate::app::App;
use crate::mock::FlowMock;
use crate::testkit::expectation::{Arrived, Expectation, Veil, Verification, verify};
use crate::testkit::journal::{Redaction, Shown};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

impl App {
    /// Whether the requests in the journal are as expected; of several expectations, in their order.
    pub(crate) fn verify(&self, expectations: &[Expectation]) -> Verification {
        let entries = self.journal.entries_since(0);
        let ids: Vec<_> = entries.iter().map(|entry| entry.record.request_id().unwrap_or_default()).collect();
        let arrived: Vec<_> = entries
            .iter()
            .zip(&ids)
            .map(|(entry, request_id)| Arrived { request_id, request: &*entry.record })
            .collect();
        verify(expectations, &arrived, &self.redaction())
    }
}

/// What a verification shows of a request is shown as the journal shows it.
impl Veil for Redaction<'_> {
    fn header(&self, name: &str, value: &str) -> String {
        self.header(name, value.as_bytes())
    }

    fn parameter(&self, name: &str, value: &str) -> String {
        let encoded = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let shown = self.parameters(&format!("{}={}", encoded(name), encoded(value)));
        shown.into_iter().next().map(|(_, value)| value).unwrap_or_default()
    }

    fn json(&self, pointer: &str, value: &Value) -> Value {
        self.value_at(pointer, value)
    }

    fn text(&self, body: &str) -> String {
        match self.body("", body.as_bytes(), true) {
            Shown::Text(text) => text,
            Shown::Json(value) => value.to_string(),
            Shown::Omitted(reason) => format!("[{} bytes, not shown: {reason}]", body.len()),
        }
    }

    fn path(&self, path: &str) -> String {
        self.path(path)
    }
}

impl FlowMock {
    /// Whether the requests in the journal are as expected. As `POST /_flowmock/verify`.
    ///
    /// Flowmock's own calls are not in the journal, nor is what it has forgotten: the last
    /// [`Config::journal_requests`](crate::Config::journal_requests) are.
    #[must_use]
    pub fn verify(&self, expectation: &Expectation) -> Verification {
        self.settled().verify(std::slice::from_ref(expectation))
    }

    /// Whether the requests in the journal are as expected, in the order of the expectations.
    ///
    /// Each counts its requests from where the one before ended, and ends at the first request that a following one
    /// matches, once it has as many as it needs at least; those that may be absent are passed over.
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
