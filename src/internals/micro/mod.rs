//! The steps of a request, one by one, for `benches/micro.rs`. What goes into a step and comes out of it is the library's
//! own and cannot be looked into.

pub(crate) mod connections;

/// A server with a page of connections in a sandbox, and what clients send to it.
pub struct Steps(connections::Steps);

/// The head and body of a POST.
pub struct Head(connections::Head);

/// JSON.
#[derive(Clone)]
pub struct Json(serde_json::Value);

/// What a client said of a connection, found valid.
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

    /// From JSON to a definition that is valid.
    pub fn validate(&self, Json(body): Json) -> Definition {
        Definition(self.0.definition(body))
    }

    /// From a definition to the bytes to store.
    pub fn serialise(&self, Definition(definition): &Definition) -> impl Sized + use<> {
        self.0.record(definition)
    }

    /// Three filters, from text to conditions.
    pub fn filters(&self) -> impl Sized + use<> {
        self.0.filters()
    }

    /// A stored connection, from bytes to JSON.
    pub fn stored(&self) -> Json {
        Json(self.0.stored())
    }

    /// A patch of two operations: its body read and applied to a stored connection.
    pub fn patch(&self, Json(stored): Json) -> Json {
        Json(self.0.patch(stored))
    }

    /// A page of 100, from the query to the answer.
    pub fn page(&self) -> impl Sized + use<> {
        self.0.page()
    }
}
