//! Allows web pages of any origin (CORS) to call the API with `--cors`, and to make control calls with `--cors-control`.

use super::Respond;
use crate::base::config::Config;
use crate::base::operation::paths::Call;
use axum::http::Request;
use axum::response::Response;
use futures_util::future::{BoxFuture, Either, FutureExt, Map};
use std::convert::Infallible;
use std::task::{Context, Poll};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Cors, ExposeHeaders};
use tower_service::Service;

/// A service with CORS around it, or without.
#[derive(Clone)]
pub(crate) enum OptionalCors<S> {
    Without(S),
    With { cors: Box<Cors<ForCors<S>>>, for_api: bool, for_control: bool },
}

/// The inner service in the form that the CORS layer takes.
#[derive(Clone)]
pub(crate) struct ForCors<S>(S);

impl<S> OptionalCors<S> {
    /// Allows any origin, method and header for the calls that `config` opens. Cookies are not allowed: flowmock takes
    /// credentials from headers.
    pub(crate) fn new(inner: S, config: &Config) -> Self {
        let (for_api, for_control) = (config.cors, config.cors_control);
        if !(for_api || for_control) {
            return Self::Without(inner);
        }
        let cors = Cors::new(ForCors(inner))
            .allow_origin(AllowOrigin::any())
            .allow_methods(AllowMethods::mirror_request())
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(ExposeHeaders::any());
        Self::With { cors: Box::new(cors), for_api, for_control }
    }
}

impl<S, B> Respond<B> for OptionalCors<S>
where
    S: Respond<B> + Clone + Send + 'static,
    B: Send + 'static,
{
    type Future = Either<S::Future, BoxFuture<'static, Response>>;

    fn respond(&self, request: Request<B>, call: Call) -> Self::Future {
        match self {
            Self::Without(inner) => Either::Left(inner.respond(request, call)),
            Self::With { cors, for_api, for_control } => {
                let is_open = if call == Call::Control { *for_control } else { *for_api };
                if !is_open {
                    return Either::Left(cors.get_ref().0.respond(request, call));
                }
                let mut cors = cors.as_ref().clone();
                let answer = cors.call(request);
                Either::Right(Box::pin(answer.map(|answer| answer.unwrap_or_else(|never| match never {}))))
            }
        }
    }
}

impl<S: Respond<B>, B> Service<Request<B>> for ForCors<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Map<S::Future, fn(Response) -> Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let call = Call::of(request.method().as_str(), request.uri().path());
        self.0.respond(request, call).map(Ok)
    }
}
