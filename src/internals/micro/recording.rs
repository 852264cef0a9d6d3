//! Recording a request in the journal, for `benches/micro.rs`: while nobody reads events, and while somebody does.

use crate::base::body::incoming::IncomingBody;
use crate::base::body::outgoing::OutgoingBody;
use crate::base::config::Config;
use crate::testkit::journal::Journal;
use crate::testkit::journal::news::Reader;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Bytes;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;
use tokio::time::Instant;

/// A journal, and perhaps a reader of its events.
pub(crate) struct Recordings {
    journal: Arc<Journal>,
    reader: Option<Reader>,
}

impl Recordings {
    /// A journal that somebody reads, or nobody.
    ///
    /// # Panics
    /// If a reader is refused, which the first is not.
    pub(crate) fn new(is_read: bool) -> Self {
        let journal = Arc::new(Journal::new(&Config::default()));
        let reader = is_read.then(|| Reader::of(&journal, None).expect("a place"));
        Self { journal, reader }
    }

    /// Records a request and its response. If there is a reader, it waits at that time, and takes the request afterwards.
    ///
    /// # Panics
    /// If the request is not recorded.
    pub(crate) fn record(&mut self) {
        let now = Instant::now();
        let request = Request::get("/data/foundation/flowservice/connections")
            .header("x-api-key", "key")
            .body(IncomingBody::whole(Bytes::new(), now));
        let mut request = request.expect("a valid request");
        let response = Response::new(OutgoingBody::<Body>::Whole(Bytes::from_static(b"{}")));
        let journal = &self.journal;
        let mut record = || {
            let recording = journal.begin(&mut request, None, || 0, now).expect("the journal is on");
            recording.end(&response, Duration::from_micros(1), None)
        };
        let Some(reader) = &mut self.reader else {
            record();
            return;
        };
        {
            let mut arrived = pin!(reader.arrived());
            let is_waiting = arrived.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
            assert!(is_waiting, "it has read everything");
            record();
        }
        assert_eq!(reader.next(1).len(), 1, "the request arrives");
    }
}
