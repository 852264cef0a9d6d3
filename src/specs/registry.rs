//! [`Registry`]: every connection spec, by id and version.

use super::load;
use crate::fixtures::FixtureError;
use crate::sources::Layout;
use jsonschema::Validator;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;

/// A connection spec, compiled.
#[derive(Debug)]
pub(crate) struct ConnectionSpec {
    /// Its id, usually a UUID.
    pub(crate) id: String,
    /// Its name, in kebab case.
    pub(crate) name: String,
    /// Its version, for example `1.0`.
    pub(crate) version: String,
    /// How to authenticate; empty where there is nothing to authenticate with.
    pub(crate) auth_specs: Vec<AuthSpec>,
    /// How its source lays out what can be explored; `None` where nothing can.
    pub(crate) layout: Option<Layout>,
    /// Whether connections of it can be patched; `false` makes each PATCH a FLOW-1445-400.
    pub(crate) patch_allowed: bool,
}

/// One way to authenticate.
#[derive(Debug)]
pub(crate) struct AuthSpec {
    /// What `auth.specName` names.
    pub(crate) name: String,
    /// The schema of `auth.params`.
    pub(crate) params: Validator,
}

/// All connection specs that a server knows.
#[derive(Debug)]
pub(crate) struct Registry {
    /// Under each id the versions, newest first; never empty.
    by_id: HashMap<String, Vec<ConnectionSpec>>,
}

impl Registry {
    /// The built-in specs, with those of `fixtures/connection-specs/*.json` added, or put in the place of all
    /// built-in ones with their id.
    ///
    /// # Errors
    /// [`FixtureError`] for a folder or file that cannot be read, or a document that is not a connection spec.
    pub(crate) fn load(fixtures: Option<&Path>) -> Result<Self, FixtureError> {
        let mut by_id = group(load::built_in()?);
        if let Some(folder) = fixtures {
            by_id.extend(group(load::from_folder(folder)?));
        }
        Ok(Self { by_id })
    }

    /// The versions of a spec, newest first; empty for an unknown id.
    pub(crate) fn versions(&self, id: &str) -> &[ConnectionSpec] {
        self.by_id.get(id).map_or(&[], Vec::as_slice)
    }

    /// The spec of that id and version.
    pub(crate) fn get(&self, id: &str, version: &str) -> Option<&ConnectionSpec> {
        self.versions(id).iter().find(|spec| spec.version == version)
    }
}

fn group(specs: Vec<ConnectionSpec>) -> HashMap<String, Vec<ConnectionSpec>> {
    let mut by_id: HashMap<String, Vec<ConnectionSpec>> = HashMap::new();
    for spec in specs {
        by_id.entry(spec.id.clone()).or_default().push(spec);
    }
    for versions in by_id.values_mut() {
        versions.sort_by_key(|spec| Reverse(precedence(&spec.version)));
    }
    by_id
}

/// Orders versions by their numbers: `1.10` is newer than `1.9`. A part that is no number counts as 0.
fn precedence(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;

    fn spec(id: &str, version: &str) -> String {
        json!({"id": id, "name": "mine", "version": version, "authSpec": []}).to_string()
    }

    #[test]
    fn the_built_in_specs_load() {
        let registry = Registry::load(None).unwrap();
        let ats = registry.get("ecde33f2-c56f-46cc-bdea-ad151c16cd69", "1.0").unwrap();
        assert_eq!(ats.name, "azure-table-storage");
        assert_eq!(ats.auth_specs[0].name, "Connection String Based Authentication");
    }

    #[test]
    fn a_folder_adds_specs_and_replaces_them_by_id_and_the_newest_version_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let specs = folder.path().join("connection-specs");
        fs::create_dir(&specs).unwrap();
        fs::write(specs.join("a.json"), spec("mine", "1.9")).unwrap();
        fs::write(specs.join("b.json"), spec("mine", "1.10")).unwrap();
        fs::write(specs.join("c.json"), spec("ecde33f2-c56f-46cc-bdea-ad151c16cd69", "2.0")).unwrap();
        let registry = Registry::load(Some(folder.path())).unwrap();
        let versions =
            |id| registry.versions(id).iter().map(|spec| spec.version.as_str()).collect::<Vec<_>>();
        assert_eq!(versions("mine"), ["1.10", "1.9"]);
        assert_eq!(versions("ecde33f2-c56f-46cc-bdea-ad151c16cd69"), ["2.0"]);
        assert_eq!(versions("unknown"), [""; 0]);
    }
}
