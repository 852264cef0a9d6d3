//! [`World`]: all that a server stores for its tenants, as one value that can be swapped.
//!
//! A request opens its [`Sandbox`] once and uses nothing else, so it sees a reset or a restored snapshot whole or not at
//! all: a request in flight ends in the sandbox in which it began, even if the next request finds another one.

pub(crate) mod saved;
#[cfg(test)]
mod tests;

pub(crate) use saved::{Part, Saved, SavedSandbox};

use crate::base::tenant::Tenant;
use crate::services::connection_specs::OwnSpecs;
use crate::services::sources::Seeded;
use crate::store::Store;
use crate::store::background::drop_in_background;
use crate::store::ids::Env;
use crate::store::sequence::{Counters, Sequence};
use dashmap::DashMap;
use foldhash::fast::RandomState;
use std::mem;
use std::ops::Deref;
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use uuid::Uuid;

type Sandboxes = DashMap<Tenant, Arc<Contents>, RandomState>;

/// All sandboxes of a server.
#[derive(Default)]
pub(crate) struct World {
    sandboxes: RwLock<Arc<Sandboxes>>,
}

/// The contents of a sandbox.
pub(crate) struct Contents {
    /// Its organisation and name.
    pub(crate) tenant: Tenant,
    /// Its entities.
    pub(crate) store: Store,
    /// The connection specs that it alone sees.
    pub(crate) specs: OwnSpecs,
    /// The data that its sources show to it alone.
    pub(crate) sources: RwLock<Arc<Seeded>>,
    /// The source of its ids.
    pub(crate) sequence: Sequence,
    id: OnceLock<Uuid>,
}

/// An open sandbox: everything that is read and written through it is the same sandbox.
pub(crate) struct Sandbox {
    contents: Arc<Contents>,
    /// The map that holds it.
    home: Arc<Sandboxes>,
}

impl World {
    /// The tenant's sandbox. One without contents is forgotten when it is closed for the last time.
    pub(crate) fn open(&self, tenant: &Tenant, env: &Env) -> Sandbox {
        // Held while the sandbox is looked up, so that none is found missing that is just being put back.
        let current = self.current();
        let known = current.get(tenant).map(|contents| Arc::clone(&contents));
        let contents = known.unwrap_or_else(|| {
            let new = || Arc::new(Contents::new(tenant.clone(), env));
            Arc::clone(&current.entry(tenant.clone()).or_insert_with(new))
        });
        Sandbox { contents, home: Arc::clone(&current) }
    }

    /// Every sandbox that holds something, in the order of their names.
    pub(crate) fn all(&self) -> Vec<Sandbox> {
        self.of(&Part::All)
    }

    /// The names of the organisation's sandboxes in which something is stored, in no order. Costs the number of sandboxes
    /// of all organisations: for a question that is asked now and then.
    pub(crate) fn names_in(&self, ims_org: &str) -> Vec<Box<str>> {
        let current = self.current();
        let of_org = current.iter().filter(|contents| *contents.key().ims_org == *ims_org);
        of_org
            .filter(|contents| !contents.is_empty())
            .map(|contents| contents.key().sandbox.clone())
            .collect()
    }

    /// Every sandbox of `part` that holds something, in the order of their names.
    fn of(&self, part: &Part) -> Vec<Sandbox> {
        // Held to the end, so that none of it is put back meanwhile.
        let current = self.current();
        let found: Vec<Arc<Contents>> = match part {
            Part::Sandbox(tenant) => {
                current.get(tenant).map(|found| Arc::clone(&found)).into_iter().collect()
            }
            _ => {
                current.iter().filter(|entry| part.has(entry.key())).map(|entry| Arc::clone(&entry)).collect()
            }
        };
        // Only now: letting go of one that is empty takes it out of the map, which must not be iterated then.
        let sandboxes = found.into_iter().map(|contents| Sandbox { contents, home: Arc::clone(&current) });
        let mut used: Vec<Sandbox> = sandboxes.filter(|sandbox| !sandbox.is_unused()).collect();
        used.sort_by(|one, other| one.tenant.cmp(&other.tenant));
        used
    }

    /// `part` as it is now: each sandbox at one moment. Costs as much as there are sandboxes in it, whatever they hold.
    pub(crate) fn save(&self, part: &Part) -> Saved {
        Saved::save(&self.of(part))
    }

    /// Adds what was saved: an entity replaces the one with its id, a connection spec and a source likewise. Readers see
    /// either all of the entities that a sandbox gets, or none; these come last, so that a reader who sees them sees their
    /// connection specs too. The caller has checked that the specs are not too many.
    pub(crate) fn merge(&self, saved: &Saved, env: &Env) {
        for (tenant, added) in saved.of(&Part::All) {
            let sandbox = self.open(tenant, env);
            sandbox.specs.merge(&added.specs);
            if !added.sources.is_empty() {
                Arc::make_mut(&mut sandbox.sources.write().unwrap_or_else(PoisonError::into_inner))
                    .merge(&added.sources);
            }
            sandbox.store.merge(&added.entities);
            sandbox.sequence.skip(added.counters);
        }
    }

    /// Makes `part` of the world what it was when `saved` was saved. Costs as much as there are sandboxes, whatever they
    /// hold: what was there is given back by another thread.
    pub(crate) fn restore(&self, saved: &Saved, part: &Part, env: &Env) {
        let next = saved.of(part).filter(|(_, sandbox)| !sandbox.is_unused());
        let next = next.map(|(tenant, sandbox)| (tenant.clone(), Arc::new(sandbox.thaw(tenant, env))));
        if *part == Part::All {
            let next: Arc<Sandboxes> = Arc::new(next.collect());
            let old =
                mem::replace(&mut *self.sandboxes.write().unwrap_or_else(PoisonError::into_inner), next);
            return drop_in_background(old);
        }
        let next: Vec<_> = next.collect();
        // In place: the other sandboxes' requests find theirs in the map that they hold. Nobody opens one meanwhile.
        let current = self.sandboxes.write().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<Tenant> = match part {
            Part::Sandbox(tenant) => vec![tenant.clone()],
            _ => current.iter().map(|entry| entry.key().clone()).filter(|tenant| part.has(tenant)).collect(),
        };
        let old: Vec<_> = gone.iter().filter_map(|tenant| current.remove(tenant)).collect();
        for (tenant, contents) in next {
            current.insert(tenant, contents);
        }
        drop(current);
        if old.len() > 1 {
            drop_in_background(old); // one alone sees to it by itself, if it is large
        }
    }

    fn current(&self) -> RwLockReadGuard<'_, Arc<Sandboxes>> {
        self.sandboxes.read().unwrap_or_else(PoisonError::into_inner)
    }
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

    /// Whether nothing is stored in it.
    fn is_empty(&self) -> bool {
        self.store.is_empty()
            && self.specs.is_empty()
            && self.sources.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether it can be forgotten without loss.
    fn is_unused(&self) -> bool {
        self.is_empty() && self.sequence.is_unused()
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
