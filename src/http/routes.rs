//! [`Routes`]: the handlers of operations. [`Endpoints`]: the service that calls them.
//!
//! A request whose method and path are those of an operation goes straight to its handler: matching it again, in axum's
//! router, would take longer than reading a connection. The router serves everything else: pages, HEAD, and the refusals of unknown
//! paths and methods.

use super::layers::Respond;
use crate::app::Shared;
use crate::base::operation::Operation;
use crate::base::operation::paths::Call;
use axum::Router;
use axum::body::Body;
use axum::handler::Handler;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use futures_util::future::{BoxFuture, Either, FutureExt, Map};
use hyper::body::Body as _;
use std::sync::Arc;
use tower_service::Service;

/// The response of a handler.
type Answer = BoxFuture<'static, Response>;

/// Calls a handler.
type Endpoint = Box<dyn Fn(Request<Body>, Shared) -> Answer + Send + Sync>;

/// Handlers under construction: every route in it has an [`Operation`].
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<Shared>,
    endpoints: Vec<(Operation, Endpoint)>,
}

impl Routes {
    /// Routes the operation to `handler`.
    ///
    /// # Panics
    /// If the operation has a handler already. Then no server starts, so every test fails.
    pub(crate) fn on<H, T>(mut self, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, Shared, Future = Answer> + Sync,
        T: 'static,
    {
        let endpoint = handler.clone();
        self.endpoints.push((operation, Box::new(move |request, app| endpoint.clone().call(request, app))));
        // The whole path is given at once, since nested routers would rewrite the URI of every request.
        self.router = self.router.route(operation.path(), on(filter(operation), handler));
        self
    }

    /// Routes the operation to `handler`, if there is an operation.
    pub(crate) fn on_some<H, T>(self, operation: Option<Operation>, handler: H) -> Self
    where
        H: Handler<T, Shared, Future = Answer> + Sync,
        T: 'static,
    {
        match operation {
            Some(operation) => self.on(operation, handler),
            None => self,
        }
    }

    /// These routes and `others`.
    pub(crate) fn and(mut self, others: Self) -> Self {
        self.endpoints.extend(others.endpoints);
        Self { router: self.router.merge(others.router), ..self }
    }

    /// Changes the router, which serves what is no operation.
    pub(crate) fn map_router(self, change: impl FnOnce(Router<Shared>) -> Router<Shared>) -> Self {
        Self { router: change(self.router), ..self }
    }

    /// The service that calls the handlers with `app`.
    pub(crate) fn serve(self, app: &Shared) -> Endpoints {
        let mut by_operation: Vec<Option<Endpoint>> = Operation::ALL.iter().map(|_| None).collect();
        for (operation, endpoint) in self.endpoints {
            by_operation[operation as usize] = Some(endpoint);
        }
        Endpoints {
            by_operation: by_operation.into(),
            router: self.router.with_state(Arc::clone(app)),
            app: Arc::clone(app),
        }
    }
}

/// Routes of a router alone, which tests use.
impl From<Router<Shared>> for Routes {
    fn from(router: Router<Shared>) -> Self {
        Self { router, endpoints: Vec::new() }
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

/// Calls the handler of a request.
#[derive(Clone)]
pub(crate) struct Endpoints {
    /// The handlers, by operation.
    by_operation: Arc<[Option<Endpoint>]>,
    router: Router,
    app: Shared,
}

impl Endpoints {
    /// The handler of a request; `None` if the router serves it.
    fn of<B>(&self, request: &Request<B>, call: Call) -> Option<&Endpoint> {
        let method = request.method().as_str();
        let operation = match call {
            Call::Service(operation) => operation?,
            Call::Control => Operation::of(method, request.uri().path())?,
        };
        // HEAD has the operation of GET, and an answer without a body, which the router makes.
        if method != operation.method() {
            return None;
        }
        self.by_operation.get(operation as usize)?.as_ref()
    }
}

impl<B> Respond<B> for Endpoints
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Future = Either<Map<Answer, fn(Response) -> Response>, Answer>;

    fn respond(&self, request: Request<B>, call: Call) -> Self::Future {
        match self.of(&request, call) {
            Some(endpoint) => {
                let answer = endpoint(request.map(boxed), Arc::clone(&self.app));
                Either::Left(answer.map(with_length))
            }
            None => {
                let answer = self.router.clone().call(request);
                Either::Right(Box::pin(answer.map(|answer| answer.unwrap_or_else(|never| match never {}))))
            }
        }
    }
}

/// The body of a request as handlers take it. One without a body needs no memory for it.
fn boxed<B>(body: B) -> Body
where
    B: hyper::body::Body<Data = hyper::body::Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if body.is_end_stream() { Body::empty() } else { Body::new(body) }
}

/// Adds the length of the body, as the router does, so that the journal shows it.
fn with_length(mut response: Response) -> Response {
    if let Some(length) = response.body().size_hint().exact()
        && !response.headers().contains_key(header::CONTENT_LENGTH)
    {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
