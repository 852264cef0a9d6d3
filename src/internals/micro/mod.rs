//! The steps of a request, one by one, for `benches/micro.rs`. The inputs and outputs of the steps are opaque.

pub(crate) mod connections;
pub(crate) mod recording;

/// A server with a page of connections in a sandbox, and the requests to it.
pub struct Steps(connections::Steps);

/// The head and body of a POST.
pub struct Head(connections::Head);

/// JSON.
#[derive(Clone)]
pub struct Json(serde_json::Value);

/// A valid definition of a connection.
pub struct Definition(connections::Connection);

impl Default for Steps {
    fn default() -> Self {
        Self(connections::Steps::new())
    }
}

impl Steps {
    /// A POST, for [`gateway`](Self::gateway).
    pub fn head(&self) -> Head {
        Head(self.0.head())
    }

    /// The gateway's checks of a head.
    pub fn gateway(&self, Head(head): Head) -> impl Sized + use<> {
        self.0.gateway(head)
    }

    /// The body of a POST for Azure Table Storage, from bytes to JSON.
    pub fn parse(&self) -> Json {
        Json(self.0.body())
    }

    /// Validates a definition.
    pub fn validate(&self, Json(body): Json) -> Definition {
        Definition(self.0.definition(body))
    }

    /// Serialises a definition to its stored form.
    pub fn serialise(&self, Definition(definition): &Definition) -> impl Sized + use<> {
        self.0.record(definition)
    }

    /// Parses three filters.
    pub fn filters(&self) -> impl Sized + use<> {
        self.0.filters()
    }

    /// Parses a stored connection.
    pub fn stored(&self) -> Json {
        Json(self.0.stored())
    }

    /// Reads the body of a PATCH and applies its two operations to a stored connection.
    pub fn patch(&self, Json(stored): Json) -> Json {
        Json(self.0.patch(stored))
    }

    /// Answers a query for a page of 100.
    pub fn page(&self) -> impl Sized + use<> {
        self.0.page()
    }
}

/// Recording requests in the journal.
pub struct Recordings(recording::Recordings);

impl Recordings {
    /// A journal whose events somebody reads, or nobody.
    pub fn new(is_read: bool) -> Self {
        Self(recording::Recordings::new(is_read))
    }

    /// Records a request and its response. A reader waits at that time, and takes the request afterwards.
    pub fn record(&mut self) {
        self.0.record();
    }
}
