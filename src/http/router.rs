//! [`service`]: every route and layer of the server, in order.

use super::layers::faults;
use super::layers::finish::{Finish, Inside};
use super::layers::gateway::Gateway;
use super::routes::Routes;
use super::{connection_specs, connections, control, entities, refuse, sandboxes, tokens};
use crate::app::Shared;
use crate::services::kinds;
use axum::Router;
use std::sync::Arc;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Cors, ExposeHeaders};
use tower_http::normalize_path::NormalizePath;

/// The whole server, without a socket.
pub(crate) fn service(app: Shared) -> Finish {
    let entities = kinds::ALL.iter().map(|spec| entities::routes(spec));
    let routes = entities
        .fold(connections::routes(), Routes::and)
        .and(connection_specs::routes())
        .and(tokens::routes())
        .and(sandboxes::routes())
        .and(control::routes())
        .and(control::requests::routes())
        .and(control::metrics::routes());
    layered(routes.into(), app)
}

/// `routes` inside everything that surrounds each request, outermost last. The layers are around the router,
/// not its own: those would be boxed and cloned for every request, and would come too late to trim a path.
pub(crate) fn layered(routes: Router<Shared>, app: Shared) -> Finish {
    let routes = routes.fallback(refuse::no_such_route).method_not_allowed_fallback(refuse::wrong_method);
    let gateway = Gateway::new(routes.with_state(Arc::clone(&app)), &app);
    let struck = faults::Faults::new(gateway, Arc::clone(&app));
    let trimmed = NormalizePath::trim_trailing_slash(struck);
    let inside = if app.config.cors { Inside::Cors(cors(trimmed).into()) } else { Inside::Plain(trimmed) };
    Finish::new(app, inside)
}

/// Any origin, method and header, without cookies: credentials are in headers here. Around the gateway, since
/// a preflight request has none of the headers that it checks, and around the faults, whose answers scripts are to see.
fn cors<S>(inner: S) -> Cors<S> {
    Cors::new(inner)
        .allow_origin(AllowOrigin::any())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(ExposeHeaders::any())
}
