//! [`Registry`]: the specs of one kind that each tenant sees.
//!
//! They come in three layers: the tenant's own specs (made by POST and PUT), those in the user's folder, and the built-in
//! ones. A spec hides all specs of lower layers with the same id. The built-in documents are parsed when a request first
//! needs one, once for all servers of a process, so that the start is fast.

use super::load;
use super::spec::{Layer, Spec};
use crate::base::document::problems::Problems;
use crate::base::error::Error;
use crate::base::files::FixtureError;
use crate::base::spelling::{meant, nearest};
use serde_json::Value;
use std::iter;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Number of ids for which a tenant can have its own specs of one kind.
pub(crate) const MAX_OWN: usize = 100;

/// The specs of one kind that a server has for all tenants.
#[derive(Debug)]
pub(crate) struct Registry<S: Spec> {
    folder: Layer<S>,
}

/// The specs of one kind that only one sandbox sees.
#[derive(Debug)]
pub(crate) struct OwnSpecs<S>(RwLock<Arc<Layer<S>>>);

/// The specs of one kind that a tenant sees, at one moment.
pub(crate) struct TenantSpecs<'a, S> {
    own: Arc<Layer<S>>,
    folder: &'a Layer<S>,
    /// The number of hints that may still be looked for, each of which compares an id with all specs: a document may
    /// have a million unknown ids, but reports only the first problems.
    hints: AtomicUsize,
}

/// The number of hints for the unknown ids of one request.
pub(crate) const MAX_HINTS: usize = Problems::MAX;

/// A spec that is added to those of a sandbox, which may share it with saved states.
pub(crate) type NewSpec<S> = Arc<[S; 1]>;

/// Why a spec was not added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAdded {
    /// A spec with this id exists.
    Known,
    /// The spec with this id has the name, and names of this kind are unique.
    NameTaken(String),
    /// The tenant has [`MAX_OWN`] already.
    TooMany,
}

impl<S: Spec> Registry<S> {
    /// Loads the specs in the folder of this kind below `fixtures`. They replace built-in ones with the same id.
    ///
    /// # Errors
    /// [`FixtureError`] for a folder or file that cannot be read, or a document that is not a spec of this kind.
    pub(crate) fn load(fixtures: Option<&Path>) -> Result<Self, FixtureError> {
        let folder = fixtures.map(load::from_folder).transpose()?.unwrap_or_default();
        Ok(Self { folder: Layer::of(folder) })
    }

    /// The documents of all tenants.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Value> {
        self.shared().flat_map(Layer::specs).map(S::document)
    }

    /// The specs that a tenant with these own specs sees.
    pub(crate) fn of(&self, own: &OwnSpecs<S>) -> TenantSpecs<'_, S> {
        TenantSpecs { own: own.current(), folder: &self.folder, hints: AtomicUsize::new(MAX_HINTS) }
    }

    /// Adds a spec to `own`.
    ///
    /// # Errors
    /// [`NotAdded`] if its id or name is taken, or `own` is full.
    pub(crate) fn add(&self, own: &OwnSpecs<S>, spec: NewSpec<S>) -> Result<(), NotAdded> {
        if self.shared().any(|layer| layer.0.contains_key(spec[0].id())) {
            return Err(NotAdded::Known);
        }
        own.put(spec, |own, spec| {
            if own.0.contains_key(spec.id()) {
                return Err(NotAdded::Known);
            }
            self.check_name(own, spec)
        })
    }

    /// Adds a spec to `own`, where it hides all others with its id.
    ///
    /// # Errors
    /// [`NotAdded`] if its name is taken, or `own` is full.
    pub(crate) fn replace(&self, own: &OwnSpecs<S>, spec: NewSpec<S>) -> Result<(), NotAdded> {
        own.put(spec, |own, spec| self.check_name(own, spec))
    }

    /// Checks that no other visible spec has the name, if names of this kind are unique.
    fn check_name(&self, own: &Layer<S>, spec: &S) -> Result<(), NotAdded> {
        if !S::HAS_UNIQUE_NAMES {
            return Ok(());
        }
        let layers: Vec<&Layer<S>> = iter::once(own).chain(self.shared()).collect();
        let other = visible(&layers).find(|other| other.name() == spec.name() && other.id() != spec.id());
        other.map_or(Ok(()), |other| Err(NotAdded::NameTaken(other.id().to_owned())))
    }

    /// The id of another visible spec with the name of `spec`, if names of this kind are unique.
    pub(crate) fn namesake(&self, own: &OwnSpecs<S>, spec: &S) -> Option<String> {
        match self.check_name(&own.current(), spec) {
            Err(NotAdded::NameTaken(other)) => Some(other),
            _ => None,
        }
    }

    /// The names of the specs of all tenants.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.shared().flat_map(Layer::specs).map(S::name).collect()
    }

    /// The layers of all tenants, the top one first.
    fn shared(&self) -> impl Iterator<Item = &Layer<S>> {
        [&self.folder, S::built_in()].into_iter()
    }
}

impl<S: Spec> OwnSpecs<S> {
    /// Adds a spec that hides all others with its id, for this sandbox only. Its name may be that of another spec.
    pub(crate) fn insert(&self, spec: S) -> Result<(), NotAdded> {
        self.put(Arc::new([spec]), |_, _| Ok(()))
    }

    /// Adds all specs of `added`, which replace those with the same id. The limit does not apply.
    pub(crate) fn merge(&self, added: &Self) {
        let added = added.current();
        if !added.0.is_empty() {
            let mut own = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let specs = added.0.iter().map(|(id, specs)| (id.clone(), Arc::clone(specs)));
            Arc::make_mut(&mut own).0.extend(specs);
        }
    }

