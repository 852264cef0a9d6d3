//! Builder methods: [`builder_methods`] that set a field each, and [`pattern_methods`], with which an expectation and a fault
//! rule say which requests they match.

/// Defines builder methods that set a field each.
macro_rules! builder_methods {
    ($( $(#[$about:meta])* $method:ident($($value:ident: $type:ty),*) => $this:ident.$($field:ident).+ = $set:expr; )*) => { $(
        $(#[$about])*
        pub fn $method(mut $this $(, $value: $type)*) -> Self {
            $this.$($field).+ = $set;
            $this
        }
    )* };
}
pub(crate) use builder_methods;

/// Defines the builder methods of a type with a field `pattern`.
macro_rules! pattern_methods {
    () => {
        /// Matches requests for the operation `name`, such as `createConnection`.
        ///
        /// # Panics
        /// If there is no such operation.
        #[track_caller]
        pub fn operation(mut self, name: &str) -> Self {
            self.pattern
                .set_operation(name)
                .unwrap_or_else(|reason| panic!("the operation {name:?} {reason}"));
            self
        }

        /// Matches requests with that method, in any letter case.
        ///
        /// # Panics
        /// If it is not an HTTP method.
        #[track_caller]
        pub fn method(mut self, method: &str) -> Self {
            self.pattern.set_method(method).unwrap_or_else(|reason| panic!("the method {method:?} {reason}"));
            self
        }

        /// Matches requests to that path, with or without the base path of the Flow Service. `*` and `{name}` stand
        /// for any one segment, `**` at the end for any number of segments.
        ///
        /// # Panics
        /// If it does not begin with a slash, or has a query.
        #[track_caller]
        pub fn path(mut self, path: &str) -> Self {
            self.pattern.set_path(path).unwrap_or_else(|reason| panic!("the path {path:?} {reason}"));
            self
        }

        /// Matches requests of that organisation: `x-gw-ims-org-id`.
        ///
        /// # Panics
        /// If it is empty, or longer than 1024 bytes.
        #[track_caller]
        pub fn ims_org(mut self, id: &str) -> Self {
            self.pattern.set_ims_org(id).unwrap_or_else(|reason| panic!("the organisation {reason}"));
            self
        }

        /// Matches requests in that sandbox: `x-sandbox-name`.
        ///
        /// # Panics
        /// If it is empty, or longer than 1024 bytes.
        #[track_caller]
        pub fn sandbox(mut self, name: &str) -> Self {
            self.pattern.set_sandbox(name).unwrap_or_else(|reason| panic!("the sandbox {reason}"));
            self
        }

        /// Matches requests with such a header. The letter case of its name does not matter.
        ///
        /// # Panics
        /// If it is not the name of a header, or the matcher is about JSON.
        #[track_caller]
        pub fn header(
            mut self, name: &str, matcher: impl Into<$crate::testkit::matching::matcher::Matcher>,
        ) -> Self {
            let added = self.pattern.add_header(name, matcher.into());
            added.unwrap_or_else(|reason| panic!("the header {name:?}: {reason}"));
            self
        }

        /// Matches requests with such a query parameter, decoded.
        ///
        /// # Panics
        /// If the name is empty, or the matcher is about JSON.
        #[track_caller]
        pub fn query(
            mut self, name: &str, matcher: impl Into<$crate::testkit::matching::matcher::Matcher>,
        ) -> Self {
            let added = self.pattern.add_query(name, matcher.into());
            added.unwrap_or_else(|reason| panic!("the query parameter {name:?}: {reason}"));
            self
        }

        /// Matches requests with such a body.
        #[track_caller]
        pub fn body(self, matcher: impl Into<$crate::testkit::matching::matcher::Matcher>) -> Self {
            self.body_at("", matcher)
        }

        /// Matches requests with such a value at the JSON pointer (RFC 6901) of the body.
        ///
        /// # Panics
        /// If it is not a JSON pointer.
        #[track_caller]
        pub fn body_at(
            mut self, pointer: &str, matcher: impl Into<$crate::testkit::matching::matcher::Matcher>,
        ) -> Self {
            let added = self.pattern.add_body(pointer, matcher.into());
            added.unwrap_or_else(|reason| panic!("the pointer {pointer:?} {reason}"));
            self
        }
    };
}
pub(crate) use pattern_methods;
