//! [`World`]: everything that a server remembers of its tenants, as one thing that can be swapped.
//!
//! A request opens its [`Sandbox`] once and uses nothing else, so a reset or a restored snapshot is seen whole or not
//! at all: a request in flight ends in the sandbox in which it began, even if that is no longer the one that the next
//! request will find.

mod saved;

pub(crate) use saved::{Part, Saved, SavedSandbox};

use crate::env::Env;
use crate::sequence::{Counters, Sequence};
use crate::sources::Seeded;
use crate::specs::OwnSpecs;
use crate::store::{Kind, Store};
use crate::tenant::Tenant;
use dashmap::DashMap;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use uuid::Uuid;

type Sandboxes = DashMap<Tenant, Arc<Contents>>;

/// All sandboxes of a server.
#[derive(Default)]
pub(crate) struct World {
    sandboxes: RwLock<Arc<Sandboxes>>,
}

/// What is in a sandbox.
pub(crate) struct Contents {
    /// Whose it is.
    pub(crate) tenant: Tenant,
    /// Its connections.
    pub(crate) store: Store,
    /// The connection specs that it alone sees.
    pub(crate) specs: OwnSpecs,
    /// The sources that show it something of its own.
    pub(crate) sources: RwLock<Arc<Seeded>>,
    /// Where its ids come from.
    pub(crate) sequence: Sequence,
    id: OnceLock<Uuid>,
}

/// A sandbox, held: as long as it is, what is read and written through it is the same sandbox.
pub(crate) struct Sandbox {
    contents: Arc<Contents>,
    /// Where it was found.
    home: Arc<Sandboxes>,
}

impl World {
    /// The tenant's sandbox. One that nobody wrote to is forgotten when the last who holds it lets it go.
    pub(crate) fn open(&self, tenant: &Tenant, env: &Env) -> Sandbox {
        let home = Arc::clone(&self.sandboxes.read().unwrap_or_else(PoisonError::into_inner));
        let known = home.get(tenant).map(|contents| Arc::clone(&contents));
        let contents = known.unwrap_or_else(|| {
            let new = || Arc::new(Contents::new(tenant.clone(), env));
            Arc::clone(&home.entry(tenant.clone()).or_insert_with(new))
        });
        Sandbox { contents, home }
    }

    /// Every sandbox that holds something, in the order of their names.
    pub(crate) fn all(&self) -> Vec<Sandbox> {
        let home = Arc::clone(&self.sandboxes.read().unwrap_or_else(PoisonError::into_inner));
        let mut all: Vec<Sandbox> = home
            .iter()
            .map(|contents| Sandbox { contents: Arc::clone(&contents), home: Arc::clone(&home) })
            .filter(|sandbox| !sandbox.is_unused())
            .collect();
        all.sort_by(|one, other| one.tenant.cmp(&other.tenant));
        all
    }

    /// Everything as it is now: each sandbox at one moment. Costs as much as there are sandboxes, whatever they hold.
    pub(crate) fn save(&self) -> Saved {
        Saved::save(&self.all())
    }

    /// Adds what was saved: an entity takes the place of the one with its id, a connection spec and a source likewise. Of
    /// one sandbox, others see either all of the connections that it gets, or none. Whoever saved it saw to it that the specs
    /// are not too many.
    pub(crate) fn merge(&self, saved: &Saved, env: &Env) {
        for (tenant, added) in saved.of(&Part::All) {
            let sandbox = self.open(tenant, env);
            sandbox.specs.merge(&added.specs);
            Arc::make_mut(&mut sandbox.sources.write().unwrap_or_else(PoisonError::into_inner))
                .merge(&added.sources);
            sandbox.store.put_all(Kind::Connection, added.entities.oldest_first(Kind::Connection));
            sandbox.sequence.skip(added.counters);
        }
    }

    /// Makes `part` of the world what it was when `saved` was saved. Costs as much as there are sandboxes, whatever they
    /// hold: what was there is given back by another thread.
    pub(crate) fn restore(&self, saved: &Saved, part: &Part, env: &Env) {
        let mut current = self.sandboxes.write().unwrap_or_else(PoisonError::into_inner);
        let next = Sandboxes::new();
        for (tenant, sandbox) in saved.of(part) {
            next.insert(tenant.clone(), Arc::new(sandbox.thaw(tenant, env)));
        }
        if *part == Part::All {
            dispose(std::mem::replace(&mut *current, Arc::new(next)));
            return;
        }
        // In place: the other sandboxes' requests find theirs in the map that they hold. Nobody opens one meanwhile.
        let gone: Vec<Tenant> =
            current.iter().map(|entry| entry.key().clone()).filter(|tenant| part.has(tenant)).collect();
        let old: Vec<_> = gone.iter().filter_map(|tenant| current.remove(tenant)).collect();
        for (tenant, contents) in next {
            current.insert(tenant, contents);
        }
        dispose(old);
    }
}

/// Drops what may be large where nobody waits for it.
fn dispose<T: Send + 'static>(old: T) {
    // Without a thread it is dropped here, which is slower and no less right.
    _ = std::thread::Builder::new().name("flowmock-dispose".into()).spawn(move || drop(old));
}

impl Contents {
    fn new(tenant: Tenant, env: &Env) -> Self {
        let sequence = env.sequence(&tenant, Counters::default());
        Self {
            tenant,
            store: Store::default(),
            specs: OwnSpecs::default(),
            sources: RwLock::default(),
            sequence,
            id: OnceLock::new(),
        }
    }

    /// [`Tenant::sandbox_id`], which every write needs, worked out once.
    pub(crate) fn id(&self) -> Uuid {
        *self.id.get_or_init(|| self.tenant.sandbox_id())
    }

    /// What its sources show to it alone, as it is now.
    pub(crate) fn seeded(&self) -> Arc<Seeded> {
        Arc::clone(&self.sources.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether nothing would be missed if it were forgotten.
    fn is_unused(&self) -> bool {
        self.store.is_empty()
            && self.specs.is_empty()
            && self.sequence.is_unused()
            && self.sources.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Deref for Sandbox {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.contents
    }
}

impl Drop for Sandbox {
    /// Forgets the sandbox if nothing is in it, as every test may use one of its own, unless somebody else holds it: they
    /// may be about to write to it. Nobody can come to hold it meanwhile, since its part of the map is locked then.
    fn drop(&mut self) {
        const THE_MAP_AND_THIS: usize = 2;
        let is_last = |contents: &Arc<Contents>| Arc::strong_count(contents) == THE_MAP_AND_THIS;
        if is_last(&self.contents) && self.is_unused() {
            self.home.remove_if(&self.tenant, |_, contents| {
                Arc::ptr_eq(contents, &self.contents) && is_last(contents) && contents.is_unused()
            });
        }
    }
}

#[cfg(test)]
mod tests;
