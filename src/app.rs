//! [`App`], what the handlers share, and [`service`]: every route and layer on one screen.

use crate::allow::AllowLists;
use crate::config::Config;
use crate::contract::Examiner;
use crate::env::{Clock, Env};
use crate::faults::Faults;
use crate::fixtures::FixtureError;
use crate::ims::Ims;
use crate::journal::Journal;
use crate::memory::Memory;
use crate::metrics::Metrics;
use crate::operation::Api;
use crate::sandboxes::Declared;
use crate::sources::Sources;
use crate::specs::Registry;
use crate::tenant::Tenant;
use crate::web::finish::{Finish, Inside};
use crate::web::gateway::Gateway;
use crate::web::refuse;
use crate::world::World;
use crate::{connections, control, ims, journal, metrics, sandboxes, specs, web};
use axum::Router;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Cors, ExposeHeaders};
use tower_http::normalize_path::NormalizePath;
use uuid::Uuid;

/// Where the Flow Service's paths begin. Reference: "Base path and headers".
pub(crate) const BASE_PATH: &str = Api::FlowService.base_path();

/// A path of the Flow Service, base path and all.
pub(crate) fn at(path: &str) -> String {
    format!("{BASE_PATH}{path}")
}

/// What every handler reaches through `State`.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) world: World,
    pub(crate) specs: Registry,
    pub(crate) sources: Sources,
    pub(crate) env: Env,
    pub(crate) journal: Arc<Journal>,
    pub(crate) faults: Faults,
    pub(crate) memory: Memory,
    pub(crate) metrics: Metrics,
    pub(crate) contract: Examiner,
    pub(crate) ims: Ims,
    pub(crate) allow: AllowLists,
    pub(crate) declared: Declared,
    /// Whose turn it is of the large documents that control calls bring.
    pub(crate) large_documents: Arc<Semaphore>,
}

/// The `State` of every handler.
pub(crate) type Shared = Arc<App>;

impl App {
    /// An id for a request in the tenant that `tenant` finds out, if any; it is asked only if it matters.
    pub(crate) fn request_id(&self, tenant: impl FnOnce() -> Option<Tenant>) -> Uuid {
        if !self.env.is_seeded() {
            return Uuid::new_v4();
        }
        match tenant() {
            Some(tenant) => self.env.request_id(&self.world.open(&tenant, &self.env).sequence),
            None => self.env.request_id(&self.env.outside()),
        }
    }

    /// An empty server.
    ///
    /// # Errors
    /// [`FixtureError`] for a fixture that cannot be used.
    pub(crate) fn new(config: Config) -> Result<Self, FixtureError> {
        let specs = Registry::load(config.fixtures.as_deref())?;
        let sources = Sources::load(config.fixtures.as_deref())?;
        let journal = Arc::new(Journal::new(&config));
        let env = Env::new(Clock::of(&config), config.deterministic);
        let ims = Ims::new(config.token_lifetime, &env);
        let allow = AllowLists::of(&config);
        let (world, memory, metrics) = (World::default(), Memory::default(), Metrics::default());
        let (faults, declared) = (Faults::load(&env, config.faults_file.as_deref())?, Declared::default());
        let contract = Examiner::default();
        Ok(Self {
            config,
            world,
            specs,
            sources,
            env,
            journal,
            faults,
            memory,
            metrics,
            ims,
            allow,
            declared,
            contract,
            large_documents: Arc::new(Semaphore::new(1)),
        })
    }
}

/// The whole server, without a socket.
pub(crate) fn service(app: Shared) -> Finish {
    let routes = connections::routes()
        .and(specs::routes())
        .and(ims::routes())
        .and(sandboxes::routes())
        .and(control::routes())
        .and(journal::routes())
        .and(metrics::routes());
    layered(routes.into(), app)
}

/// `routes` inside everything that surrounds each request, outermost last. The layers are around the router,
/// not its own: those would be boxed and cloned for every request, and would come too late to trim a path.
pub(crate) fn layered(routes: Router<Shared>, app: Shared) -> Finish {
    let routes = routes.fallback(refuse::no_such_route).method_not_allowed_fallback(refuse::wrong_method);
    let gateway = Gateway::new(routes.with_state(Arc::clone(&app)), &app);
    let struck = web::faults::Faults::new(gateway, Arc::clone(&app));
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
