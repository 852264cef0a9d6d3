//! [`Routes`]: a router of operations.

use crate::app::Shared;
use crate::base::operation::Operation;
use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodFilter, on};

/// A router under construction: every route in it has an [`Operation`].
#[derive(Default)]
pub(crate) struct Routes(Router<Shared>);

impl Routes {
    /// Routes the operation to `handler`. The whole path is given at once, since nested routers would rewrite the URI
    /// of every request.
    ///
    /// # Panics
    /// If the operation has a handler already. Then no server starts, so every test fails.
    pub(crate) fn on<H: Handler<T, Shared>, T: 'static>(self, operation: Operation, handler: H) -> Self {
        Self(self.0.route(operation.path(), on(filter(operation), handler)))
    }

    /// Routes the operation to `handler`, if there is an operation.
    pub(crate) fn on_some<H: Handler<T, Shared>, T: 'static>(
        self, operation: Option<Operation>, handler: H,
    ) -> Self {
        match operation {
            Some(operation) => self.on(operation, handler),
            None => self,
        }
    }

    /// These routes and `others`.
    pub(crate) fn and(self, others: Self) -> Self {
        Self(self.0.merge(others.0))
    }
}

/// The method of an operation.
fn filter(operation: Operation) -> MethodFilter {
    match operation.method() {
        "GET" => MethodFilter::GET,
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        "DELETE" => MethodFilter::DELETE,
        other => unreachable!("{operation:?} has the method {other}, which no route takes"),
    }
}

impl From<Routes> for Router<Shared> {
    fn from(routes: Routes) -> Self {
        routes.0
    }
}
