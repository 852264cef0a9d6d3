//! [`App`]: the parts of one server, without routes.

pub(crate) mod checks;
pub(crate) mod clock;
pub(crate) mod contract;
pub(crate) mod events;
pub(crate) mod faults;
pub(crate) mod inlets;
pub(crate) mod notifications;
pub(crate) mod open;
pub(crate) mod pact;
pub(crate) mod prepare;
pub(crate) mod record;
pub(crate) mod replicas;
pub(crate) mod requests;
pub(crate) mod runs;
pub(crate) mod sharing;
pub(crate) mod state;
pub(crate) mod watch;

use crate::app::checks::Checks;
use crate::app::notifications::center::Notifications;
use crate::app::record::recording::Recording;
use crate::app::replicas::peers::Replicas;
use crate::app::state::memory::Memory;
use crate::base::budget::Budget;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::files::FixtureError;
use crate::base::tenant::Tenant;
use crate::services::allow::AllowLists;
use crate::services::connection_specs::Registry;
use crate::services::entities::Context;
use crate::services::flow_specs::FlowSpecs;
use crate::services::identity::Ims;
use crate::services::inlets::Inlets;
use crate::services::inlets::url::InletUrls;
use crate::services::sandboxes::Declared;
use crate::services::sources::Sources;
use crate::services::world::{Sandbox, World};
use crate::store::ids::Env;
use crate::testkit::contract::Examiner;
use crate::testkit::contract::description::Description;
use crate::testkit::faults::Faults;
use crate::testkit::journal::Journal;
use crate::testkit::metrics::Metrics;
use std::sync::{Arc, LazyLock, OnceLock};
use tokio::sync::{OnceCell, Semaphore};
use uuid::Uuid;

/// The parts of a server, which every handler reaches through `State`.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) world: World,
    pub(crate) specs: Registry,
    pub(crate) flow_specs: FlowSpecs,
    pub(crate) sources: Sources,
    pub(crate) env: Env,
    pub(crate) journal: Arc<Journal>,
    pub(crate) faults: Faults,
    pub(crate) memory: Memory,
    pub(crate) metrics: Metrics,
    pub(crate) contract: Examiner,
    pub(crate) ims: Ims,
    pub(crate) inlets: Inlets,
    pub(crate) notifications: Notifications,
    pub(crate) allow: AllowLists,
    pub(crate) declared: Declared,
    /// The name of this server among those that share its state.
    replica: String,
    /// Makes changes last, if something does.
    pub(crate) recording: OnceLock<Arc<Recording>>,
    /// The other servers that share the state.
    pub(crate) replicas: Replicas,
    /// Set once the slow parts are [prepared](Self::prepared).
    pub(crate) is_prepared: OnceCell<()>,
    /// The queue for checks with user-supplied connection specs.
    pub(crate) checks: Checks,
    /// Limits how many large documents of control calls are read at once.
    pub(crate) large_documents: Arc<Semaphore>,
    /// The queue for control calls that make large documents.
    pub(crate) large_answers: Arc<Semaphore>,
    /// The memory budget for bodies in progress.
    pub(crate) budget: Budget,
}

/// The `State` of every handler.
pub(crate) type Shared = Arc<App>;

impl App {
    /// An id for a request in the tenant that `tenant` finds; it is called only if it matters.
    pub(crate) fn request_id(&self, tenant: impl FnOnce() -> Option<Tenant>) -> Uuid {
        if !self.env.is_seeded() {
            return Uuid::new_v4();
        }
        match tenant() {
            Some(tenant) => self.env.request_id(&self.world.open(&tenant, &self.env).sequence),
            None => self.env.request_id(&self.env.outside()),
        }
    }

    /// The context for checking a definition of that sandbox.
    pub(crate) fn context<'a>(&'a self, sandbox: &'a Sandbox) -> Context<'a> {
        let inlet_urls = InletUrls::of_client(&self.config, self.inlets.address, None);
        let fixtures = (&self.specs, &self.flow_specs, &self.sources);
        Context::of(sandbox, fixtures, &self.env, &self.config, inlet_urls)
    }

    /// An empty server, whose contract reports compare requests with `description`.
    ///
    /// # Errors
    /// [`FixtureError`] for a fixture that cannot be used.
    pub(crate) fn new(
        config: Config, description: &'static LazyLock<Description>,
    ) -> Result<Self, FixtureError> {
        let specs = Registry::load(config.fixtures.as_deref())?;
        let flow_specs = FlowSpecs::load(config.fixtures.as_deref())?;
        let sources = Sources::load(config.fixtures.as_deref())?;
        if let Some(folder) = &config.fixtures {
            for warning in sources.misnamed(folder, &specs.names()) {
                tracing::warn!("{warning}");
            }
        }
        let journal = Arc::new(Journal::new(&config));
        let env = Env::new(Clock::of(&config), config.deterministic);
        let ims = Ims::new(config.token_lifetime, &env);
        let allow = AllowLists::of(&config);
        for warning in AllowLists::warnings(&config) {
            tracing::warn!("{warning}");
        }
        let world = if config.state.is_some() { World::recorded() } else { World::default() };
        let (memory, metrics) = (Memory::default(), Metrics::default());
        let (faults, declared) = (Faults::load(&env, config.faults_file.as_deref())?, Declared::default());
        let contract = Examiner::new(description);
        let (budget, inlets, notifications) =
            (Budget::new(&config), Inlets::new(&config), Notifications::new(&config));
        let replica = config.replica_name();
        Ok(Self {
            replica,
            config,
            world,
            specs,
            flow_specs,
            sources,
            env,
            journal,
            faults,
            memory,
            metrics,
            ims,
            inlets,
            notifications,
            allow,
            declared,
            recording: OnceLock::new(),
            replicas: Replicas::default(),
            contract,
            is_prepared: OnceCell::new(),
            checks: Checks::default(),
            large_documents: Arc::new(Semaphore::new(1)),
            large_answers: Arc::new(Semaphore::new(1)),
            budget,
        })
    }
}
