//! [`Registry`]: the connection specs that each tenant sees.
//!
//! They come in three layers: the tenant's own specs (made by POST and PUT), those in the user's folder, and the built-in
//! ones. A spec hides all specs of lower layers with the same id. The built-in documents are parsed when a request first
//! needs one, once for all servers of a process, so that the start is fast.

use super::document::{self, ConnectionSpec};
use super::load;
use crate::base::document::problems::Problems;
use crate::base::error::Error;
use crate::base::files::FixtureError;
use crate::base::spelling::{meant, nearest};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

/// The path segment of connection specs, which is also their name in error reports.
pub(crate) const COLLECTION: &str = "connectionSpecs";

/// Number of ids for which a tenant can have its own specs.
pub(crate) const MAX_OWN: usize = 100;

static BUILT_IN: LazyLock<Layer> =
    LazyLock::new(|| Layer::of(load::built_in().expect("a test reads every built-in document")));

/// The connection specs of all tenants of a server.
#[derive(Debug)]
pub(crate) struct Registry {
    folder: Layer,
}

/// The connection specs of one sandbox.
#[derive(Debug, Default)]
pub(crate) struct OwnSpecs(RwLock<Arc<Layer>>);

/// Connection specs by id. The list of an id is never empty. It is sorted by version, newest first, then by name, since
/// the vendor's documentation has some ids for two sources.
#[derive(Clone, Debug, Default)]
struct Layer(HashMap<String, Arc<[ConnectionSpec]>>);

/// The connection specs that a tenant sees, at one moment.
pub(crate) struct TenantSpecs<'a> {
    own: Arc<Layer>,
    folder: &'a Layer,
    /// The number of hints that may still be looked for, each of which compares an id with all specs: a document may
    /// have a million unknown ids, but reports only the first problems.
    hints: AtomicUsize,
}

/// The number of hints for the unknown ids of one request.
const MAX_HINTS: usize = Problems::MAX;

/// Why a spec was not added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotAdded {
    /// A spec with this id exists.
    Known,
    /// The tenant has [`MAX_OWN`] already.
    TooMany,
}

impl Registry {
    /// Loads the built-in specs and those in `fixtures/connection-specs/*.json`, which replace built-in ones with the same
    /// id.
    ///
    /// # Errors
    /// [`FixtureError`] for a folder or file that cannot be read, or a document that is not a connection spec.
    pub(crate) fn load(fixtures: Option<&Path>) -> Result<Self, FixtureError> {
        let folder = fixtures.map(load::from_folder).transpose()?.unwrap_or_default();
        Ok(Self { folder: Layer::of(folder) })
    }

    /// Reads the built-in documents and prepares the schema library, so that no request has to wait for this.
    pub(crate) fn prepare() {
        LazyLock::force(&BUILT_IN);
        document::prepare();
    }

    /// The documents of all tenants.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Value> {
        let specs = [&self.folder, &BUILT_IN].into_iter().flat_map(|layer| layer.0.values());
        specs.flat_map(|specs| specs.iter()).map(ConnectionSpec::document)
    }

    /// The specs that a tenant with these own specs sees.
    pub(crate) fn of(&self, own: &OwnSpecs) -> TenantSpecs<'_> {
        TenantSpecs { own: own.current(), folder: &self.folder, hints: AtomicUsize::new(MAX_HINTS) }
    }

    /// Adds a spec to `own`.
    pub(crate) fn add(&self, own: &OwnSpecs, spec: ConnectionSpec) -> Result<(), NotAdded> {
        if self.folder.0.contains_key(&spec.id) || BUILT_IN.0.contains_key(&spec.id) {
            return Err(NotAdded::Known);
        }
        own.put(spec, |own, id| !own.0.contains_key(id))
    }
}

impl OwnSpecs {
    /// Number of ids for which a sandbox can have its own specs.
    pub(crate) const MAX: usize = MAX_OWN;

    /// Adds a spec that hides all others with its id, for this sandbox only.
    pub(crate) fn replace(&self, spec: ConnectionSpec) -> Result<(), NotAdded> {
        self.put(spec, |_, _| true)
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

    /// Number of ids.
    pub(crate) fn count(&self) -> usize {
        self.current().0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).0.is_empty()
    }

    /// All documents, sorted by id.
    pub(crate) fn documents(&self) -> Vec<Value> {
        let own = self.current();
        let mut specs: Vec<&ConnectionSpec> = own.0.values().flat_map(|specs| specs.iter()).collect();
        specs.sort_by(|one, other| one.id.cmp(&other.id));
        specs.into_iter().map(ConnectionSpec::seed).collect()
    }

