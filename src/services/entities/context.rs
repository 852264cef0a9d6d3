//! The inputs of a kind's rules: [`Context`] for a definition, [`Write`] for a write, [`Seeding`] for an entity in a
//! state document, which becomes a [`SeededEntity`].

use crate::base::config::{Config, Leniency};
use crate::base::tenant::{Caller, Tenant};
use crate::base::time::Millis;
use crate::services::connection_specs::{Registry, TenantSpecs};
use crate::services::inlets::Inlets;
use crate::services::inlets::url::InletUrls;
use crate::services::world::Sandbox;
use crate::store::ids::Env;
use crate::store::{Entity, Etag};
use uuid::Uuid;

/// The connection specs and settings against which a definition is checked.
pub(crate) struct Context<'a> {
    /// The connection specs that the sandbox sees.
    pub(crate) specs: TenantSpecs<'a>,
    /// How lenient the checks are.
    pub(crate) leniency: Leniency,
    /// How addresses of inlets are made.
    pub(crate) inlet_urls: InletUrls<'a>,
}

/// The sandbox, the caller and the settings of a write.
pub(crate) struct Write<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) caller: &'a Caller,
    pub(crate) env: &'a Env,
    pub(crate) config: &'a Config,
    pub(crate) specs: &'a Registry,
    /// The inlets, to which those of stored entities are added.
    pub(crate) inlets: &'a Inlets,
    /// How long an entity that the write puts into use is `initializing` before it is `enabled`, in milliseconds.
    pub(crate) initializing_for: Option<Millis>,
}

impl<'a> Write<'a> {
    /// The context for checking a definition.
    pub(crate) fn context(&self) -> Context<'a> {
        Context {
            specs: self.specs.of(&self.sandbox.specs),
            leniency: self.config.leniency(),
            inlet_urls: InletUrls::of_client(
                self.config,
                self.inlets.address,
                self.caller.reached_at.as_deref(),
            ),
        }
    }
}

/// The values that complete an entity in a state document.
pub(crate) struct Seeding<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) context: &'a Context<'a>,
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
