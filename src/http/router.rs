//! The whole server from a request to its response, without a socket: every route, layer and step, in order.

use super::control::replay::{self, Replayed, WholeServer};
use super::layers::Respond;
use super::layers::cors::OptionalCors;
use super::layers::damage::InjectedFault;
use super::layers::default_sandbox::DefaultSandbox;
use super::layers::faults::FaultInjector;
use super::layers::gateway::Gateway;
use super::layers::host::{CertificateNames, HostNames};
use super::layers::log_line::LogLine;
use super::layers::shared_state::Share;
use super::layers::{
    contract_header, date, empty_body, guard, journal, metrics, panic_guard, render, request_id,
    shared_state, slashes, time_limit,
};
use super::routes::{Endpoints, Routes};
use super::{
    activation, catalog, connection_specs, connections, connectors, control, data_access, data_prep,
    entities, flow_specs, refuse, runs, sandboxes, schema_registry, streaming, tokens, ui,
};
use crate::app::Shared;
use crate::base::body::incoming::IncomingBody;
use crate::base::body::outgoing::{InjectedReset, OutgoingBody};
use crate::base::operation::paths::Call;
use crate::services::kinds;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use futures_util::future::BoxFuture;
use std::sync::Arc;
use tokio::time::Instant;

/// The whole server.
pub(crate) fn service(app: Shared) -> HttpService {
    let entities = kinds::ALL.iter().map(|spec| entities::routes(spec));
    let routes = entities
        .fold(connections::routes(), Routes::and)
        .and(connection_specs::routes())
        .and(flow_specs::routes())
        .and(connectors::routes())
        .and(schema_registry::routes())
        .and(catalog::routes())
        .and(data_access::routes())
        .and(data_prep::routes())
        .and(runs::routes())
        .and(activation::routes())
        .and(tokens::routes())
        .and(sandboxes::routes())
        .and(streaming::routes())
        .and(control::routes())
        .and(control::requests::routes())
        .and(control::metrics::routes())
        .and(control::notifications::routes());
    let has_page = app.config.has_page();
    layered(routes.map_router(|router| if has_page { router.merge(ui::routes()) } else { router }), app)
}

/// `routes` inside their layers, the last of which is outermost.
///
/// The layers surround the router instead of being its own: axum would box and clone its own layers for every request.
pub(crate) fn layered(routes: impl Into<Routes>, app: Shared) -> HttpService {
    let routes = routes.into().map_router(|router| {
        router.fallback(refuse::no_such_route).method_not_allowed_fallback(refuse::wrong_method)
    });
    let routes = Gateway::new(routes.serve(&app), &app);
    let routes = FaultInjector::new(routes, Arc::clone(&app));
    // Outside the gateway, as preflight requests lack the headers that it checks; outside the faults, as scripts have to
    // see their responses.
    let routes = OptionalCors::new(routes, &app.config);
    let hosts = HostNames::new(&app.config, None);
    let default_sandbox = DefaultSandbox::new(&app.config);
    HttpService(Arc::new(Parts { app, hosts, default_sandbox, routes }))
}

/// The routes inside their layers.
type LayeredRoutes = OptionalCors<FaultInjector<Gateway<Endpoints>>>;

/// The server from a request to its response. Clones share everything.
#[derive(Clone)]
pub(crate) struct HttpService(Arc<Parts>);

struct Parts {
    app: Shared,
    hosts: HostNames,
    default_sandbox: DefaultSandbox,
    routes: LayeredRoutes,
}

impl HttpService {
    /// The state that the handlers share.
    pub(crate) fn app(&self) -> &Shared {
        &self.0.app
    }

    /// Adds the names of the server's certificate.
    pub(crate) fn with_certificate(self, names: Option<CertificateNames>) -> Self {
        let Parts { app, default_sandbox, routes, .. } = &*self.0;
        let (app, default_sandbox, routes) = (Arc::clone(app), default_sandbox.clone(), routes.clone());
        let hosts = HostNames::new(&app.config, names);
        Self(Arc::new(Parts { app, hosts, default_sandbox, routes }))
    }

