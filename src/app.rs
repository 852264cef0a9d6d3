//! [`App`], what the handlers share, and [`service`]: every route and layer on one screen.

use crate::config::Config;
use crate::env::Env;
use crate::fixtures::FixtureError;
use crate::sources::Sources;
use crate::specs::Registry;
use crate::store::Store;
use crate::web::{finish, gateway, refuse};
use crate::{connections, control, specs};
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use std::sync::Arc;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer, ExposeHeaders};
use tower_http::normalize_path::NormalizePath;

/// Where the Flow Service's paths begin. Reference: "Base path and headers".
pub(crate) const BASE_PATH: &str = "/data/foundation/flowservice";

/// A path of the Flow Service, base path and all. Routes are whole paths because nesting would rewrite every
/// request's URI.
pub(crate) fn at(path: &str) -> String {
    format!("{BASE_PATH}{path}")
}

/// What every handler reaches through `State`.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) specs: Registry,
    pub(crate) sources: Sources,
    pub(crate) env: Env,
}

/// The `State` of every handler.
pub(crate) type Shared = Arc<App>;

impl App {
    /// An empty server.
    ///
    /// # Errors
    /// [`FixtureError`] for a fixture that cannot be used.
    pub(crate) fn new(config: Config) -> Result<Self, FixtureError> {
        let specs = Registry::load(config.fixtures.as_deref())?;
        let sources = Sources::load(config.fixtures.as_deref())?;
        Ok(Self { config, store: Store::default(), specs, sources, env: Env::system() })
    }
}

/// The whole server as a service, without a socket.
pub(crate) fn service(app: Shared) -> NormalizePath<Router> {
    let api = Router::new()
        .merge(connections::routes())
        .merge(specs::routes())
        // Routes of their own, not the fallback: they are below the base path, so the gateway answers first.
        .route(BASE_PATH, any(refuse::no_such_route))
        .route(&at("/{*rest}"), any(refuse::no_such_route))
        .method_not_allowed_fallback(refuse::wrong_method)
        .layer(from_fn_with_state(Arc::clone(&app), gateway::check));
    let routes = Router::new().merge(api).merge(control::routes());
    layered(routes, app)
}

/// `routes` inside everything that surrounds each request, outermost last.
pub(crate) fn layered(routes: Router<Shared>, app: Shared) -> NormalizePath<Router> {
    let mut router =
        routes.fallback(refuse::outside_base_path).method_not_allowed_fallback(refuse::wrong_method);
    if app.config.cors {
        router = router.layer(cors()); // inside `finish`, so that a preflight's answer has its request id too
    }
    let router = router.layer(from_fn_with_state(Arc::clone(&app), finish::finish)).with_state(app);
    // Around the router, or routing would be done before the slash is gone.
    NormalizePath::trim_trailing_slash(router)
}

/// Any origin, method and header, without cookies: credentials are in headers here.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::any())
}