    fn current(&self) -> Arc<Layer> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, spec: ConnectionSpec, allowed: impl FnOnce(&Layer, &str) -> bool) -> Result<(), NotAdded> {
        let mut own = self.0.write().unwrap_or_else(PoisonError::into_inner); // held for the check and the change
        if !allowed(&own, &spec.id) {
            return Err(NotAdded::Known);
        }
        if own.0.len() >= MAX_OWN && !own.0.contains_key(&spec.id) {
            return Err(NotAdded::TooMany);
        }
        // Requests that are reading keep the old map. It is copied only then; documents are shared.
        Arc::make_mut(&mut own).0.insert(spec.id.clone(), Arc::new([spec]));
        Ok(())
    }
}

impl Clone for OwnSpecs {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.current()))
    }
}

impl TenantSpecs<'_> {
    /// All versions of a spec, newest first; empty for an unknown id.
    pub(crate) fn versions(&self, id: &str) -> &[ConnectionSpec] {
        self.layers().find_map(|layer| layer.0.get(id)).map_or(&[], |specs| specs)
    }

    /// The newest version under an id.
    ///
    /// # Errors
    /// FLOW-1439-404 for an unknown id.
    pub(crate) fn newest(&self, id: &str) -> Result<&ConnectionSpec, Error> {
        let newest = self.versions(id).first();
        newest.ok_or_else(|| Error::not_found(COLLECTION, id).adding(&self.hint(id)))
    }

    /// The end of the sentence about an unknown id: where the known ones are listed, and which of them was probably meant.
    /// It names no spec of the sandbox's own, since it is also logged.
    pub(super) fn hint(&self, id: &str) -> String {
        const LIST: &str = "; GET /connectionSpecs lists them";
        let take_one = |left: usize| left.checked_sub(1);
        if self.hints.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take_one).is_err() {
            return LIST.to_owned();
        }
        let shared = || [self.folder, &BUILT_IN].into_iter().flat_map(|layer| layer.0.values());
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
        let all = || shared().flat_map(|specs| specs.iter());
        if let Some(near) = nearest(id.trim(), all().map(|spec| &*spec.id).filter(|id| resembles(id)))
            && let Some(spec) = all().find(|spec| spec.id == near)
        {
            return format!("; did you mean {near} ({})? GET /connectionSpecs lists them all", spec.name);
        }
        if let Some(near) = meant(id, all().map(|spec| &*spec.name).filter(|name| resembles(name)))
            && let Some(spec) = all().find(|spec| spec.name == near)
        {
            return format!("; the id of {near} is {}, and GET /connectionSpecs lists them all", spec.id);
        }
        LIST.to_owned()
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
    pub(crate) fn all(&self) -> Vec<&ConnectionSpec> {
        let mut all: Vec<&ConnectionSpec> = Vec::new();
        for (depth, layer) in self.layers().enumerate() {
            let hidden = |id| self.layers().take(depth).any(|above| above.0.contains_key(id));
            all.extend(layer.0.iter().filter(|(id, _)| !hidden(*id)).flat_map(|(_, specs)| specs.iter()));
        }
        all
    }

    /// The layers, the top one first.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        [&*self.own, self.folder, &BUILT_IN].into_iter()
    }
}

impl Layer {
    fn of(specs: Vec<ConnectionSpec>) -> Self {
        let mut by_id: HashMap<String, Vec<ConnectionSpec>> = HashMap::new();
        for spec in specs {
            by_id.entry(spec.id.clone()).or_default().push(spec);
        }
        for specs in by_id.values_mut() {
            specs.sort_by_cached_key(|spec| {
                (Reverse(precedence(&spec.version)), spec.version.clone(), spec.name.clone())
            });
        }
        Self(by_id.into_iter().map(|(id, specs)| (id, specs.into())).collect())
    }
}

