//! [`Routes`]: a router that takes operations alone.

use crate::app::Shared;
use crate::base::operation::Operation;
use axum::Router;
use axum::handler::Handler;
use axum::routing::on;

/// A router under construction: no route can be in it without an [`Operation`].
#[derive(Default)]
pub(crate) struct Routes(Router<Shared>);

impl Routes {
    /// Has `handler` answer to the operation. Its path is whole, because nesting routers would rewrite every
    /// request's URI.
    ///
    /// # Panics
    /// If another handler does already: the server would not start, so any test notices.
    pub(crate) fn on<H: Handler<T, Shared>, T: 'static>(self, operation: Operation, handler: H) -> Self {
        Self(self.0.route(operation.path(), on(operation.filter(), handler)))
    }

    /// Has `handler` answer to the operation, if there is one.
    pub(crate) fn on_some<H: Handler<T, Shared>, T: 'static>(
        self, operation: Option<Operation>, handler: H,
    ) -> Self {
        match operation {
            Some(operation) => self.on(operation, handler),
            None => self,
        }
    }

    /// These routes and those.
    pub(crate) fn and(self, others: Self) -> Self {
        Self(self.0.merge(others.0))
    }
}

impl From<Routes> for Router<Shared> {
    fn from(routes: Routes) -> Self {
        routes.0
    }
}
