//! The journal, as methods of [`FlowMock`].

use crate::app::App;
use crate::mock::FlowMock;
use crate::testkit::journal::filter::RequestFilter;
use crate::testkit::journal::readers::ClearedPart;
use crate::testkit::journal::show::RecordedRequest;

impl FlowMock {
    /// The requests in the journal that `filter` selects, newest first, like `GET /_flowmock/requests`, but all of
    /// them unless the filter has a limit. The journal has no control calls.
    ///
    /// ```
    /// use flowmock::{FlowMock, RequestFilter};
    ///
    /// let mock = FlowMock::start();
    /// // ... run the client under test, then:
    /// let creations = mock.requests(&RequestFilter::new().operation("createConnection"));
    /// assert!(creations.iter().all(|creation| creation.status == Some(201)));
    /// ```
    #[must_use]
    pub fn requests(&self, filter: &RequestFilter) -> Vec<RecordedRequest> {
        self.settled().requests(filter, usize::MAX)
    }

    /// Empties the journal, like `DELETE /_flowmock/requests`; returns the number of requests that were in it.
    pub fn clear_requests(&self) -> usize {
        self.settled().forget_requests(ClearedPart::default(), |_| true)
    }

    /// The requests in the journal as a HAR 1.2 document, oldest first, like `GET /_flowmock/requests.har`. The tools
    /// of browsers open such files.
    #[must_use]
    pub fn har(&self) -> String {
        let har = self.settled().har(&RequestFilter::new(), &self.address().to_string());
        String::from_utf8(har).unwrap_or_default()
    }

    /// The server, once the bodies of recorded requests have arrived.
    pub(crate) fn settled(&self) -> &App {
        self.app().journal.settle();
        self.app()
    }
}
