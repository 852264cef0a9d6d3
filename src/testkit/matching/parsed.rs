//! [`ParsedRequest`]: a request whose parts are parsed when they are first asked for.

use crate::base::headers::SANDBOX_NAME;
use crate::base::json;
use crate::base::json::Nulls;
use crate::base::operation::Operation;
use crate::store::query::Parameters;
use crate::testkit::matching::received::Received;
use serde_json::Value;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

/// A request whose parts are parsed when they are first asked for, and kept.
pub(crate) struct ParsedRequest<'a> {
    request: &'a dyn Received,
    query: OnceCell<Parameters>,
    body: OnceCell<Option<Value>>,
    /// Whether there is a body that is not JSON; set together with `body`.
    is_text: Cell<bool>,
}

impl<'a> ParsedRequest<'a> {
    pub(crate) fn of(request: &'a dyn Received) -> Self {
        Self { request, query: OnceCell::new(), body: OnceCell::new(), is_text: Cell::new(false) }
    }

    pub(super) fn method(&self) -> &str {
        self.request.method()
    }

    pub(super) fn path(&self) -> &str {
        self.request.path()
    }

    /// The operation, if the path and the method are those of one.
    pub(super) fn operation(&self) -> Option<Operation> {
        self.request.operation()
    }

    /// The values of a header, without the white space around them.
    pub(super) fn header(&self, name: &str) -> Vec<Cow<'_, str>> {
        let values = self.request.header(name).into_iter();
        values.map(|value| String::from_utf8_lossy(value.trim_ascii())).collect()
    }

    /// The values of a header that the client sent itself.
    pub(super) fn sent_header(&self, name: &str) -> Vec<Cow<'_, str>> {
        if name == SANDBOX_NAME && self.request.sandbox_is_default() {
            return Vec::new();
        }
        self.header(name)
    }

    /// The values of a query parameter, decoded as the service decodes them: an empty one counts as absent.
    ///
    /// Decided: a query that is not well-formed has no parameters.
    pub(super) fn query(&self, name: &str) -> Vec<Cow<'_, str>> {
        let query = self.query.get_or_init(|| Parameters::parse(self.request.query()).unwrap_or_default());
        query.all(name).map(Cow::Borrowed).collect()
    }

    /// The body as it was sent.
    pub(super) fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.request.body())
    }

    /// The body's value, `null`s and all; what is not JSON is a string. `None` if there is no body.
    pub(crate) fn body(&self) -> Option<&Value> {
        let read = || {
            let body = self.request.body();
            if body.trim_ascii().is_empty() {
                return None;
            }
            let value = json::parse(body, Nulls::Kept);
            self.is_text.set(value.is_err());
            Some(value.unwrap_or_else(|_| Value::String(self.text().into_owned())))
        };
        self.body.get_or_init(read).as_ref()
    }

    /// Whether the body is there and not JSON.
    pub(super) fn body_is_text(&self) -> bool {
        self.body().is_some() && self.is_text.get()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::testkit::matching::received::Received;

    /// A request for tests.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Request {
        pub(crate) method: String,
        pub(crate) path: String,
        pub(crate) query: String,
        pub(crate) headers: Vec<(String, Vec<u8>)>,
        pub(crate) body: Vec<u8>,
    }

    impl Request {
        /// A request with that request line and headers.
        pub(crate) fn new(method: &str, path: &str, headers: &[(&str, &str)]) -> Self {
            let (path, query) = path.split_once('?').unwrap_or((path, ""));
            let headers =
                headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_owned()));
            Self {
                method: method.into(),
                path: path.into(),
                query: query.into(),
                headers: headers.collect(),
                body: Vec::new(),
            }
        }

        /// The request with that body.
        pub(crate) fn with_body(self, body: impl ToString) -> Self {
            Self { body: body.to_string().into(), ..self }
        }
    }

    impl Received for Request {
        fn method(&self) -> &str {
            &self.method
        }

        fn path(&self) -> &str {
            &self.path
        }

        fn query(&self) -> &str {
            &self.query
        }

        fn header(&self, name: &str) -> Vec<&[u8]> {
            self.headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_slice()).collect()
        }

        fn sandbox_is_default(&self) -> bool {
            false
        }

        fn body(&self) -> &[u8] {
            &self.body
        }
    }
}