    /// The response to a request whose head arrived at `started`.
    ///
    /// # Errors
    /// [`InjectedReset`] if a fault withholds the response.
    pub(crate) async fn respond(
        &self, request: Request<IncomingBody>, started: Instant,
    ) -> Result<Response<OutgoingBody<Body>>, InjectedReset> {
        self.respond_and_record(request, started).await.0
    }

    /// This server for requests that it sends to itself.
    fn for_replays(&self) -> WholeServer {
        let service = self.clone();
        WholeServer::new(move |request| {
            let service = service.clone();
            Box::pin(async move {
                let (response, entry) = service.respond_and_record(request, Instant::now()).await;
                Replayed { entry, status: response.ok().map(|response| response.status()) }
            })
        })
    }

    /// The response to a request, and its id in the journal if it was recorded: every step, in order.
    async fn respond_and_record(
        &self, mut request: Request<IncomingBody>, started: Instant,
    ) -> (Result<Response<OutgoingBody<Body>>, InjectedReset>, Option<u64>) {
        let Parts { app, default_sandbox, .. } = &*self.0;
        let is_visit = ui::is_visit(&app.config, &request);
        let call =
            if is_visit { Call::Control } else { Call::of(request.method().as_str(), request.uri().path()) };
        default_sandbox.add_to(&mut request);
        // A request that only reads changes nothing of which webhooks are notified.
        let may_change = app.notifications.is_watching() && !request.method().is_safe();
        // These steps end below, when the response is known.
        let counted = metrics::begin(app, call, started);
        let journaled = journal::begin(app, &mut request, call, started);
        let log_line = LogLine::of(&request);
        slashes::trim(request.uri_mut()); // after the recording, which keeps the original path
        let share = Share::of(app, &request, call);
        let is_current = shared_state::catch_up(app, &request, call, share).await;
        let tenant = shared_state::tenant_of(app, &request);
        let request_id = request_id::of(&request, app);

        let handling = panic_guard::catch(self.handle(request, call, is_visit, is_current));
        let mut response = time_limit::within(app.config.request_timeout, started, handling).await;
        if let Err(refusal) = shared_state::share_ids(app, call, share, tenant).await {
            response = *refusal;
        }

        // The response, in the order in which it gets its final form.
        let fault = InjectedFault::take_from(&mut response);
        fault.hold_back().await;
        let (response, error) = render::render(response, &request_id);
        let response = fault.damage(response);

        let took = started.elapsed();
        let status = response.as_ref().ok().map(Response::status);
        log_line.write(app, status, took, &request_id, error.as_ref());
        let Ok(mut response) = response else {
            return (Err(InjectedReset), journaled.reset(request_id));
        };
        request_id::add(&mut response, request_id);
        date::add(&mut response, app);
        counted.end(&response, took);
        if may_change {
            app.notifications.wake();
        }
        let entry = journaled.end(&response, took, error.as_ref());
        contract_header::add(&mut response, app, entry).await;
        (Ok(fault.slow_down(response)), entry) // after the journal, which keeps the body in one piece
    }

    /// The response of the routes; `is_current` is the refusal if the shared state is out of reach.
    ///
    /// It is in a box of its own: the steps around it would otherwise move it into one another, and each move copies all of it.
    fn handle(
        &self, mut request: Request<IncomingBody>, call: Call, is_visit: bool,
        is_current: Result<(), Box<Response>>,
    ) -> BoxFuture<'_, Response> {
        if call == Call::Control && replay::is_replay(request.uri().path()) {
            let this = self.for_replays();
            request.extensions_mut().insert(this);
        }
        Box::pin(async move {
            let Parts { app, hosts, routes, .. } = &*self.0;
            let checked = guard::check_host_and_page(&app.config, hosts, &request);
            if let Err(refusal) = checked.and(is_current) {
                return *refusal;
            }
            if is_visit {
                return ui::redirect();
            }
            empty_body::await_content(&mut request).await;
            routes.respond(request, call).await
        })
    }
}
