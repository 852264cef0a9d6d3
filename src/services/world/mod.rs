//! [`World`]: everything that a server stores for its tenants, as one value that can be swapped.
//!
//! A request opens its [`Sandbox`] once and uses only that, so it sees a reset or a restored snapshot as a whole or not
//! at all: a request in flight ends in the sandbox in which it began, even if the next request finds another one.

pub(crate) mod alteration;
pub(crate) mod change;
pub(crate) mod parts;
pub(crate) mod pending;
pub(crate) mod recorder;
pub(crate) mod restores;
pub(crate) mod saved;
#[cfg(test)]
mod tests;

pub(crate) use change::{KeptRuns, Wait};
pub(crate) use parts::Parts;
pub(crate) use pending::{Pending, Waiting};
pub(crate) use recorder::Recorder;
pub(crate) use restores::Restores;
pub(crate) use saved::{Part, Saved, SavedSandbox};

use crate::base::tenant::Tenant;
use crate::base::time::Millis;
use crate::services::sources::Seeded;
use crate::store::Store;
use crate::store::background::drop_in_background;
use crate::store::ids::Env;
use crate::store::sequence::{Counters, Sequence};
use dashmap::DashMap;
use foldhash::fast::RandomState;
use parts::Version;
use std::mem;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use uuid::Uuid;

type Sandboxes = DashMap<Tenant, Arc<Contents>, RandomState>;

/// All sandboxes of a server.
#[derive(Default)]
pub(crate) struct World {
    current: RwLock<Current>,
    /// Whether changes are recorded.
    is_recorded: bool,
    /// Records them, once the recorded ones are applied.
    recorder: OnceLock<Arc<dyn Recorder>>,
}

/// The sandboxes that a request finds.
#[derive(Default)]
struct Current {
    sandboxes: Arc<Sandboxes>,
    /// How often parts of them were restored, if changes are recorded.
    restores: Restores,
}

/// The contents of a sandbox.
pub(crate) struct Contents {
    /// Its organisation and name.
    pub(crate) tenant: Tenant,
    /// Its entities.
    pub(crate) store: Store,
    /// Those that wait to be enabled.
    pub(crate) pending: Pending,
    /// Everything else.
    parts: Parts,
    /// Whether changes are recorded.
    is_recorded: bool,
    /// How often the parts have changed, if changes are recorded. The lock is held while they change.
    version: Mutex<Version>,
    /// The source of its ids.
    pub(crate) sequence: Sequence,
    id: OnceLock<Uuid>,
}

/// An open sandbox: all reads and writes through it concern one sandbox.
#[derive(Clone)]
pub(crate) struct Sandbox {
    contents: Arc<Contents>,
    /// The map that holds it.
    home: Arc<Sandboxes>,
    recorder: Option<Arc<dyn Recorder>>,
    /// How many [`Restores`] there were when it was opened.
    pub(crate) opened_after: u64,
}

impl World {
    /// A world whose changes are recorded.
    pub(crate) fn recorded() -> Self {
        Self { is_recorded: true, ..Self::default() }
    }

    /// Lets `recorder` make all further changes of sandboxes.
    pub(crate) fn record_with(&self, recorder: Arc<dyn Recorder>) {
        _ = self.recorder.set(recorder);
    }

    /// The tenant's sandbox. A sandbox without contents is forgotten when the last user closes it.
    pub(crate) fn open(&self, tenant: &Tenant, env: &Env) -> Sandbox {
        // Held during the lookup, since the sandbox may be about to be restored.
        let current = self.current();
        let sandboxes = &current.sandboxes;
        let known = sandboxes.get(tenant).map(|contents| Arc::clone(&contents));
        let contents = known.unwrap_or_else(|| {
            let new = || Arc::new(Contents::new(tenant.clone(), env, self.is_recorded));
            Arc::clone(&sandboxes.entry(tenant.clone()).or_insert_with(new))
        });
        Sandbox {
            contents,
            home: Arc::clone(sandboxes),
            recorder: self.recorder.get().cloned(),
            opened_after: current.restores.count,
        }
    }

    /// The sandbox in which a change is to be made that was meant for `sandbox`: the present one, unless it was restored since.
    /// Then the change is for the one in which the request began, which nobody else sees; `None` if the request is not here.
    pub(crate) fn place_of(&self, sandbox: &Sandbox, env: &Env) -> Option<Sandbox> {
        let is_restored = self.current().restores.concern(&sandbox.tenant, sandbox.opened_after);
        let present = self.open(&sandbox.tenant, env);
        match (is_restored, Arc::ptr_eq(&present.contents, &sandbox.contents)) {
            (false, _) => Some(present),
            (true, false) => Some(sandbox.clone()),
            (true, true) => None,
        }
    }

    /// How often parts of it were restored.
    pub(crate) fn restores(&self) -> Restores {
        self.current().restores.clone()
    }

    /// Sets how often parts of it were restored, after a restart.
    pub(crate) fn set_restores(&self, restores: Restores) {
        self.current.write().unwrap_or_else(PoisonError::into_inner).restores = restores;
    }

    /// Every sandbox with contents, in the order of their names.
    pub(crate) fn all(&self) -> Vec<Sandbox> {
        self.of(&Part::All)
    }

    /// The names of the organisation's sandboxes with contents, in no order. Costs the number of sandboxes of all
    /// organisations, so it is for rare calls.
    pub(crate) fn names_in(&self, ims_org: &str) -> Vec<Box<str>> {
        let current = self.current();
        let of_org = current.sandboxes.iter().filter(|contents| *contents.key().ims_org == *ims_org);
        of_org
            .filter(|contents| !contents.is_empty())
            .map(|contents| contents.key().sandbox.clone())
            .collect()
    }