    /// The specs that are not in `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        let (now, before) = (self.current(), before.current());
        let is_new = |(id, specs): &(&String, &Arc<[S]>)| {
            before.0.get(*id).is_none_or(|known| !Arc::ptr_eq(known, specs))
        };
        let new = now.0.iter().filter(is_new).map(|(id, specs)| (id.clone(), Arc::clone(specs)));
        Self(RwLock::new(Arc::new(Layer(new.collect()))))
    }

    /// Number of ids.
    pub(crate) fn count(&self) -> usize {
        self.current().0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).0.is_empty()
    }

    /// All ids, in no order.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.current().0.keys().cloned().collect()
    }

    /// The newest version of the spec with that id.
    pub(crate) fn with<T>(&self, id: &str, ask: impl FnOnce(&S) -> Option<T>) -> Option<T> {
        self.current().0.get(id).and_then(|specs| specs.first()).and_then(ask)
    }

    /// All documents, sorted by id.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let own = self.current();
        let mut specs: Vec<&S> = own.specs().collect();
        specs.sort_by(|one, other| one.id().cmp(other.id()));
        specs.into_iter().map(S::seed).collect()
    }

    fn current(&self) -> Arc<Layer<S>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(
        &self, spec: NewSpec<S>, check: impl FnOnce(&Layer<S>, &S) -> Result<(), NotAdded>,
    ) -> Result<(), NotAdded> {
        let id = spec[0].id();
        let mut own = self.0.write().unwrap_or_else(PoisonError::into_inner); // held for the check and the change
        check(&own, &spec[0])?;
        if own.0.len() >= MAX_OWN && !own.0.contains_key(id) {
            return Err(NotAdded::TooMany);
        }
        // Requests that are reading keep the old map. It is copied only then; documents are shared.
        Arc::make_mut(&mut own).0.insert(id.to_owned(), spec);
        Ok(())
    }
}

impl<S> Default for OwnSpecs<S> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<S: Spec> Clone for OwnSpecs<S> {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.current()))
    }
}

impl<S: Spec> TenantSpecs<'_, S> {
    /// All versions of a spec, newest first; empty for an unknown id.
    pub(crate) fn versions(&self, id: &str) -> &[S] {
        self.layers().find_map(|layer| layer.0.get(id)).map_or(&[], |specs| specs)
    }

    /// The newest version under an id.
    ///
    /// # Errors
    /// FLOW-1439-404 for an unknown id.
    pub(crate) fn newest(&self, id: &str) -> Result<&S, Error> {
        let newest = self.versions(id).first();
        newest.ok_or_else(|| Error::not_found(S::COLLECTION, id).adding(&self.hint(id)))
    }

    /// The end of the sentence about an unknown id: where the known ones are listed, and which of them was probably meant.
    /// It names no spec of the sandbox's own, since it is also logged.
    pub(crate) fn hint(&self, id: &str) -> String {
        let list = format!("GET /{} lists them", S::COLLECTION);
        let take_one = |left: usize| left.checked_sub(1);
        if self.hints.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take_one).is_err() {
            return format!("; {list}");
        }
        // One mistake leaves the beginning or the end as it is. Comparing those is cheap.
        let sent = id.as_bytes();
        let resembles = |known: &str| {
            let known = known.as_bytes();
            let (Some(start), Some(end)) = (sent.first_chunk::<4>(), sent.last_chunk::<4>()) else {
                return false;
            };
            known.first_chunk().is_some_and(|known: &[u8; 4]| known.eq_ignore_ascii_case(start))
                || known.last_chunk().is_some_and(|known: &[u8; 4]| known.eq_ignore_ascii_case(end))
        };
        let all = || [self.folder, S::built_in()].into_iter().flat_map(Layer::specs);
        if let Some(near) = nearest(id.trim(), all().map(S::id).filter(|id| resembles(id)))
            && let Some(spec) = all().find(|spec| spec.id() == near)
        {
            return format!("; did you mean {near} ({})? {list} all", spec.name());
        }
        if let Some(near) = meant(id, all().map(S::name).filter(|name| resembles(name)))
            && let Some(spec) = all().find(|spec| spec.name() == near)
        {
            return format!("; the id of {near} is {}, and {list} all", spec.id());
        }
        format!("; {list}")
    }

    /// Whether the specs with this id are the sandbox's own.
    pub(crate) fn has_own(&self, id: &str) -> bool {
        self.own.0.contains_key(id)
    }

    /// Whether the tenant sees any spec that is not built in.
    pub(crate) fn have_brought(&self) -> bool {
        !self.own.0.is_empty() || !self.folder.0.is_empty()
    }

    /// Whether the specs with this id are user-supplied. Checking params with such a spec may keep a thread busy for long.
    pub(crate) fn is_brought(&self, id: &str) -> bool {
        self.own.0.contains_key(id) || self.folder.0.contains_key(id)
    }

    /// All specs, in no order.
    pub(crate) fn all(&self) -> Vec<&S> {
        visible(&self.layers().collect::<Vec<_>>()).collect()
    }

    /// The layers, the top one first.
    fn layers(&self) -> impl Iterator<Item = &Layer<S>> {
        [&*self.own, self.folder, S::built_in()].into_iter()
    }
}

/// The specs of all layers, the top one first, without those that a layer above hides.
fn visible<'a, S>(layers: &[&'a Layer<S>]) -> impl Iterator<Item = &'a S> {
    layers.iter().enumerate().flat_map(move |(depth, layer)| {
        let hidden = move |id| layers[..depth].iter().any(|above| above.0.contains_key(id));
        layer.0.iter().filter(move |(id, _)| !hidden(*id)).flat_map(|(_, specs)| specs.iter())
    })
}
