//! The journal as methods of [`FlowMock`].

use crate::app::App;
use crate::mock::FlowMock;
use crate::testkit::journal::filter::RequestFilter;
use crate::testkit::journal::show::RecordedRequest;

impl FlowMock {
    /// The requests in the journal that fit, newest first; all of them unless the filter has a limit.
    ///
    /// flowmock's own calls, below `/_flowmock`, are not in it. As `GET /_flowmock/requests`.
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

    /// Empties the journal; answers with how many requests were in it. As `DELETE /_flowmock/requests`.
    pub fn clear_requests(&self) -> usize {
        self.settled().forget_requests(|_| true)
    }

    /// The requests in the journal as a HAR 1.2 document, oldest first: text for a file that browsers' tools open. As
    /// `GET /_flowmock/requests.har`.
    #[must_use]
    pub fn har(&self) -> String {
        let har = self.settled().har(&RequestFilter::new(), &self.address().to_string());
        String::from_utf8(har).unwrap_or_default()
    }

    /// What the journal knows, once it knows the bodies that are still arriving.
    pub(crate) fn settled(&self) -> &App {
        self.app().journal.settle();
        self.app()
    }
}