    /// Every sandbox of `part` with contents, in the order of their names.
    pub(crate) fn of(&self, part: &Part) -> Vec<Sandbox> {
        // Held to the end, so that none of it is restored meanwhile.
        let current = self.current();
        let found: Vec<Arc<Contents>> = match part {
            Part::Sandbox(tenant) => {
                current.sandboxes.get(tenant).map(|found| Arc::clone(&found)).into_iter().collect()
            }
            _ => {
                let of_part = current.sandboxes.iter().filter(|entry| part.has(entry.key()));
                of_part.map(|entry| Arc::clone(&entry)).collect()
            }
        };
        // Created last: dropping an empty sandbox removes it from the map, which must not be iterated then.
        let recorder = self.recorder.get();
        let sandboxes = found.into_iter().map(|contents| Sandbox {
            contents,
            home: Arc::clone(&current.sandboxes),
            recorder: recorder.cloned(),
            opened_after: current.restores.count,
        });
        let mut used: Vec<Sandbox> = sandboxes.filter(|sandbox| !sandbox.is_unused()).collect();
        used.sort_by(|one, other| one.tenant.cmp(&other.tenant));
        used
    }

    /// The state of `part` at `now`: each sandbox at one moment. Costs the number of its sandboxes and of the entities
    /// that wait to be enabled, whatever else they hold.
    pub(crate) fn save(&self, part: &Part, now: Millis) -> Saved {
        Saved::save(&self.of(part), now)
    }

    /// Adds a saved state; its entities, specs and sources replace those with the same ids and names.
    /// Readers see either all of the new entities of a sandbox or none. The caller has checked the number of specs. Entities that wait to be enabled
    /// wait from `now` on.
    pub(crate) fn merge(&self, saved: &Saved, env: &Env, now: Millis) {
        for (tenant, added) in saved.of(&Part::All) {
            let sandbox = self.open(tenant, env);
            let merge = sandbox.store.prepare_merge(&added.entities);
            // Before the entities, so that readers who see them see their specs and runs too.
            sandbox.counting_alterations(|| sandbox.parts.merge(&added.parts, &added.entities));
            let replaces = |kind, id| added.entities.has(kind, id);
            sandbox.pending.merging(&added.waiting, now, replaces, || merge.finish());
            sandbox.sequence.skip(added.counters);
        }
    }

    /// Restores `part` of the world from `saved`. Entities that wait to be enabled wait from `now` on. Costs the number of
    /// sandboxes, whatever they hold: another thread frees the old contents.
    pub(crate) fn restore(&self, saved: &Saved, part: &Part, env: &Env, now: Millis) {
        let next = saved.of(part).filter(|(_, sandbox)| !sandbox.is_unused());
        let next = next.map(|(tenant, sandbox)| {
            (
                tenant.clone(),
                Arc::new(Contents { is_recorded: self.is_recorded, ..sandbox.thaw(tenant, env, now) }),
            )
        });
        let write = || {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            if self.is_recorded {
                current.restores.add(part);
            }
            current
        };
        if *part == Part::All {
            let next: Arc<Sandboxes> = Arc::new(next.collect());
            let old = mem::replace(&mut write().sandboxes, next);
            return drop_in_background(old);
        }
        let next: Vec<_> = next.collect();
        // In place: requests in other sandboxes use the map that they hold. Nobody opens a sandbox meanwhile.
        let current = write();
        let sandboxes = &current.sandboxes;
        let gone: Vec<Tenant> = match part {
            Part::Sandbox(tenant) => vec![tenant.clone()],
            _ => {
                sandboxes.iter().map(|entry| entry.key().clone()).filter(|tenant| part.has(tenant)).collect()
            }
        };
        let old: Vec<_> = gone.iter().filter_map(|tenant| sandboxes.remove(tenant)).collect();
        for (tenant, contents) in next {
            sandboxes.insert(tenant, contents);
        }
        drop(current);
        if old.len() > 1 {
            drop_in_background(old); // one alone sees to it by itself, if it is large
        }
    }

    fn current(&self) -> RwLockReadGuard<'_, Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn new(tenant: Tenant, env: &Env, is_recorded: bool) -> Self {
        let sequence = env.sequence(&tenant, Counters::default());
        Self {
            tenant,
            store: Store::default(),
            pending: Pending::default(),
            parts: Parts::default(),
            is_recorded,
            version: Mutex::default(),
            sequence,
            id: OnceLock::new(),
        }
    }

    /// [`Tenant::sandbox_id`], computed once, since every write needs it.
    pub(crate) fn id(&self) -> Uuid {
        *self.id.get_or_init(|| self.tenant.sandbox_id())
    }

    /// The current source data that only this sandbox sees.
    pub(crate) fn seeded(&self) -> Arc<Seeded> {
        self.sources.current()
    }

    /// Whether nothing is stored in it.
    fn is_empty(&self) -> bool {
        self.store.is_empty() && self.parts.is_empty()
    }

    /// Whether it can be forgotten without loss.
    fn is_unused(&self) -> bool {
        self.is_empty() && self.sequence.is_unused() && self.version() == Version::default()
    }
}

impl Deref for Contents {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Deref for Sandbox {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.contents
    }
}

impl Drop for Sandbox {
    /// Forgets an empty sandbox, since every test may use one of its own, unless another request holds it and may be
    /// about to write. No request can open it meanwhile, since its part of the map is locked.
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
