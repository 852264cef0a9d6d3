//! The inputs of a kind's rules: [`Context`] for a definition, [`Write`] for a write, [`Seeding`] for an entity in a
//! state document, which becomes a [`SeededEntity`].

use crate::base::config::{Config, Leniency};
use crate::base::tenant::{Caller, Tenant};
use crate::base::time::Millis;
use crate::services::connection_specs::{Registry, TenantSpecs};
use crate::services::flow_specs::{FlowSpecs, TenantFlowSpecs};
use crate::services::inlets::Inlets;
use crate::services::inlets::url::InletUrls;
use crate::services::neighbours::Neighbours;
use crate::services::sources::Sources;
use crate::services::sources::data::SourceData;
use crate::services::world::Sandbox;
use crate::store::ids::Env;
use crate::store::{Entity, Etag, Lookup};
use uuid::Uuid;

/// The specs, entities and settings against which a definition is checked.
pub(crate) struct Context<'a> {
    /// The connection specs that the sandbox sees.
    pub(crate) specs: TenantSpecs<'a>,
    /// The flow specs that the sandbox sees.
    pub(crate) flow_specs: TenantFlowSpecs<'a>,
    /// The entities to which the definition may refer.
    pub(crate) entities: &'a dyn Lookup,
    /// The time, in milliseconds since the epoch.
    pub(crate) now: Millis,
    /// How lenient the checks are.
    pub(crate) leniency: Leniency,
    /// The documents of other services, if references to them are checked.
    pub(crate) neighbours: Option<&'a Neighbours>,
    /// How addresses of inlets are made.
    pub(crate) inlet_urls: InletUrls<'a>,
    /// [`Runs::generation`](crate::services::runs::ledger::Runs::generation) of the sandbox.
    pub(crate) runs_generation: u64,
    /// The data that the sources of the sandbox show.
    pub(crate) source_data: SourceData<'a>,
}

impl<'a> Context<'a> {
    /// The context for checking a definition of that sandbox.
    pub(crate) fn of(
        sandbox: &'a Sandbox, (specs, flow_specs, sources): (&'a Registry, &'a FlowSpecs, &'a Sources),
        env: &Env, config: &Config, inlet_urls: InletUrls<'a>,
    ) -> Self {
        Self {
            specs: specs.of(&sandbox.specs),
            flow_specs: flow_specs.of(&sandbox.flow_specs),
            entities: &sandbox.store,
            now: env.now(),
            leniency: config.leniency(),
            neighbours: config.check_references.then_some(&sandbox.neighbours),
            inlet_urls,
            runs_generation: sandbox.runs.generation(),
            source_data: SourceData { sources, seeded: sandbox.seeded() },
        }
    }
}

/// The sandbox, the caller and the settings of a write.
pub(crate) struct Write<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) caller: &'a Caller,
    pub(crate) env: &'a Env,
    pub(crate) config: &'a Config,
    pub(crate) specs: &'a Registry,
    pub(crate) flow_specs: &'a FlowSpecs,
    pub(crate) sources: &'a Sources,
    /// The id of the entity that it creates; the sandbox makes one if it is `None`.
    pub(crate) id: Option<Uuid>,
    /// The inlets, to which those of stored entities are added.
    pub(crate) inlets: &'a Inlets,
    /// How long an entity that the write puts into use is `initializing` before it is `enabled`, in milliseconds.
    pub(crate) initializing_for: Option<Millis>,
}

impl<'a> Write<'a> {
    /// The context for checking a definition.
    pub(crate) fn context(&self) -> Context<'a> {
        let reached_at = self.caller.reached_at.as_deref();
        let inlet_urls = InletUrls::of_client(self.config, self.inlets.address, reached_at);
        let fixtures = (self.specs, self.flow_specs, self.sources);
        Context::of(self.sandbox, fixtures, self.env, self.config, inlet_urls)
    }
}

/// The values that complete an entity in a state document.
pub(crate) struct Seeding<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) context: &'a Context<'a>,
    /// Whether it was valid when it was recorded, and need not be valid now.
    pub(crate) was_valid: bool,
    /// The largest size of the item, in bytes.
    pub(crate) max_bytes: usize,
    /// The time of creation, unless the document gives one.
    pub(crate) now: Millis,
    /// Makes an id.
    pub(crate) id: &'a dyn Fn() -> Uuid,
    /// Makes the etag of a write at that time.
    pub(crate) etag: &'a dyn Fn(Millis) -> Etag,
}

/// An entity in a state document.
pub(crate) struct SeededEntity {
    pub(crate) entity: Entity,
    /// How long it waits to be enabled, in milliseconds; `None` if it does not.
    pub(crate) enabled_after: Option<Millis>,
}

/// The largest size of an item, in bytes: a PATCH can make it larger than the body of a POST.
pub(crate) fn max_item_bytes(config: &Config) -> usize {
    config.max_body_bytes.saturating_mul(2)
}