/// A sort key that compares versions numerically: `1.10` is newer than `1.9`. A part that is not a number counts as 0.
fn precedence(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::connection_specs::document::Compile;
    use serde_json::json;
    use std::{fs, thread};

    const ATS: &str = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
    const SAP: &str = "d8ee38de-7ae9-4058-9610-c79ce75f8e92";

    fn spec(id: &str, version: &str) -> ConnectionSpec {
        let document = json!({"id": id, "name": "mine", "version": version});
        ConnectionSpec::read(document, Compile::Now).unwrap()
    }

    fn versions(specs: &TenantSpecs<'_>, id: &str) -> Vec<(String, String)> {
        specs.versions(id).iter().map(|spec| (spec.version.clone(), spec.name.clone())).collect()
    }

    fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        pairs.map(|(version, name)| (version.to_owned(), name.to_owned())).to_vec()
    }

    #[test]
    fn an_id_of_two_sources_has_both_specs() {
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        assert_eq!(versions(&specs, ATS), pairs([("1.0", "azure-table-storage")]));
        assert_eq!(versions(&specs, SAP), pairs([("1.0", "sap-commerce"), ("1.0", "sap-hybris")]));
    }

    #[test]
    fn an_unknown_id_that_is_nearly_an_id_or_a_name_has_a_hint() {
        let registry = Registry::load(None).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        let meant_id =
            format!("; did you mean {ATS} (azure-table-storage)? GET /connectionSpecs lists them all");
        for near in [ATS.to_uppercase(), ATS.replace("cd69", "cd6"), ATS.replacen('e', "f", 1)] {
            assert_eq!(specs.hint(&near), meant_id, "{near}");
        }
        let of_name =
            format!("; the id of azure-table-storage is {ATS}, and GET /connectionSpecs lists them all");
        for near in ["azure-table-storage", "Azure Table Storage", "azure-table-storag", "AzureTableStorage"]
        {
            assert_eq!(specs.hint(near), of_name, "{near}");
        }
        for other in ["", "nope", "hunter2", "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(specs.hint(other), "; GET /connectionSpecs lists them", "{other}");
        }
    }

    #[test]
    fn hints_are_looked_for_a_limited_number_of_times_and_name_no_spec_of_the_sandbox() {
        let (registry, own) = (Registry::load(None).unwrap(), OwnSpecs::default());
        registry.add(&own, spec("mine-alone", "1.0")).unwrap();
        let specs = registry.of(&own);
        assert!(!specs.hint("mine-alon").contains("mine"));
        for _ in 1..MAX_HINTS {
            assert!(specs.hint("azure-table-storage").contains(ATS));
        }
        assert_eq!(specs.hint("azure-table-storage"), "; GET /connectionSpecs lists them");
    }

    #[test]
    fn a_folder_adds_specs_and_replaces_them_by_id_and_the_newest_version_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("connection-specs")).unwrap();
        let files = [("a", "mine", "1.9"), ("b", "mine", "1.10"), ("c", SAP, "2.0")];
        for (file, id, version) in files {
            let path = folder.path().join("connection-specs").join(file).with_extension("json");
            fs::write(path, spec(id, version).item()).unwrap();
        }
        let registry = Registry::load(Some(folder.path())).unwrap();
        let specs = registry.of(&OwnSpecs::default());
        assert_eq!(versions(&specs, "mine"), pairs([("1.10", "mine"), ("1.9", "mine")]));
        assert_eq!(versions(&specs, SAP), pairs([("2.0", "mine")]));
        assert_eq!(versions(&specs, ATS).len(), 1);
        assert!(versions(&specs, "unknown").is_empty());
        assert_eq!(specs.all().len(), BUILT_IN.0.values().map(|specs| specs.len()).sum::<usize>() - 2 + 3);
    }

    #[test]
    fn specs_of_a_sandbox_are_visible_only_there() {
        let registry = Registry::load(None).unwrap();
        let (own, others) = (OwnSpecs::default(), OwnSpecs::default());
        registry.add(&own, spec("mine", "1.0")).unwrap();
        own.replace(spec(SAP, "3.0")).unwrap();
        let seen = registry.of(&own);
        assert_eq!(versions(&seen, "mine").len(), 1);
        assert_eq!(versions(&seen, SAP), pairs([("3.0", "mine")]));
        let seen = registry.of(&others);
        assert!(versions(&seen, "mine").is_empty());
        assert_eq!(versions(&seen, SAP).len(), 2);
        assert_eq!(registry.add(&others, spec(ATS, "9.0")), Err(NotAdded::Known));
        assert!(others.is_empty() && !own.is_empty());
        let ids: Vec<Value> = own.documents().iter().map(|document| document["id"].clone()).collect();
        assert_eq!(ids, [SAP, "mine"]);
    }

    #[test]
    fn specs_that_a_request_reads_do_not_change() {
        let (registry, own) = (Registry::load(None).unwrap(), OwnSpecs::default());
        registry.add(&own, spec("mine", "1.0")).unwrap();
        let (before, copy) = (registry.of(&own), own.clone());
        own.replace(spec("mine", "2.0")).unwrap();
        assert_eq!(versions(&before, "mine"), pairs([("1.0", "mine")]));
        assert_eq!(versions(&registry.of(&copy), "mine"), pairs([("1.0", "mine")]));
        assert_eq!(versions(&registry.of(&own), "mine"), pairs([("2.0", "mine")]));
    }

    #[test]
    fn one_of_many_concurrent_additions_with_an_id_succeeds_and_their_number_is_limited() {
        let (registry, own) = (Registry::load(None).unwrap(), OwnSpecs::default());
        let added: usize = thread::scope(|scope| {
            let adding: Vec<_> =
                (0..8).map(|_| scope.spawn(|| registry.add(&own, spec("mine", "1.0")).is_ok())).collect();
            adding.into_iter().map(|thread| usize::from(thread.join().unwrap())).sum()
        });
        assert_eq!(added, 1);
        for number in 1..MAX_OWN {
            registry.add(&own, spec(&format!("spec-{number}"), "1.0")).unwrap();
        }
        assert_eq!(registry.add(&own, spec("one-more", "1.0")), Err(NotAdded::TooMany));
        assert_eq!(own.replace(spec(ATS, "1.0")), Err(NotAdded::TooMany));
        own.replace(spec("mine", "2.0")).unwrap();
    }
}
