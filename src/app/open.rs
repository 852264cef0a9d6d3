//! Opens sandboxes for requests and control calls: entities that were due to be enabled are enabled first, so that
//! everybody sees the state that belongs to the clock.

use super::App;
use crate::base::tenant::Tenant;
use crate::services::kinds;
use crate::services::world::{Part, Sandbox, Saved};

impl App {
    /// The tenant's sandbox as it is now.
    pub(crate) fn open(&self, tenant: &Tenant) -> Sandbox {
        let sandbox = self.world.open(tenant, &self.env);
        self.settle(&sandbox);
        sandbox
    }

    /// Saves the sandboxes of `part` as they are now.
    pub(super) fn saved(&self, part: &Part) -> Saved {
        self.world.of(part).iter().for_each(|sandbox| self.settle(sandbox));
        self.world.save(part, self.env.now())
    }

    /// Enables the entities that are due.
    fn settle(&self, sandbox: &Sandbox) {
        if sandbox.pending.any() {
            sandbox.settle(self.env.now(), |kind, id, etag, due| {
                kinds::spec(kind).enabled_at(sandbox, &self.env, id, etag, due)
            });
        }
    }
}
