//! Allows web pages of any origin (CORS) to call the API with `--cors`, and to make control calls with `--cors-control`.

use crate::base::config::Config;
use crate::base::operation::paths::is_control;
use axum::http::Request;
use axum::response::Response;
use futures_util::future::Either;
use std::task::{Context, Poll};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Cors, ExposeHeaders};
use tower_service::Service;

/// A service with CORS around it, or without.
#[derive(Clone)]
pub(crate) enum OptionalCors<S> {
    Without(S),
    With { cors: Box<Cors<S>>, for_api: bool, for_control: bool },
}

impl<S> OptionalCors<S> {
    /// Allows any origin, method and header for the calls that `config` opens. Cookies are not allowed: flowmock takes
    /// credentials from headers.
    pub(crate) fn new(inner: S, config: &Config) -> Self {
        let (for_api, for_control) = (config.cors, config.cors_control);
        if !(for_api || for_control) {
            return Self::Without(inner);
        }
        let cors = Cors::new(inner)
            .allow_origin(AllowOrigin::any())
            .allow_methods(AllowMethods::mirror_request())
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(ExposeHeaders::any());
        Self::With { cors: Box::new(cors), for_api, for_control }
    }
}

impl<S, B> Service<Request<B>> for OptionalCors<S>
where
    S: Service<Request<B>, Response = Response>,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Either<S::Future, <Cors<S> as Service<Request<B>>>::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        match self {
            Self::Without(inner) => inner.poll_ready(context),
            Self::With { cors, .. } => cors.poll_ready(context),
        }
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self {
            Self::Without(inner) => Either::Left(inner.call(request)),
            Self::With { cors, for_api, for_control } => {
                let is_open = if is_control(request.uri().path()) { *for_control } else { *for_api };
                if is_open {
                    Either::Right(cors.call(request))
                } else {
                    Either::Left(cors.get_mut().call(request))
                }
            }
        }
    }
}
